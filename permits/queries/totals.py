"""The total-quantity database (总量量化管理数据库): what a region's permits verify, what rights
are granted, traded and reserved, what is discharged and left; by pollutant, then by enterprise.

Every figure comes from the books themselves, in a fixed number of queries.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from django.db.models import Q, Sum

from ledger.models import Account, Lot, Pollutant, QuotaPeriod
from ledger.models.lots import LotSource
from ledger.rules import Purpose
from parties.models import Region
from permits.models import Limit

TRADED = (LotSource.AUCTION, LotSource.TRANSFER, LotSource.LEASE)
LEFT = (Purpose.AVAILABLE, Purpose.CARD, Purpose.FROZEN)


@dataclass
class Totals:
    """Yearly quantities in mg or L: `verified` by permits in force, `granted` and `traded` as
    rights in force; in the period: `reserved` by government, `discharged`, `left` to holders."""

    verified: int = 0
    granted: int = 0
    traded: int = 0
    reserved: int = 0
    discharged: int = 0
    left: int = 0

    def add(self, other: "Totals") -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


NAMES = tuple(one.name for one in fields(Totals))
Holder = tuple[int | None, str]  # enterprise (None: government), pollutant


def day_of(period: QuotaPeriod, today: datetime.date) -> datetime.date:
    """The day that stands for the period: today while it runs, else its last."""
    return min(max(today, period.start_date), period.end_date)


def holders(region: Region, period: QuotaPeriod, today: datetime.date) -> dict[Holder, Totals]:
    """The figures of each holder and pollutant in the region; three queries."""
    day = day_of(period, today)
    found: dict[Holder, Totals] = {}
    for enterprise, pollutant, name, amount in (
        *verified(region, day),
        *rights(region, day),
        *booked(region, period),
    ):
        line = found.setdefault((enterprise, pollutant), Totals())
        setattr(line, name, getattr(line, name) + amount)
    return found


Row = tuple[int | None, str, str, int]


def verified(region: Region, day: datetime.date) -> Iterator[Row]:
    """Yearly quantities of the permit versions in force on the day."""
    rows = (
        Limit.objects.filter(
            Q(version__in_force_until__isnull=True) | Q(version__in_force_until__gt=day),
            outlet__site__region__code__startswith=region.prefix,
            version__in_force_from__lte=day,
            version__valid_to__gte=day,
            quantity_per_year__isnull=False,
        )
        .values_list("outlet__site__enterprise", "pollutant")
        .annotate(Sum("quantity_per_year"))
        .order_by()
    )
    for enterprise, pollutant, amount in rows:
        yield enterprise, pollutant, "verified", amount


def rights(region: Region, day: datetime.date) -> Iterator[Row]:
    """Lots of enterprises in force on the day, granted or acquired by trade."""
    rows = (
        Lot.objects.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gt=day),
            region__code__startswith=region.prefix,
            enterprise__isnull=False,
            merged_into__isnull=True,
            valid_from__lte=day,
            valid_to__gte=day,
        )
        .values_list("enterprise", "pollutant", "source")
        .annotate(Sum("quantity_per_year"))
        .order_by()
    )
    for enterprise, pollutant, source, amount in rows:
        yield enterprise, pollutant, "traded" if source in TRADED else "granted", amount


def booked(region: Region, period: QuotaPeriod) -> Iterator[Row]:
    """What lies on the accounts of the period."""
    names = {Purpose.RESERVE: "reserved", Purpose.DISCHARGED: "discharged"}
    names |= dict.fromkeys(LEFT, "left")
    rows = (
        Account.objects.filter(
            region__code__startswith=region.prefix, asset__period=period, purpose__in=list(names)
        )
        .values_list("enterprise", "asset__pollutant", "purpose")
        .annotate(Sum("balance"))
        .order_by()
    )
    for enterprise, pollutant, purpose, amount in rows:
        yield enterprise, pollutant, names[Purpose(purpose)], amount


@dataclass(frozen=True)
class Line:
    """One pollutant of a region, or one holder of a pollutant."""

    pollutant: Pollutant
    totals: Totals
    holder: int | None = None


def by_pollutant(found: dict[Holder, Totals]) -> list[Line]:
    """The region's sums, in list order of the pollutants."""
    sums: dict[str, Totals] = {}
    for (_enterprise, pollutant), totals in found.items():
        sums.setdefault(pollutant, Totals()).add(totals)
    return [Line(one, sums[one.pk]) for one in Pollutant.objects.filter(pk__in=sums)]


def of_pollutant(found: dict[Holder, Totals], pollutant: Pollutant) -> list[Line]:
    """The holders of one pollutant, the largest discharge first."""
    own: Iterable[Line] = (
        Line(pollutant, totals, enterprise)
        for (enterprise, code), totals in found.items()
        if code == pollutant.pk
    )
    return sorted(own, key=lambda line: -line.totals.discharged)
