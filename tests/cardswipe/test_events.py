"""Discharge events: each counts once, in any order, and none is ever lost."""

import dataclasses
import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cardswipe import services
from cardswipe.models import (
    Alarm,
    DailyTotal,
    DischargeEvent,
    EventConflict,
    EventLoad,
)
from cardswipe.rules import Verdict
from ledger import queries
from ledger.models import Operation, QuotaPeriod
from ledger.rules import Purpose
from tests.factories_cards import (
    KG,
    NOW,
    alarms,
    balance,
    book,
    bound,
    card,
    controller,
    held,
    load,
    permit,
    ready,
    report,
)

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def loaded(enterprise):
    """A bound card with 100 kg COD, and its controller."""
    return ready(enterprise)


def verdicts(answers):
    return [answer.verdict for answer in answers]


def test_an_event_debits_the_card_and_counts_as_discharged(loaded, enterprise):
    held_card, box = loaded
    answers = book(report(box, 30 * KG))
    assert verdicts(answers) == [Verdict.BOOKED]
    assert balance(held_card) == 70 * KG
    assert held(enterprise, Purpose.DISCHARGED) == 30 * KG
    event = DischargeEvent.objects.get(pk=answers[0].event_id)
    operation = Operation.objects.get(document_type="discharge_event", document_id=event.pk)
    assert (operation.kind_id, event.card) == ("DISCHARGE", held_card)
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_a_repeated_report_debits_nothing_within_a_batch_or_later(loaded):
    held_card, box = loaded
    first = report(box, 30 * KG)
    assert verdicts(book(first, first)) == [Verdict.BOOKED, Verdict.REPEATED]
    assert verdicts(book(first, now=NOW + 90 * 24 * HOUR)) == [Verdict.REPEATED]
    assert balance(held_card) == 70 * KG


def test_another_frame_with_the_same_event_is_a_repeat(loaded):
    _card, box = loaded
    first = report(box, frame_id=1)
    assert verdicts(book(first, dataclasses.replace(first, frame_id=2)))[1] == Verdict.REPEATED


def test_a_contradicting_report_is_kept_apart_and_debits_nothing(loaded, enterprise):
    held_card, box = loaded
    first = report(box, 30 * KG)
    other = dataclasses.replace(first, loads=(("COD", 1),))
    book(first)
    assert verdicts(book(other, other)) == [Verdict.CONFLICT, Verdict.CONFLICT]
    assert balance(held_card) == 70 * KG
    assert EventConflict.objects.get().body["loads"] == [["COD", 1]]
    assert alarms(enterprise) == [("CONFLICT", None, 2)]


def test_what_the_card_lacks_is_overrun_with_an_alarm(loaded, enterprise):
    held_card, box = loaded
    assert verdicts(book(report(box, 130 * KG))) == [Verdict.BOOKED]
    assert balance(held_card) == 0
    assert held(enterprise, Purpose.OVERRUN) == -30 * KG
    assert held(enterprise, Purpose.DISCHARGED) == 130 * KG
    alarm = Alarm.objects.get(kind="OVERRUN")
    assert alarm.params == {"over": 30 * KG}
    assert "0.030 t" in alarm.sentence


def test_discharge_without_a_bound_card_is_all_overrun(enterprise):
    permit(enterprise)
    book(report(controller(enterprise), 5 * KG))
    assert held(enterprise, Purpose.OVERRUN) == -5 * KG
    assert alarms(enterprise) == [("NO_CARD", None, 1)]


@pytest.mark.parametrize(
    ("number", "kind"), [("999999999999", "CARD_UNKNOWN"), ("foreign", "CARD_FOREIGN")]
)
def test_a_card_that_is_unknown_or_not_bound_is_never_debited(loaded, enterprise, number, kind):
    held_card, box = loaded
    other = card(enterprise)
    load(other, 50 * KG)
    card_no = other.card_no if number == "foreign" else number
    book(report(box, 5 * KG, card_no=card_no))
    assert (balance(held_card), balance(other)) == (100 * KG, 50 * KG)
    assert held(enterprise, Purpose.OVERRUN) == -5 * KG
    assert alarms(enterprise) == [(kind, None, 1)]


def test_a_rival_cannot_swipe_with_anothers_card(loaded, rival):
    held_card, _box = loaded
    permit(rival.enterprise)
    _own, box = bound(rival.enterprise)
    book(report(box, 5 * KG, card_no=held_card.card_no))
    assert balance(held_card) == 100 * KG
    assert held(rival.enterprise, Purpose.OVERRUN) == -5 * KG


def test_a_lost_card_is_debited_for_the_time_before_the_loss_only(loaded, agent):
    held_card, box = loaded
    services.report_lost(by=agent, card=held_card, now=NOW, lost_at=NOW - HOUR)
    book(report(box, 7 * KG, started_at=NOW - 2 * HOUR), report(box, 9 * KG))
    assert balance(held_card) == 93 * KG
    assert held(held_card.enterprise, Purpose.OVERRUN) == -9 * KG


