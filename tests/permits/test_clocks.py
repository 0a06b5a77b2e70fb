"""Legal clocks over the State Council's calendars of ten years."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parties.models import Holiday
from parties.services import load_holidays, system_actor
from permits.models import ClockPause
from permits.queries import clocks

DAY = datetime.timedelta(days=1)
FIRST, LAST = datetime.date(2016, 1, 1), datetime.date(2025, 12, 31)


@pytest.fixture
def calendar(db):
    """Ten years of days off and make-up days, as announced."""
    load_holidays(by=system_actor("setup"), first_year=FIRST.year)
    return dict(Holiday.objects.values_list("date", "kind"))


def is_workday(calendar, day):
    """Said plainly, beside the system's own counting."""
    return calendar.get(day, "MAKE_UP" if day.weekday() < 5 else "DAY_OFF") == "MAKE_UP"


def test_deadlines_of_ten_years_are_those_counted_by_hand(calendar):
    start = FIRST
    while start < LAST - 90 * DAY:
        for workdays in (3, 20, 30, 45):
            due = clocks.due_on(start, workdays)
            days = [start + n * DAY for n in range(1, (due - start).days + 1)]
            assert sum(is_workday(calendar, day) for day in days) == workdays
            assert is_workday(calendar, due)
        start += 13 * DAY


def test_deadline_never_falls_on_a_holiday_and_may_fall_on_a_make_up_sunday(calendar):
    # 2024: National Day 1 to 7 October, Sunday 29 September and Saturday 12 October worked.
    assert clocks.due_on(datetime.date(2024, 9, 27), 1) == datetime.date(2024, 9, 29)
    assert clocks.due_on(datetime.date(2024, 9, 30), 1) == datetime.date(2024, 10, 8)
    assert clocks.due_on(datetime.date(2024, 10, 8), 4) == datetime.date(2024, 10, 12)


@settings(max_examples=60, deadline=None)
@given(
    st.dates(FIRST, datetime.date(2024, 12, 31)),
    st.integers(0, 60),
    st.integers(0, 40),
)
def test_pause_puts_the_deadline_off_by_its_working_days(start, stopped_after, length):
    """Without a calendar in the table: weekends only, so that the count is easy to see."""
    stopped = start + stopped_after * DAY
    pause = ClockPause(from_date=stopped, to_date=stopped + length * DAY)
    stood = clocks.paused_days([pause])
    assert len(stood) == length
    off = {day for day in stood if day.weekday() < 5}
    due = clocks.due_date(start, 20, holidays=off, make_up_days=set())
    plain = clocks.due_date(start, 20, holidays=set(), make_up_days=set())
    assert due >= plain
    if stopped > plain or length == 0:
        assert due == plain


def test_renewal_day_leaves_the_lawful_working_days_before_the_end(calendar):
    end = datetime.date(2025, 6, 30)
    day = clocks.renewal_day(end, 60)
    between = [day + n * DAY for n in range(1, (end - day).days + 1)]
    assert sum(is_workday(calendar, one) for one in between) == 60


def test_working_days_left_count_down_to_zero_and_below(calendar):
    friday, next_tuesday = datetime.date(2024, 9, 27), datetime.date(2024, 10, 8)
    count = clocks.WorkdayCount(friday, [next_tuesday])
    assert count.left(next_tuesday) == 3
    assert clocks.WorkdayCount(next_tuesday, [friday]).left(friday) == -3
    assert count.left(None) is None
