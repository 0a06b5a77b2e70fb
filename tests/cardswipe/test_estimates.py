"""Hours that nobody reported are filled by rules that are switched on, visibly, and once."""

import datetime

import pytest
from django.db import DatabaseError, transaction

from cardswipe import services
from cardswipe.models import Alarm, DailyTotal, DischargeEvent, Estimate, SubstitutionRule
from ledger.rules import Purpose
from parties.services import system_actor
from tests.factories_cards import KG, NOW, alarms, bound, held, load, permit, substitution
from tests.factories_cards import book as book_reports
from tests.factories_cards import hour as hour_report

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
# Whole hours of the day of NOW, on which the permit holds.
NOON = NOW.replace(minute=0, second=0, microsecond=0)
LATER = NOON + 40 * HOUR


@pytest.fixture
def box(enterprise):
    permit(enterprise)
    made, box = bound(enterprise, event_source="HOUR")
    load(made, 100 * KG)
    return box


def reported(box, *hours, kg=1):
    """Hours that the controller reported: each a kilogram more than the one before."""
    for place, number in enumerate(hours):
        book_reports(
            hour_report(box, NOON + number * HOUR, (kg + place) * KG), now=NOON + 30 * HOUR
        )


def fill(now=LATER):
    return services.fill_missing(by=system_actor("clock"), now=now)


def filled():
    return list(
        DischargeEvent.objects.filter(is_estimate=True)
        .order_by("started_at")
        .values_list("started_at", "loads__quantity")
    )


def test_a_missing_hour_is_filled_with_the_greatest_valid_hour_before_it(box, enterprise):
    substitution(enterprise)
    reported(box, 0, 1, 2, 5)  # 1, 2, 3 and 4 kg; 3 and 4 are missing
    assert fill(NOON + 8 * HOUR) == 2
    assert filled() == [(NOON + 3 * HOUR, 3 * KG), (NOON + 4 * HOUR, 3 * KG)]
    one = Estimate.objects.get(event__started_at=NOON + 3 * HOUR)
    assert (one.gap_begin, one.gap_h, one.basis) == (NOON + 3 * HOUR, 2, {"COD": [3, 3 * KG]})
    assert held(enterprise, Purpose.DISCHARGED) == 16 * KG


def test_filling_again_changes_nothing(box, enterprise):
    substitution(enterprise)
    reported(box, 0, 2)
    assert (fill(NOON + 5 * HOUR), fill(NOON + 5 * HOUR)) == (1, 0)
    assert held(enterprise, Purpose.DISCHARGED) == 4 * KG


def test_the_rule_waits_for_late_data_but_sees_the_whole_gap(box, enterprise):
    substitution(enterprise, wait_h=10)
    reported(box, 0)
    assert fill(NOON + 13 * HOUR) == 2  # hours 1 and 2 are ten hours over
    assert Estimate.objects.first().gap_h == 12


def test_rules_are_switched_off_until_confirmed_and_hours_then_stay_unknown(box, enterprise):
    assert set(SubstitutionRule.objects.values_list("is_on", flat=True)) == {False}
    reported(box, 0)
    fill(NOON + 200 * HOUR)
    assert filled() == []
    assert ("MISSING", None, 1) in alarms(enterprise)
    assert held(enterprise, Purpose.DISCHARGED) == KG


def test_an_estimate_is_counted_apart_in_the_day_and_said_in_an_alarm(box, enterprise):
    substitution(enterprise)
    reported(box, 0, 2)
    fill(NOON + 5 * HOUR)
    days = DailyTotal.objects.filter(pollutant_id="COD")
    assert sum(days.values_list("estimated", flat=True)) == KG
    alarm = Alarm.objects.get(kind="ESTIMATED")
    assert "1" in alarm.sentence
    assert alarm.advice


def test_hours_with_too_few_valid_minutes_or_marks_are_no_basis(box, enterprise):
    substitution(enterprise)
    reported(box, 0)
    marked = hour_report(box, NOON + HOUR, 50 * KG, is_estimate=True, marks="COD:D")
    book_reports(marked, now=NOON + 30 * HOUR)
    fill(NOON + 6 * HOUR)
    assert {amount for _at, amount in filled()} == {50 * KG, KG}
    assert Estimate.objects.first().basis == {"COD": [1, KG]}


def test_nothing_is_filled_before_the_first_report_or_without_a_valid_hour(box, enterprise):
    substitution(enterprise)
    assert fill() == 0
    marked = hour_report(box, NOON, 50 * KG, is_estimate=True, marks="COD:D")
    book_reports(marked, now=NOON + 30 * HOUR)
    assert fill() == 0
    assert ("MISSING", None, 1) in alarms(enterprise)


def test_the_true_report_of_a_filled_hour_is_kept_and_debits_nothing(box, enterprise):
    substitution(enterprise)
    reported(box, 0, 2)
    fill(NOON + 5 * HOUR)
    before = held(enterprise, Purpose.DISCHARGED)
    (said,) = book_reports(hour_report(box, NOON + HOUR, 7 * KG), now=NOON + 30 * HOUR)
    assert said.verdict == "CONFLICT"
    assert held(enterprise, Purpose.DISCHARGED) == before
    assert [kind for kind, _p, _t in alarms(enterprise)].count("TRUE_FIGURES") == 1


def test_days_serve_where_the_rule_says_so(box, enterprise):
    substitution(enterprise, method="MAX_DAYS", window=30)
    for number in range(24):
        reported(box, number - 18)  # from local midnight of the day of NOON on
    fill(NOON + 40 * HOUR)
    assert {amount for _at, amount in filled()} <= {KG}


def test_how_an_hour_was_estimated_never_changes(box, enterprise):
    substitution(enterprise)
    reported(box, 0, 2)
    fill(NOON + 5 * HOUR)
    with pytest.raises(DatabaseError, match="estimate"), transaction.atomic():
        Estimate.objects.update(gap_h=9)
