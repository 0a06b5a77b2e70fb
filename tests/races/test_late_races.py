"""Two officers decide one late event at the same moment: one decision counts, one debit is made."""

import datetime

import pytest

from cardswipe import services
from cardswipe.late import LateAct
from cardswipe.models import DischargeEvent, LateDecision
from ledger import queries
from ledger.models import QuotaPeriod
from ledger.rules import Purpose
from parties.rules import Role
from parties.services import system_actor
from shell.refusals import Refusal
from tests import factories, factories_cards
from tests.factories_cards import KG, NOW, TODAY, balance, book, held, report
from tests.races.test_card_races import together

pytestmark = pytest.mark.django_db(transaction=True)
DAY = datetime.timedelta(days=1)
LAST_YEAR = NOW - 365 * DAY


@pytest.fixture
def scene(county):
    """A card with 100 kg, an event of the closed year before, three officers of the city."""
    from permits.services import load_reference_data

    load_reference_data()
    owner = factories.enterprise(county)
    factories_cards.permit(owner)
    card = factories_cards.card(owner, now=NOW - 500 * DAY)
    box = factories_cards.controller(owner)
    services.bind_card(by=system_actor("demo"), card=card, controller=box, now=NOW - 499 * DAY)
    factories_cards.load(card)
    year = TODAY.year - 1
    QuotaPeriod.objects.create(
        region_id=f"{county.pk[:4]}00",
        label=str(year),
        start_date=datetime.date(year, 1, 1),
        end_date=datetime.date(year, 12, 31),
        state="CLOSED",
    )
    [said] = book(report(box, 30 * KG, started_at=LAST_YEAR, ended_at=LAST_YEAR))
    event = DischargeEvent.objects.get(pk=said.event_id)
    officers = [
        factories.bureau_member(county.parent, Role.PERMIT_OFFICER, f"officer{n}") for n in range(3)
    ]
    return owner, card, event, officers


def ask(by, event, act):
    return services.decide_late(
        by=by, act=act, events=[event], reason="补传", key=f"{act}-{by.pk}", now=NOW
    )


def settle(by, decision, *, granted):
    return services.settle_late(by=by, decision=decision, granted=granted, reason="属实", now=NOW)


def codes(results):
    return [result.code for result in results if isinstance(result, Refusal)]


def test_of_two_officers_who_ask_about_one_event_one_is_refused(scene):
    _owner, _card, event, (first, second, _third) = scene
    results = together(
        [lambda: ask(first, event, LateAct.BOOK), lambda: ask(second, event, LateAct.DISMISS)]
    )
    assert codes(results) == ["C256"]
    assert LateDecision.objects.filter(state="ASKED").count() == 1


@pytest.mark.parametrize("other", [True, False])
def test_of_two_second_persons_one_decides_and_the_debit_is_made_once(scene, other):
    owner, card, event, (first, second, third) = scene
    asked = ask(first, event, LateAct.BOOK)
    results = together(
        [
            lambda: settle(second, asked, granted=True),
            lambda: settle(third, asked, granted=other),
        ]
    )
    assert codes(results) == ["C257"]
    is_booked = LateDecision.objects.get().state == "DONE"
    assert is_booked or not other
    assert balance(card) == (70 if is_booked else 100) * KG
    assert held(owner, Purpose.DISCHARGED) == (30 if is_booked else 0) * KG
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_a_withdrawal_and_a_grant_at_once_leave_one_of_them(scene):
    _owner, card, event, (first, second, _third) = scene
    asked = ask(first, event, LateAct.BOOK)
    results = together(
        [
            lambda: settle(second, asked, granted=True),
            lambda: services.take_back_late(by=first, decision=asked, reason="错", now=NOW),
        ]
    )
    assert codes(results) == ["C257"]
    is_booked = LateDecision.objects.get().state == "DONE"
    assert balance(card) == (70 if is_booked else 100) * KG
