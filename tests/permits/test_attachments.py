"""Attachments: what bytes are taken, how much, who gets them back and how."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parties.rules import Role
from permits import files, services, store
from permits.models import Attachment, AttachmentRule
from tests import factories
from tests import factories_permits as make
from tests.refused import broken, refused

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20 + b"\xff\xd9"


def office(*parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for part in ("[Content_Types].xml", *parts):
            packed.writestr(part, "x")
    return out.getvalue()


WORD = office("word/document.xml")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def attach(by, application, now, *, name="环评批复.pdf", content=PDF, kind="EIA"):
    return services.attach_file(
        by=by, application=application, kind=kind, name=name, content=content, now=now
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("A.PDF", PDF),
        ("a.png", PNG),
        ("a.jpeg", JPEG),
        ("a.docx", WORD),
        ("a.xlsx", office("xl/workbook.xml")),
    ],
)
def test_files_are_known_by_their_bytes(name, content):
    assert files.type_of(name, content)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.exe", b"MZ", "P150"),
        ("a.pdf.html", PDF, "P150"),
        ("pdf", PDF, "P150"),
        ("a.pdf", b"<html>", "P151"),
        ("a.pdf", PNG, "P151"),
        ("a.pdf", b"%PDF-1.7 cut off", "P151"),
        ("a.png", PNG[:20], "P151"),
        ("a.docx", b"PK\x03\x04 broken", "P151"),
        ("a.docx", office("xl/workbook.xml"), "P151"),
        ("a.xlsx", office("word/document.xml"), "P151"),
        ("a.pdf", b"", "P154"),
        ("a.docx", office("word/document.xml", "word/vbaProject.bin"), "P155"),
        ("a.pdf", PDF.replace(b"<<>>", b"<</OpenAction<</S/JavaScript/JS(1)>>>>"), "P155"),
    ],
)
def test_other_bytes_are_refused_by_number(name, content, code):
    with refused(code):
        files.type_of(name, content)


@pytest.mark.parametrize(
    ("name", "tidy"),
    [
        ("..\\..\\etc/passwd.pdf", "passwd.pdf"),
        ('a"b\r\n.pdf', "ab.pdf"),
        ("", "file"),
        ("环" * 300 + ".pdf", "环" * 156 + ".pdf"),
    ],
)
def test_names_lose_folders_and_what_breaks_a_header(name, tidy):
    assert files.tidy_name(name) == tidy
    assert len(files.tidy_name(name)) <= 160


def test_same_file_twice_is_attached_once_and_comes_back_whole(agent, now, folder):
    draft = make.draft(agent)
    one = attach(agent, draft, now)
    assert attach(agent, draft, now, name="another.pdf") == one
    assert store.read(one.sha256) == PDF
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [one.sha256]


def test_altered_file_is_not_handed_out(agent, client, now, folder):
    one = attach(agent, make.draft(agent), now)
    store.path_of(one.sha256).write_bytes(b"other")
    client.force_login(agent.user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("attachment", args=[one.pk]))
    assert page.status_code == 409
    assert "P157" in page.text


def rule(city, **given):
    values = {"most_bytes": 100, "most_bytes_in_all": 150, "valid_from": "2026-01-01"}
    return AttachmentRule.objects.create(region=city, legal_basis="市局规定", **values | given)


def test_size_and_quota_are_those_of_the_region(agent, now, city):
    rule(city)
    draft = make.draft(agent)
    with refused("P152"):
        attach(agent, draft, now, content=PDF.replace(b"obj\n", b"obj" + b" " * 100 + b"\n"))
    first = attach(agent, draft, now)
    for number in range(3):
        content = PDF + b"%" + str(number).encode() + b"%%EOF"
        if Attachment.objects.count() * 45 + 45 > 150:
            break
        attach(agent, draft, now, content=content)
    with refused("P153"):
        attach(agent, draft, now, content=PDF + b"% the last one %%EOF")
    services.strike_file(by=agent, attachment=first, now=now)
    attach(agent, draft, now, content=PDF + b"% the last one %%EOF")


def test_no_rule_is_said_so(agent, now):
    AttachmentRule.objects.all().delete()
    with refused("P156"):
        attach(agent, make.draft(agent), now)


def test_applicant_attaches_to_a_draft_and_when_asked_only(agent, officer, now):
    application = make.reviewed(agent, officer, now=now)
    with refused("P101"):
        attach(agent, application, now)
    services.ask(
        by=officer, application=application, kind="INFORMATION", question="请补充", key="q", now=now
    )
    attach(agent, application, now)
    attach(officer, application, now, content=PNG, name="现场.png", kind="REVIEW")


def test_nobody_takes_out_what_the_other_side_attached(agent, officer, client, now):
    draft = make.draft(agent)
    one = attach(agent, draft, now)
    with refused("P188"):
        services.strike_file(by=officer, attachment=one, now=now)
    viewer = factories.enterprise_member(agent.enterprise, Role.VIEWER, "viewer")
    client.force_login(viewer.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("attachment_strike", args=[one.pk])).status_code == 409
    one.refresh_from_db()
    assert one.struck_at is None


def test_download_is_an_attachment_of_its_own_and_rivals_get_nothing(agent, rival, client, now):
    one = attach(agent, make.draft(agent), now)
    address = reverse("attachment", args=[one.pk])
    client.force_login(agent.user, backend="django.contrib.auth.backends.ModelBackend")
    sent = client.get(address)
    assert sent.content == PDF
    assert sent["Content-Disposition"].startswith("attachment")
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in sent["Content-Security-Policy"]
    client.force_login(rival.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code == 404


def test_page_attaches_refuses_and_takes_out(agent, client, now):
    draft = make.draft(agent)
    client.force_login(agent.user, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("application_files", args=[draft.pk])
    for content, status in ((PDF, 302), (b"MZ", 422)):
        file = SimpleUploadedFile("环评.pdf", content)
        assert client.post(address, {"kind": "EIA", "file": file}).status_code == status
    assert "环评.pdf" in client.get(address).text
    one = Attachment.objects.get()
    assert client.post(reverse("attachment_strike", args=[one.pk])).status_code == 302
    assert "环评.pdf" not in client.get(address).text


def test_database_keeps_attachments_in_order(agent, now, city):
    one = attach(agent, make.draft(agent), now)
    with broken("file_is_attached_once"):
        Attachment.objects.create(
            application=one.application, name="x", size=1, sha256=one.sha256, by=agent, at=now
        )
    with broken("attachment_has_bytes_and_their_hash"):
        Attachment.objects.filter(pk=one.pk).update(size=0)
    rule(city)
    with broken("attachment_rules_do_not_overlap"):
        rule(city, valid_from="2026-06-01")
    with broken("attachment_rule_is_in_range"):
        rule(city, valid_from="2020-01-01", valid_to="2020-12-31", most_bytes_in_all=1)
