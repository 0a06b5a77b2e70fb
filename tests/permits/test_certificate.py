"""The main copy as PDF and its public verification."""

import asyncio
import datetime
import io
import re
import stat

import pgtrigger
import pypdfium2
import pytest
import zxingcpp
from asn1crypto.cms import ContentInfo
from pyhanko.pdf_utils.generic import TextStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import (
    SignatureCoverageLevel,
    async_validate_detached_cms,
    validate_pdf_signature,
)
from pyhanko_certvalidator import ValidationContext
from reportlab.pdfbase import pdfmetrics

from ledger.models.lots import LotSource
from ledger.services import set_lot_paid
from parties.services import record
from permits import services
from permits.book_paper import draw_duplicate
from permits.certificate_text import SOURCES
from permits.models import Certificate, Permit
from permits.queries.files import FileVerdict, verify_file
from permits.queries.register import search
from permits.queries.verification import Verdict, certificate_content, verify
from permits.wall_paper import draw_main_copy
from shell import signing
from shell.paper_parts import Foot
from tests import factories_ledger
from tests import factories_permits as make
from tests.refused import refused

DAY = datetime.timedelta(days=1)


@pytest.fixture
def permit(agent, officer, second_officer, now):
    return make.issued(agent, officer, second_officer, now=now)


@pytest.fixture
def certificate(permit, now):
    return services.make_certificate(permit=permit, copy="DUPLICATE", now=now)


@pytest.fixture
def wall(permit, now):
    return services.make_certificate(permit=permit, now=now)


def judged(permit, now, short_hash=""):
    return verify(permit.permit_no, short_hash, day=(now + DAY).date())


def test_same_version_and_rights_give_the_same_document(permit, certificate, now):
    again = services.make_certificate(permit=permit, copy="DUPLICATE", now=now + 10 * DAY)
    assert again == certificate
    assert bytes(again.document) == bytes(certificate.document)


def test_drawing_twice_gives_the_same_bytes(certificate):
    content = certificate_content(certificate.version, "DUPLICATE", certificate.rights)
    foot = Foot("1", "2", "https://example.org/verify/1?h=2")
    for draw in (draw_main_copy, draw_duplicate):
        assert draw(content, foot) == draw(content, foot)


@pytest.mark.parametrize("copy", ["MAIN", "DUPLICATE"])
def test_document_embeds_its_font_and_no_other(permit, now, copy):
    pdf = bytes(services.make_certificate(permit=permit, copy=copy, now=now).document)
    fonts = re.findall(rb"/BaseFont /(\S+)", pdf)
    assert fonts
    assert all(b"NotoSansSC" in name for name in fonts)
    assert pdf.count(b"/FontFile2") >= 2
    assert b"/Helvetica" not in pdf


def test_document_says_what_the_version_says(permit, certificate):
    said = certificate.version.content
    assert said["unit"]["name"] == "清源印染有限公司"
    assert said["permit_no"] == permit.permit_no
    assert [right["pollutant"] for right in certificate.rights] == ["COD", "NH3N", "SO2"]
    assert certificate.document_no == f"{permit.permit_no}-01-F01"


def test_name_the_font_cannot_draw_is_refused_with_the_character_named(
    agent, officer, second_officer, now
):
    enterprise = agent.enterprise
    enterprise.name = "𠮷祥印染厂"
    record(enterprise, by=officer, reason="renamed")
    permit = make.issued(agent, officer, second_officer, now=now)
    with refused("S201"):
        services.make_certificate(permit=permit, now=now)


def test_genuine_and_current_certificate_is_valid(permit, certificate, now):
    found = judged(permit, now, certificate.short_hash)
    assert found.verdict == Verdict.VALID
    assert found.certificate == certificate


def test_permit_asked_for_without_hash_is_in_force(permit, now):
    assert judged(permit, now).verdict == Verdict.IN_FORCE


@pytest.mark.parametrize("short_hash", ["0" * 16, "é", "'--", "%00"])
def test_hash_that_no_certificate_has_does_not_match(permit, certificate, now, short_hash):
    assert judged(permit, now, short_hash).verdict == Verdict.MISMATCH


def test_unknown_number_is_unknown(db, now):
    assert verify("91350100M000100Y43001P", "", day=now.date()).verdict == Verdict.UNKNOWN


