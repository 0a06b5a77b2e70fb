"""People whom an enterprise names on a card or a registration form are erased like accounts are."""

import datetime

import pytest
from django.urls import reverse

from cardswipe import services as cards
from ledger import queries
from ledger.models import PersonalSalt
from parties import personal, services
from parties.models import AccessRequest
from parties.refusals import KeptByLaw, NothingToErase, StillNeeded
from parties.rules import Role
from parties.services import record, system_actor
from parties.services.reference import load_keepings
from permits.services import end_registration
from tests import factories
from tests.factories_cards import card as new_card
from tests.factories_parties import NOW
from tests.factories_proof import keep
from tests.permits.objects import registration as new_form

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - datetime.timedelta(days=6 * 366)
LATER = NOW + datetime.timedelta(minutes=1)


@pytest.fixture
def security(city):
    load_keepings()
    return factories.bureau_member(city, Role.SECURITY_ADMIN, "security")


@pytest.fixture
def second(city):
    return factories.bureau_member(city, Role.SYSTEM_ADMIN, "second")


@pytest.fixture
def card(enterprise):
    return new_card(enterprise, contact="王五 13812345678", now=LONG_AGO)


@pytest.fixture
def form(enterprise, officer):
    made = new_form(enterprise)
    made.valid_from = LONG_AGO.date()
    return record(made, by=officer, reason="登记")


def ask(by, code, subject):
    return services.ask_to_erase(
        by=by, datum=personal.DATA[code], subject=subject, reason="申请 9 号", now=NOW
    )


def grant(by, request):
    return services.decide_access(by=by, request=request, granted=True, reason="", now=NOW)


def close(card, now=LONG_AGO):
    cards.cancel_card(by=system_actor("demo"), card=card, now=now, reason="停产")
    card.refresh_from_db()


def erased_everywhere(obj, name):
    obj.refresh_from_db()
    rows = list(obj.history.values_list("contact", flat=True))
    return obj.contact == "***" and set(rows) == {"***"} and name not in str(rows)


def test_contact_of_a_closed_card_goes_from_record_history_and_proof(card, security, second):
    close(card)
    keep()
    grant(second, ask(security, "card_contact", card))
    assert erased_everywhere(card, "王五")
    old = card.history.order_by("history_id").first().pk
    kept = PersonalSalt.objects.filter(
        source__table_name="cardswipe_historicalcard", row_id=old, salt__isnull=False
    )
    assert not kept.exists()
    keep(LATER)
    assert list(queries.verify()) == []
    with pytest.raises(NothingToErase):
        ask(security, "card_contact", card)


def test_contact_of_a_card_in_use_or_lately_closed_stays(card, security):
    with pytest.raises(StillNeeded):
        ask(security, "card_contact", card)
    close(card, NOW)
    with pytest.raises(KeptByLaw, match="2031-11-20"):
        ask(security, "card_contact", card)


def test_contact_of_a_struck_off_form_goes_too(form, officer, security, second):
    with pytest.raises(StillNeeded):
        ask(security, "registration", form)
    ended = end_registration(by=officer, registration=form, reason="停产", now=LONG_AGO)
    keep()
    grant(second, ask(security, "registration", ended))
    assert erased_everywhere(ended, "王五")
    keep(LATER)
    assert list(queries.verify()) == []


def test_card_is_found_by_its_number_on_the_page(client, card, security):
    close(card)
    client.force_login(security.user)
    wish = {"datum": "card_contact", "number": card.card_no, "reason": "申请 9 号"}
    assert client.post(reverse("personal_data"), wish).status_code == 302
    asked = AccessRequest.objects.get(kind="ERASE")
    assert (asked.who, asked.person) == (str(card), None)
    elsewhere = factories.bureau_member(factories.city("339800"), Role.SECURITY_ADMIN, "far")
    client.force_login(elsewhere.user)
    assert client.post(reverse("personal_data"), wish).status_code == 422
