"""The holder asks for the certificate of a right with a button; the bureau is told once."""

import datetime

import pytest
from django.test import Client

from parties.models import Notice
from permits import services
from tests import factories_ledger
from tests.refused import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(enterprise, officer):
    return factories_ledger.lot(enterprise, paid=True)


def ask(by, lot, now):
    services.ask_for_rights_certificate(by=by, lot=lot, now=now)


def told_to_bureaus() -> list[str]:
    return [one.text_en for one in Notice.objects.filter(bureau__isnull=False)]


def test_the_bureau_is_told_with_the_page_where_it_issues(paid, agent, now):
    ask(agent, paid, now)
    told = Notice.objects.filter(bureau__isnull=False)
    assert {one.link for one in told} == {f"/lots/{paid.pk}/certificate/"}
    assert all(paid.lot_no in one.text_zh for one in told)
    assert told


def test_asking_again_is_refused_until_the_bureau_had_its_days(paid, agent, now):
    ask(agent, paid, now)
    before = len(told_to_bureaus())
    with refused("P456"):
        ask(agent, paid, now + datetime.timedelta(days=3))
    assert len(told_to_bureaus()) == before
    ask(agent, paid, now + datetime.timedelta(days=11))
    assert len(told_to_bureaus()) == 2 * before


def test_what_is_certified_or_not_paid_is_not_asked_for(paid, agent, enterprise, officer, now):
    services.issue_on_request(by=officer, lot=paid, now=now)
    with refused("P455"):
        ask(agent, paid, now)
    with refused("P450"):
        ask(agent, factories_ledger.lot(enterprise, key="unpaid"), now)
    assert told_to_bureaus() == []


def test_the_holder_is_told_once_it_is_issued(paid, officer, enterprise, now):
    made = services.issue_on_request(by=officer, lot=paid, now=now)
    told = Notice.objects.get(enterprise=enterprise)
    assert told.link == f"/rights/certificates/{made.pk}/"
    assert made.certificate_no in told.text_zh


def test_the_lots_page_has_the_button_and_says_since_when_it_is_asked_for(paid, agent):
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent.user)
    lot_page, ask_page = f"/lots/{paid.pk}/", f"/lots/{paid.pk}/ask-certificate/"
    assert ask_page in client.get(lot_page).content.decode()
    assert paid.lot_no in client.get(ask_page).content.decode()
    assert client.post(ask_page).status_code == 302
    assert "asked for on" in client.get(lot_page).content.decode()
    again = client.post(ask_page)
    assert (again.status_code, "P456" in again.content.decode()) == (409, True)
