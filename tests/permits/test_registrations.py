"""Registration of small units: number at once, one per site, changed and renewed without a gap."""

import datetime
import uuid

import pypdfium2
import pytest
from django.urls import reverse

from permits import services
from permits.models import Registration
from permits.services import RegistrationEntry
from tests import factories_permits as make
from tests.refused import broken, refused

DAY = datetime.timedelta(days=1)
SAID = {
    "products": "豆制品 20 吨/年",
    "fuel": "",
    "treatment": "隔油池、化粪池",
    "destination": "城镇污水处理厂",
    "standards": "GB 8978",
    "contact": "王五 13800000000",
}
ENTRY = RegistrationEntry(**SAID)


def file(by, site, now, key="file"):
    return services.file_registration(by=by, site=site, entry=ENTRY, key=key, now=now)


@pytest.fixture
def registration(agent, now):
    return file(agent, make.site(agent.enterprise), now)


def test_number_is_given_at_once_and_the_form_counts_once(registration, agent, now):
    assert registration.registration_no == "339901-2026-DJ-00001"
    assert registration.valid_to == datetime.date(2031, 11, 19)
    assert file(agent, registration.site, now) == registration
    with refused("P191"):
        file(agent, registration.site, now, key="second")


def test_site_with_a_permit_is_not_registered_beside_it(agent, officer, second_officer, now):
    permit = make.issued(agent, officer, second_officer, now=now)
    with refused("P112"):
        file(agent, permit.site, now)


def test_change_keeps_the_term_and_refuses_a_stale_page(registration, agent, now):
    change = {"by": agent, "registration": registration, "entry": ENTRY, "now": now}
    changed = services.change_registration(**change, revision=1, changed_on=now.date())
    assert (changed.revision, changed.valid_to) == (2, registration.valid_to)
    with refused("P191"):
        services.change_registration(**change, revision=1, changed_on=now.date())


def test_renewal_follows_without_a_gap_once_per_key(registration, agent, now):
    for _ in range(2):
        renewed = services.renew_registration(
            by=agent, registration=registration, key="renew", now=now
        )
    assert renewed.valid_to == datetime.date(2036, 11, 19)


def test_struck_off_or_run_out_it_must_be_filed_anew_under_its_number(
    registration, agent, officer, now
):
    with refused("P116"):
        services.end_registration(by=officer, registration=registration, reason=" ", now=now)
    for _ in range(2):
        services.end_registration(by=officer, registration=registration, reason="停业", now=now)
    with refused("P190"):
        services.renew_registration(by=agent, registration=registration, key="r", now=now)
    again = file(agent, registration.site, now + DAY, key="again")
    assert (again.pk, again.state) == (registration.pk, "VALID")
    with refused("P190"):
        services.renew_registration(
            by=agent, registration=again, key="late", now=now + 6 * 366 * DAY
        )


def test_unit_files_changes_and_renews_and_the_bureau_strikes_off_on_the_pages(
    client, agent, officer
):
    site = make.site(agent.enterprise)
    client.force_login(agent.user, backend="django.contrib.auth.backends.ModelBackend")
    sent = client.post(reverse("registration_new"), SAID | {"site": site.pk, "once": uuid.uuid4()})
    row = Registration.objects.get()
    page = reverse("registration", args=[row.pk])
    assert sent["Location"] == page
    assert row.registration_no in client.get(reverse("registrations")).text
    change = {"changed_on": "2026-01-05", "revision": 1, "once": uuid.uuid4()}
    assert client.post(f"{page}change/", SAID | change).status_code == 302
    assert "第二十四条" in client.get(page).text
    assert client.post(page, {"once": uuid.uuid4()}).status_code == 302
    client.force_login(officer.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(page, {"once": uuid.uuid4(), "reason": "停业"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "ENDED"


def test_receipt_says_number_unit_and_term(registration, client, agent):
    client.force_login(agent.user, backend="django.contrib.auth.backends.ModelBackend")
    paper = client.get(reverse("registration_receipt", args=[registration.pk]))
    text = "".join(
        sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(paper.content)
    )
    for word in (registration.registration_no, agent.enterprise.name, "2031-11-19"):
        assert word in text


def test_database_keeps_registrations_in_order(registration):
    with broken("registration_runs_forward"):
        Registration.objects.update(valid_to="2020-01-01")