def test_right_won_at_auction_shows_on_a_new_certificate_and_ages_the_old(permit, certificate, now):
    factories_ledger.lot(permit.site.enterprise, source="AUCTION", key="won")
    found = judged(permit, now, certificate.short_hash)
    assert (found.verdict, found.has_other_rights) == (Verdict.SUPERSEDED, True)
    new = services.make_certificate(permit=permit, copy="DUPLICATE", now=now + DAY)
    assert "AUCTION" in [right["source"] for right in new.rights]
    assert new.document_no.endswith("-01-F02")
    assert judged(permit, now, new.short_hash).verdict == Verdict.VALID


def test_payment_of_a_right_ages_the_certificate(permit, certificate, officer, now):
    lot = permit.site.enterprise.lot_set.first()
    set_lot_paid(by=officer, lot=lot, state="PAID")
    assert judged(permit, now, certificate.short_hash).verdict == Verdict.SUPERSEDED


def test_certificate_of_an_older_version_is_superseded(
    permit, certificate, agent, officer, second_officer, now
):
    make.issued(agent, officer, second_officer, now=now + DAY, kind="CHANGE")
    found = judged(permit, now, certificate.short_hash)
    assert found.verdict == Verdict.SUPERSEDED
    assert [version.number for version in found.later_versions] == [2]


def test_verification_says_what_changed_since_entry_by_entry(
    permit, certificate, agent, officer, second_officer, now
):
    more = ("DW001", "COD", "40", 12 * 10**9)
    limits = (more, *make.LIMITS[1:], ("DA001", "NOX", "50", 10**9))
    enterprise = agent.enterprise
    enterprise.name = "清源新印染有限公司"
    record(enterprise, by=officer, reason="renamed")
    make.issued(agent, officer, second_officer, now=now + DAY, kind="REAPPLY", limits=limits)
    changes = {
        one.what: (one.before, one.after) for one in judged_changes(permit, now, certificate)
    }
    assert changes["排污单位"] == ("清源印染有限公司", "清源新印染有限公司")
    assert changes["DW001 · 化学需氧量 · 许可排放浓度"] == ("50 mg/L", "40 mg/L")
    assert changes["DW001 · 化学需氧量 · 年许可排放量"] == ("10.000 t/a", "12.000 t/a")
    assert changes["DA001 · 氮氧化物 · 许可排放浓度"] == ("未许可", "50 mg/m³")
    assert not any("氨氮" in what for what in changes)


def judged_changes(permit, now, certificate):
    permit.refresh_from_db()
    return judged(permit, now, certificate.short_hash).changes


def test_every_source_of_a_right_has_its_word_on_paper():
    assert set(SOURCES) == set(LotSource.values)


def test_permit_is_found_by_a_name_that_its_holder_had(permit, agent, officer):
    permit.holder_name = "清源新印染有限公司"
    with pgtrigger.ignore("permits.Permit:permit_changes_by_an_issue"):
        record(permit, by=officer, reason="renamed")
    for text in ("清源印染", "清源新印染", agent.enterprise.uscc):
        assert list(search(Permit.objects.public(), text=text)) == [permit], text
    industry = agent.enterprise.industry_code
    assert list(search(Permit.objects.public(), industry=industry[:2])) == [permit]
    assert not search(Permit.objects.public(), industry="99").exists()


def test_sheet_on_the_wall_does_not_age_with_a_trade(permit, wall, now):
    factories_ledger.lot(permit.site.enterprise, source="AUCTION", key="won")
    assert judged(permit, now, wall.short_hash).verdict == Verdict.VALID
    assert wall.rights == []
    assert wall.document_no == f"{permit.permit_no}-01-01"


def test_signature_certifies_the_whole_file_and_permits_no_change(wall):
    found = signature_of(bytes(wall.document))
    assert (found.intact, found.valid, found.trusted) == (True, True, True)
    assert found.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert found.docmdp_ok
    assert found.signer_reported_dt == wall.made_at
    assert b"/P 1" in bytes(wall.document)


def test_one_altered_byte_breaks_the_signature_and_is_told(wall, now):
    altered = bytearray(wall.document)
    altered[4000] ^= 1
    assert not signature_of(bytes(altered)).intact
    found = verify_file(bytes(altered), day=(now + DAY).date())
    assert (found.verdict, found.differing_bytes, found.first_difference) == (
        FileVerdict.ALTERED,
        1,
        4000,
    )


