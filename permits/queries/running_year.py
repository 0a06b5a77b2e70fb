"""The running-twelve-months rule: what a unit discharged in any twelve months, beside its limit."""

import dataclasses
import datetime
from collections import Counter
from collections.abc import Mapping

from django.db.models import Sum

from ledger.models import Pollutant, Transfer
from ledger.rules import Purpose
from permits.models import Permit
from permits.rules import add_years, totals

from .content import granted_lines
from .verification import version_in_force

# How far posting may lie from effect: bounds the months of the journal that are read.
SLACK = datetime.timedelta(days=92)
LOOK_BACK = 2  # years of days shown: every twelve months that end within the last one
DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class RunningYear:
    """A pollutant's twelve months: those up to today, and the worst that ended within a year.
    Quantities in the ledger's unit."""

    pollutant: Pollutant
    permitted: int
    now: int
    worst: int
    worst_end: datetime.date

    @property
    def is_over(self) -> bool:
        return self.worst > self.permitted

    @property
    def percent(self) -> int:
        """The worst twelve months in percent of the limit, rounded up."""
        return -(-100 * self.worst // self.permitted)


def running_years(permit: Permit, today: datetime.date) -> list[RunningYear]:
    """Each limited pollutant of the version in force; three queries whatever the history."""
    permitted = totals(granted_lines(version_in_force(permit, today)))
    daily = daily_discharge(permit, since=add_years(today, -LOOK_BACK), until=today)
    rows = Pollutant.objects.filter(pk__in=permitted).order_by("position")
    found = []
    for pollutant in rows:
        own = {day: amount for (code, day), amount in daily.items() if code == pollutant.pk}
        worst, end = worst_window(own, today)
        now = window(own, today)
        found.append(RunningYear(pollutant, permitted[pollutant.pk], now, worst, end))
    return found


def daily_discharge(
    permit: Permit, *, since: datetime.date, until: datetime.date
) -> Mapping[tuple[str, datetime.date], int]:
    """What the unit discharged, by pollutant and effective day; corrections count against it."""
    sums: Counter[tuple[str, datetime.date]] = Counter()
    for side, sign in (("target", 1), ("source", -1)):
        rows = (
            Transfer.objects.filter(
                **{
                    f"{side}__enterprise_id": permit.site.enterprise_id,
                    f"{side}__purpose": Purpose.DISCHARGED,
                },
                posted_at__date__gte=since - SLACK,
                operation__effective_date__range=(since, until),
            )
            .values_list(f"{side}__asset__pollutant_id", "operation__effective_date")
            .annotate(sum=Sum("amount"))
        )
        for code, day, amount in rows.order_by():
            sums[code, day] += sign * amount
    return sums


def window(daily: Mapping[datetime.date, int], end: datetime.date) -> int:
    """What was discharged in the twelve months that end on the day."""
    start = add_years(end, -1)
    return sum(amount for day, amount in daily.items() if start < day <= end)


def worst_window(
    daily: Mapping[datetime.date, int], today: datetime.date
) -> tuple[int, datetime.date]:
    """The largest twelve months that ended within the last year, and their last day.

    One look at each day: what leaves the window at its start is taken off, what enters at its
    end is added.
    """
    end = add_years(today, -1)
    running = window(daily, end)
    worst, worst_end = running, end
    while end < today:
        before = add_years(end, -1)
        end += DAY
        running += daily.get(end, 0)
        gone = before + DAY
        while gone <= add_years(end, -1):
            running -= daily.get(gone, 0)
            gone += DAY
        if running > worst:
            worst, worst_end = running, end
    return worst, worst_end
