"""The State Council's calendar and the legal terms counted by it."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parties import queries, services
from parties.models import Holiday
from shell.workdays import due_date, is_workday
from tests.factories_parties import holiday

D = datetime.date
NO = {"holidays": frozenset(), "make_up_days": frozenset()}


@pytest.fixture
def calendar(db):
    services.load_reference_data()


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (D(2026, 11, 20), 1, D(2026, 11, 23)),  # over a weekend
        (D(2026, 9, 30), 1, D(2026, 10, 8)),  # over the National Day week
        (D(2026, 9, 18), 1, D(2026, 9, 20)),  # a Sunday that is worked
        (D(2026, 2, 13), 1, D(2026, 2, 14)),  # the Saturday before Spring Festival is worked
        (D(2026, 2, 14), 1, D(2026, 2, 24)),  # the nine days of Spring Festival
        (D(2026, 9, 28), 5, D(2026, 10, 10)),  # holiday week and a make-up Saturday
        (D(2026, 11, 20), 0, D(2026, 11, 20)),
    ],
)
def test_a_term_counts_by_the_published_calendar(calendar, start, days, due):
    assert queries.add_workdays(start, days) == due


def test_without_a_calendar_a_term_counts_monday_to_friday(db):
    assert queries.add_workdays(D(2026, 9, 30), 1) == D(2026, 10, 1)


def test_loading_twice_adds_nothing_and_keeps_corrections(calendar, officer):
    count = Holiday.objects.count()
    assert count > 100
    services.set_holiday(
        by=officer,
        date=D(2026, 10, 1),
        name="国庆节（更正）",
        legal_basis="省政府通知",
        reason="corrected",
    )
    services.load_reference_data()
    assert Holiday.objects.count() == count
    assert Holiday.objects.get(date=D(2026, 10, 1)).legal_basis == "省政府通知"


def test_every_day_names_its_notice(calendar):
    for row in Holiday.objects.filter(date__year=2026):
        assert row.legal_basis == "国务院办公厅关于2026年部分节假日安排的通知"


def test_a_day_becomes_off_or_worked_by_its_weekday_and_leaves_a_trace_when_removed(officer):
    day = {"by": officer, "name": "调休", "legal_basis": "通知", "reason": "notice"}
    assert services.set_holiday(date=D(2027, 1, 1), **day).kind == "DAY_OFF"
    worked = services.set_holiday(date=D(2027, 1, 2), **day)
    assert worked.kind == "MAKE_UP"
    services.remove_holiday(by=officer, holiday=worked, reason="notice changed")
    last = Holiday.history.filter(date=D(2027, 1, 2)).first()
    assert (last.history_type, last.history_user) == ("-", officer.user)
    assert last.history_change_reason.startswith("notice changed")


def test_a_correction_changes_what_terms_come_out(db):
    holiday(D(2026, 11, 23))
    assert queries.add_workdays(D(2026, 11, 20), 1) == D(2026, 11, 24)


dates = st.dates(D(2020, 1, 1), D(2030, 1, 1))


@given(dates, st.integers(0, 60), st.sets(dates, max_size=20), st.sets(dates, max_size=20))
def test_a_due_date_is_a_workday_and_the_right_number_lies_between(start, days, off, worked):
    calendar = {"holidays": off, "make_up_days": worked}
    due = due_date(start, days, **calendar)
    span = [start + datetime.timedelta(n + 1) for n in range((due - start).days)]
    assert sum(is_workday(day, **calendar) for day in span) == days
    assert due == start if days == 0 else is_workday(due, **calendar)


@given(dates, st.integers(1, 60))
def test_a_longer_term_never_ends_earlier(start, days):
    assert due_date(start, days, **NO) < due_date(start, days + 1, **NO)
