"""One discharge is debited once, under whatever name, source or clock it is told again."""

import datetime

import pytest

from cardswipe.models import DischargeEvent, EventConflict
from tests import factories_cards as cards
from tests.factories_cards import KG, NOW, alarms, balance, book, hour, report
from tests.factories_devices import frame, local, session, take

pytestmark = pytest.mark.django_db
MINUTE = datetime.timedelta(minutes=1)
BEGIN = NOW - 120 * MINUTE


@pytest.fixture
def ready(enterprise):
    return cards.ready(enterprise)


def told(box, minutes: int, length: int = 30, *, sequence: int = 412, kg: int = 10):
    """A session that began so many minutes after BEGIN."""
    begin = BEGIN + minutes * MINUTE
    return report(
        box, kg * KG, started_at=begin, ended_at=begin + length * MINUTE, sequence=sequence
    )


@pytest.mark.parametrize("together", [True, False])
def test_a_session_told_again_after_its_clock_was_set_is_a_contradiction(
    ready, enterprise, together
):
    card, box = ready
    first, again = told(box, 0), told(box, 4)
    said = book(first, again) if together else book(first) + book(again)
    assert [one.verdict for one in said] == ["BOOKED", "CONFLICT"]
    assert said[1].event_id == said[0].event_id
    assert balance(card) == 90 * KG
    assert EventConflict.objects.get().event_id == said[0].event_id
    assert ("CONFLICT", None, 1) in alarms(enterprise)
    assert [one.verdict for one in book(again, first)] == ["CONFLICT", "REPEATED"]
    assert (balance(card), EventConflict.objects.count()) == (90 * KG, 1)


def test_a_number_counted_anew_is_another_session(ready):
    """A box that lost its counter begins again; its sessions do not overlap and all count."""
    card, box = ready
    said = book(told(box, 0), told(box, 30), told(box, 90))
    assert [one.verdict for one in said] == ["BOOKED"] * 3
    assert balance(card) == 70 * KG


def test_three_tellings_of_one_session_all_name_the_first(ready):
    card, box = ready
    said = book(told(box, 0), told(box, 4), told(box, 8))
    assert {one.event_id for one in said} == {said[0].event_id}
    assert (balance(card), EventConflict.objects.count()) == (90 * KG, 2)


@pytest.mark.parametrize("first", ["session", "hour"])
def test_an_hour_and_a_session_within_it_debit_once(ready, enterprise, first):
    """The registration was changed between them; the history was asked for once more."""
    card, box = ready
    begin = BEGIN.replace(minute=0)
    inside = report(
        box, 10 * KG, started_at=begin + 50 * MINUTE, ended_at=begin + 70 * MINUTE, sequence=7
    )
    around = [hour(box, begin), hour(box, begin + 60 * MINUTE)]
    verdicts = [
        [one.verdict for one in book(*batch)]
        for batch in ([[inside], around] if first == "session" else [around, [inside]])
    ]
    expected = [["BOOKED"], ["CONFLICT", "CONFLICT"]]
    assert verdicts == (expected if first == "session" else [["BOOKED"] * 2, ["CONFLICT"]])
    assert balance(card) == (90 * KG if first == "session" else 98 * KG)
    assert "CONFLICT" in {kind for kind, _percent, _times in alarms(enterprise)}


def test_an_hour_that_begins_where_a_session_ends_counts(ready):
    card, box = ready
    begin = BEGIN.replace(minute=0)
    before = report(box, 10 * KG, started_at=begin - 30 * MINUTE, ended_at=begin, sequence=7)
    assert [one.verdict for one in book(before) + book(hour(box, begin))] == ["BOOKED"] * 2
    assert balance(card) == 89 * KG


def test_another_controller_may_count_the_same_numbers_at_the_same_time(ready, enterprise):
    _card, box = ready
    other = cards.controller(enterprise, code="DW002")
    said = book(told(box, 0), told(other, 4))
    assert [one.verdict for one in said] == ["BOOKED", "BOOKED"]


def test_a_controller_of_hours_that_reports_a_session_debits_hours_only(ready, enterprise):
    card, box = ready
    type(box).objects.filter(pk=box.pk).update(event_source="HOUR")
    start = NOW - 60 * MINUTE
    cp = f"DataTime={local(start)};w00000-Cou=36.0;w01018-Cou=12.5,w01018-Flag=N"
    outcomes = take(frame(box, "2061", cp), session(box, card.card_no))
    assert [one.verdict for one in outcomes] == ["C100", "C133"]
    assert outcomes[1].answer is not None, "it is kept, so the device may forget it"
    assert DischargeEvent.objects.get().kind == "HOUR"
    assert balance(card) == 100 * KG - 12_500_000
    assert ("HELD", None, 1) in alarms(enterprise)