def test_incremental_update_is_told_and_breaks_the_certification(wall, now):
    writer = IncrementalPdfFileWriter(io.BytesIO(bytes(wall.document)))
    writer.root["/Lang"] = TextStringObject("en")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    updated = out.getvalue()
    assert updated.startswith(bytes(wall.document))
    found = verify_file(updated, day=(now + DAY).date())
    assert found.verdict == FileVerdict.APPENDED
    assert found.added_bytes == len(updated) - len(bytes(wall.document))
    assert found.verification.certificate == wall


def test_very_file_is_known_again_with_what_holds_today(wall, now):
    found = verify_file(bytes(wall.document), day=(now + DAY).date())
    assert (found.verdict, found.verification.verdict) == (FileVerdict.SAME, Verdict.VALID)


@pytest.mark.parametrize("document", [b"", b"%PDF-1.4\n%%EOF\n", b"%%EOF" * 10000, b"\0" * 100])
def test_file_that_was_not_issued_here_is_unknown(wall, now, document):
    assert verify_file(document, day=now.date()).verdict == FileVerdict.UNKNOWN


def test_printed_code_opens_the_verification_of_this_paper(wall, settings):
    page = pypdfium2.PdfDocument(bytes(wall.document))[0].render(scale=2).to_pil()
    read = zxingcpp.read_barcodes(page)
    permit_no = wall.version.permit.permit_no
    assert [one.text for one in read] == [
        f"{settings.PUBLIC_ADDRESS}/verify/{permit_no}?h={wall.short_hash}"
    ]


def signature_of(document):
    reader = PdfFileReader(io.BytesIO(document))
    trust = ValidationContext(trust_roots=[signing.own_certificate()], allow_fetching=False)
    return validate_pdf_signature(reader.embedded_signatures[0], trust)


def test_unusable_key_is_said_and_no_paper_is_kept(permit, now, settings, tmp_path):
    settings.SIGNING_DIR = tmp_path
    (tmp_path / signing.KEY).write_text("no key")
    (tmp_path / signing.CERTIFICATE).write_text("no certificate")
    with refused("S203"):
        services.make_certificate(permit=permit, now=now)
    assert not Certificate.objects.exists()


def test_detached_signature_covers_the_file(tmp_path):
    signature = ContentInfo.load(signing.sign_file(b"permit_no,name\n"))
    trust = ValidationContext(trust_roots=[signing.own_certificate()], allow_fetching=False)
    for content, is_intact in ((b"permit_no,name\n", True), (b"permit_no,nam3\n", False)):
        found = validate_detached_cms(content, signature["content"], trust)
        assert found.intact is is_intact


def validate_detached_cms(content, signed_data, trust):
    return asyncio.run(
        async_validate_detached_cms(content, signed_data, signer_validation_context=trust)
    )


def test_key_of_the_installation_is_made_once_and_is_its_owners(tmp_path, settings):
    settings.SIGNING_DIR = tmp_path / "signing"
    signing.make_demo_key()
    first = signing.path_of(signing.KEY).read_bytes()
    signing.make_demo_key()
    assert signing.path_of(signing.KEY).read_bytes() == first
    assert stat.S_IMODE(signing.path_of(signing.KEY).stat().st_mode) == 0o600
    assert signing.is_demo_key()


def test_revoked_permit_is_not_valid_and_gets_no_certificate(
    permit, certificate, officer, second_officer, now
):
    ending = services.propose_ending(
        by=officer,
        permit=permit,
        ends_as="REVOKED",
        reason="严重超总量排放",
        legal_basis="《排污许可管理条例》第三十四条",
        key="end",
        now=now,
    )
    services.decide_ending(by=second_officer, ending=ending, granted=True, reason="", now=now)
    found = judged(permit, now, certificate.short_hash)
    assert (found.verdict, found.ending) == (Verdict.NOT_VALID, ending)
    permit.refresh_from_db()
    with refused("P134"):
        services.make_certificate(permit=permit, now=now)
    assert Certificate.objects.count() == 1


def test_font_is_registered_in_both_weights(certificate):
    assert {"NotoSansSC", "NotoSansSC-Bold"} <= set(pdfmetrics.getRegisteredFontNames())
    assert io.BytesIO(bytes(certificate.document)).read(5) == b"%PDF-"
