"""Counting working days, pure."""

import datetime
from collections.abc import Set


def is_workday(
    day: datetime.date, *, holidays: Set[datetime.date], make_up_days: Set[datetime.date]
) -> bool:
    """Monday to Friday and no holiday, or a make-up day."""
    return day in make_up_days or (day.weekday() < 5 and day not in holidays)


def due_date(
    start: datetime.date,
    days: int,
    *,
    holidays: Set[datetime.date],
    make_up_days: Set[datetime.date],
) -> datetime.date:
    """The last day of a term of `days` working days; counting begins on the day after `start`."""
    day = start
    while days > 0:
        day += datetime.timedelta(days=1)
        days -= is_workday(day, holidays=holidays, make_up_days=make_up_days)
    return day


def workdays_between(
    start: datetime.date,
    end: datetime.date,
    *,
    holidays: Set[datetime.date],
    make_up_days: Set[datetime.date],
) -> int:
    """Working days after `start` up to and with `end`; negative when `end` lies before."""
    if end < start:
        return -workdays_between(end, start, holidays=holidays, make_up_days=make_up_days)
    days = (start + datetime.timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(is_workday(day, holidays=holidays, make_up_days=make_up_days) for day in days)
