"""How long a quota lasts, pure: from the daily use of the last days."""

import calendar
import dataclasses
import datetime
from collections.abc import Sequence

WEEK = 7
FURTHEST_DAYS = 3660  # beyond ten years a date says nothing


@dataclasses.dataclass(frozen=True)
class Forecast:
    """Whole days that the rest lasts: at the mean rate, and at the fastest and slowest week's.

    None means: no use, so it does not run out.
    """

    days: int | None
    days_min: int | None
    days_max: int | None


def days_at(left: int, used: int, over_days: int) -> int | None:
    """Whole days that `left` lasts when `used` goes in `over_days`; None without use."""
    if used <= 0:
        return None
    return min(max(left, 0) * over_days // used, FURTHEST_DAYS)


def forecast(left: int, daily_use: Sequence[int]) -> Forecast:
    """Days left from the daily use, oldest first; days without discharge count as 0."""
    if not daily_use:
        return Forecast(None, None, None)
    weeks = weekly_sums(daily_use)
    span = min(WEEK, len(daily_use))
    return Forecast(
        days=days_at(left, sum(daily_use), len(daily_use)),
        days_min=days_at(left, max(weeks), span),
        days_max=days_at(left, min(weeks), span),
    )


def weekly_sums(daily_use: Sequence[int]) -> list[int]:
    """The sums over every run of seven days (or over all, if there are fewer)."""
    span = min(WEEK, len(daily_use))
    return [sum(daily_use[n : n + span]) for n in range(len(daily_use) - span + 1)]


def month_plan(granted: int, start: datetime.date, end: datetime.date, day: datetime.date) -> int:
    """The share of the period's quota planned for the month of `day`, split evenly by day.

    Tongxiang and Pujiang practice (2009, 2011): the yearly right is split evenly. Rounded
    down, so that the months together never promise more than the quota.
    """
    first = max(day.replace(day=1), start)
    last = min(day.replace(day=calendar.monthrange(day.year, day.month)[1]), end)
    return granted * max((last - first).days + 1, 0) // ((end - start).days + 1)