def test_a_late_event_of_a_replaced_card_debits_its_successor(loaded, officer):
    old, box = loaded
    new = services.replace_card(by=officer, card=old, physical_no="CHIPNEW1", now=NOW)
    book(report(box, 7 * KG, started_at=NOW - HOUR, card_no=old.card_no))
    assert (balance(old), balance(new)) == (0, 93 * KG)


def test_pollutants_without_a_quantity_in_the_permit_are_stored_but_not_debited(loaded):
    held_card, box = loaded
    answers = book(report(box, loads=(("COD", KG), ("TP", 3))))
    assert set(EventLoad.objects.values_list("pollutant_id", "quantity", "is_debited")) == {
        ("COD", KG, True),
        ("TP", 3, False),
    }
    assert verdicts(answers) == [Verdict.BOOKED]
    assert verdicts(book(report(box, loads=(("TP", 3),)))) == [Verdict.NOT_DEBITED]
    assert balance(held_card) == 99 * KG


def test_a_main_outlet_without_a_permit_debits_everything_with_an_alarm(enterprise, officer):
    permit(enterprise)
    box = controller(enterprise, code="DW002")
    book(report(box, KG))
    assert held(enterprise, Purpose.OVERRUN) == -KG
    assert ("NO_PERMIT", None, 1) in alarms(enterprise)


def test_a_general_outlet_debits_nothing(enterprise):
    permit(enterprise)
    box = controller(enterprise, code="DW002")
    box.outlet.kind = "GENERAL"
    box.outlet.save()
    assert verdicts(book(report(box, KG))) == [Verdict.NOT_DEBITED]


def test_a_load_of_nothing_is_stored_without_a_posting(loaded):
    _card, box = loaded
    assert verdicts(book(report(box, 0))) == [Verdict.NOT_DEBITED]
    assert not Operation.objects.filter(kind_id="DISCHARGE").exists()


def test_an_event_of_a_closed_period_waits_for_an_officer_and_is_never_booked_there(
    loaded, officer
):
    """A closed period is never reopened: what comes too late is kept, seen, and not lost."""
    held_card, box = loaded
    QuotaPeriod.objects.update(state="CLOSED")
    late = report(box, 30 * KG)
    assert verdicts(book(late)) == [Verdict.WAITING]
    assert services.book_waiting(by=officer, now=NOW) == 0
    assert balance(held_card) == 100 * KG


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"kind": "DAY"}, "KIND"),
        ({"sequence": -1}, "SEQUENCE"),
        ({"ended_at": NOW - HOUR}, "END_BEFORE_BEGIN"),
        ({"ended_at": NOW + 40 * 24 * HOUR}, "TOO_LONG"),
        ({"started_at": NOW + 365 * 24 * HOUR, "ended_at": NOW + 366 * 24 * HOUR}, "IN_THE_FUTURE"),
        ({"loads": (("COD", 1), ("COD", 2))}, "POLLUTANT_TWICE"),
        ({"loads": (("COD", -1),)}, "LOAD"),
        ({"loads": (("COD", 10**18),)}, "LOAD"),
        ({"volume_l": -5}, "VOLUME"),
        ({"card_no": "9" * 40}, "CARD_NO"),
        ({"controller_id": 0}, "CONTROLLER"),
    ],
)
def test_a_report_that_cannot_be_true_debits_nothing_and_harms_no_other(loaded, change, fault):
    held_card, box = loaded
    good = report(box, KG)
    bad = dataclasses.replace(report(box, 50 * KG), **change)
    answers = book(bad, good)
    assert verdicts(answers) == [Verdict.INVALID, Verdict.BOOKED]
    assert answers[0].fault == fault
    assert balance(held_card) == 99 * KG


def test_daily_totals_count_each_event_once_by_local_day(loaded):
    _card, box = loaded
    # 17:00 UTC is already the next day in China.
    evening = NOW.replace(day=19, hour=17)
    late = report(box, 2 * KG, started_at=evening, ended_at=evening + HOUR, is_estimate=True)
    book(report(box, KG), late)
    book(late)
    total = DailyTotal.objects.get()
    assert (total.day, total.quantity, total.estimated, total.events) == (
        datetime.date(2026, 11, 20),
        3 * KG,
        2 * KG,
        2,
    )


def test_an_empty_batch_is_fine(db):
    assert book() == []


def test_a_batch_takes_the_same_number_of_statements_whatever_its_size(loaded):
    _card, box = loaded
    book(report(box, 1))
    counts = []
    for size in (50, 400):  # both by COPY; a few take one statement less
        with CaptureQueriesContext(connection) as statements:
            book(*(report(box, 10) for _ in range(size)))
        counts.append(len(statements))
    assert counts[0] == counts[1]
