"""How long a quota lasts, pure: from the daily use of the last days."""

import dataclasses
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
