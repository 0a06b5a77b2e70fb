"""The monthly plan as it stands: split, moved by granted reallocations, used."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from cardswipe.models import DailyTotal, Reallocation
from cardswipe.plans import (
    MonthLine,
    ReallocationKind,
    ReallocationState,
    Term,
    even_split,
    first_of,
    last_of,
    lines_of,
)
from ledger.models import Lot, Pollutant, QuotaPeriod
from ledger.queries import Position, positions
from parties.models import Enterprise

MAIN = "MAIN"  # only main outlets carry a quantity (HJ 942-2018)
Quota = tuple[int, str, int]  # enterprise, pollutant, quota period


@dataclass(frozen=True)
class Plan:
    """The plan of one pollutant's quota."""

    pollutant: Pollutant
    period: QuotaPeriod
    lines: list[MonthLine]

    def month(self, month: datetime.date) -> MonthLine | None:
        """The line of a month of the period."""
        return next((line for line in self.lines if line.month == month), None)


def plans_of(enterprise: Enterprise, period: QuotaPeriod) -> list[Plan]:
    """The plan of each pollutant that the enterprise has a quota of."""
    moved = moved_by_month([(enterprise.pk, period.pk)])
    used = used_by_month(enterprise, period)
    return [
        Plan(
            held.pollutant,
            period,
            lines_of(
                shares,
                moved.get((enterprise.pk, held.pollutant.code, period.pk), {}),
                used.get(held.pollutant.code, {}),
            ),
        )
        for held, shares in _shares(enterprise, period, positions(enterprise, period))
        if held.granted > 0 or held.discharged
    ]


def _shares(
    enterprise: Enterprise, period: QuotaPeriod, held: Iterable[Position]
) -> Iterator[tuple[Position, dict[datetime.date, int]]]:
    """Each position with the split of what was granted."""
    terms = terms_of([enterprise.pk], period.start_date, period.end_date)
    for one in held:
        own = terms.get((enterprise.pk, one.pollutant.code), [])
        yield one, even_split(one.granted, period.start_date, period.end_date, own)


def terms_of(
    enterprise_ids: Iterable[int], first: datetime.date, last: datetime.date
) -> dict[tuple[int, str], list[Term]]:
    """The rights of enterprises per pollutant that are in force somewhere in a stretch of days."""
    lots = Lot.objects.filter(
        enterprise_id__in=list(enterprise_ids),
        quantity_per_year__gt=0,
        valid_from__lte=last,
        valid_to__gte=first,
    )
    found: dict[tuple[int, str], list[Term]] = {}
    for lot in lots:
        assert lot.enterprise_id is not None, "as the filter asks"
        term = Term(lot.quantity_per_year, lot.valid_from, lot.ended_on or lot.valid_to)
        found.setdefault((lot.enterprise_id, lot.pollutant_id), []).append(term)
    return found


def plan_of(enterprise: Enterprise, period: QuotaPeriod, pollutant: str) -> Plan | None:
    """The plan of one pollutant; None without a quota of it."""
    found = plans_of(enterprise, period)
    return next((plan for plan in found if plan.pollutant.code == pollutant), None)


def month_plan(
    enterprise: Enterprise, period: QuotaPeriod, held: Position, day: datetime.date
) -> int:
    """What the plan gives to the month of the day."""
    moved = moved_by_month([(enterprise.pk, period.pk)])
    own = moved.get((enterprise.pk, held.pollutant.code, period.pk), {})
    ((_held, shares),) = _shares(enterprise, period, [held])
    lines = lines_of(shares, own, {})
    return next((line.planned for line in lines if line.month == first_of(day)), 0)


def moved_by_month(
    quotas: Iterable[tuple[int, int]],
) -> dict[Quota, dict[datetime.date, int]]:
    """What granted reallocations gave to (or took from) the months of (enterprise, period)s."""
    pairs = list(quotas)
    rows = Reallocation.objects.filter(
        kind=ReallocationKind.MONTHS,
        state=ReallocationState.GRANTED,
        enterprise_id__in={enterprise for enterprise, _period in pairs},
        period_id__in={period for _enterprise, period in pairs},
    )
    found: dict[Quota, dict[datetime.date, int]] = {}
    for row in rows:
        months = found.setdefault((row.enterprise_id, row.pollutant_id, row.period_id), {})
        source, target = row.months
        months[source] = months.get(source, 0) - row.quantity
        months[target] = months.get(target, 0) + row.quantity
    return found


def used_by_month(
    enterprise: Enterprise, period: QuotaPeriod
) -> dict[str, dict[datetime.date, int]]:
    """What the enterprise's main outlets discharged per pollutant and month, as reported."""
    rows = (
        DailyTotal.objects.filter(
            enterprise=enterprise,
            day__range=(period.start_date, period.end_date),
            controller__outlet__kind=MAIN,
        )
        .annotate(month=TruncMonth("day"))
        .values_list("pollutant_id", "month")
        .annotate(total=Sum("quantity"))
    )
    found: dict[str, dict[datetime.date, int]] = {}
    for pollutant, month, total in rows:
        found.setdefault(pollutant, {})[month] = total
    return found


def used_in_month(
    month: datetime.date, enterprise_ids: Iterable[int] | None = None
) -> dict[tuple[int, str], int]:
    """The same of one month for many enterprises (or all), in one statement."""
    days = DailyTotal.objects.filter(
        day__range=(month, last_of(month)), controller__outlet__kind=MAIN
    )
    if enterprise_ids is not None:
        days = days.filter(enterprise_id__in=list(enterprise_ids))
    rows = days.values_list("enterprise_id", "pollutant_id").annotate(total=Sum("quantity"))
    return {(enterprise, pollutant): total for enterprise, pollutant, total in rows}
