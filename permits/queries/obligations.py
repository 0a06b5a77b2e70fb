"""What units must still buy for what their permits allow: read by trading, written at the issue."""

import dataclasses
import datetime
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from ledger.models import Lot, Pollutant
from ledger.models.lots import LotSource
from parties.models import Enterprise, Membership
from permits.models import PurchaseObligation
from permits.models.permits import PermitState

ONE_TO_ONE = 1000
# How a right comes that counts as bought.
BOUGHT = (LotSource.AUCTION, LotSource.TRANSFER, LotSource.FIXED_PRICE)


@dataclasses.dataclass(frozen=True)
class Owed:
    """What is still to be bought of one pollutant; quantities per year in the ledger's unit."""

    obligation_id: int
    permit_no: str
    pollutant: Pollutant
    to_own: int
    to_buy: int  # at the replacement ratio; what is above `to_own` is retired
    ratio_permille: int
    until: datetime.date
    enterprise: Enterprise


def open_obligations(*, enterprise: Enterprise, day: datetime.date) -> list[Owed]:
    """The unit's obligations that are not met on the day, the oldest first."""
    rows = PurchaseObligation.objects.filter(enterprise=enterprise)
    return [owed(row) for row in unmet(rows, day)]


def open_within_reach(*, actor: Membership, day: datetime.date, most: int) -> list[Owed]:
    """The first so many open obligations of the units this person may reach, the oldest first."""
    rows = PurchaseObligation.objects.for_actor(actor)
    return [owed(row) for row in unmet(rows, day)[:most]]


def unmet(rows: "QuerySet[PurchaseObligation]", day: datetime.date) -> "QuerySet[Any]":
    """Those of permits in force that are not met on the day, the oldest first."""
    standing = rows.filter(until__gte=day, version__permit__state=PermitState.VALID)
    named = standing.select_related("version__permit", "enterprise", "pollutant")
    return measured(named, day).filter(rest__gt=0).order_by("id")


def owed(row: Any) -> Owed:
    """A measured obligation in the words of trading."""
    return Owed(
        obligation_id=row.pk,
        permit_no=row.version.permit.permit_no,
        pollutant=row.pollutant,
        to_own=row.rest,
        to_buy=at_ratio(row.rest, row.ratio_permille),
        ratio_permille=row.ratio_permille,
        until=row.until,
        enterprise=row.enterprise,
    )


def at_ratio(quantity: int, permille: int) -> int:
    """The quantity at the replacement ratio; parts of a unit are rounded up."""
    return -(-quantity * permille // ONE_TO_ONE)


def owed_in(city_code: str, pollutant: str, day: datetime.date) -> int:
    """What the city's units must still buy of a pollutant, at their ratios."""
    rows = PurchaseObligation.objects.filter(
        pollutant_id=pollutant, enterprise__region__code__startswith=city_code[:4]
    )
    return sum(at_ratio(row.rest, row.ratio_permille) for row in unmet(rows, day))


def measured(rows: "QuerySet[PurchaseObligation]", day: datetime.date) -> "QuerySet[Any]":
    """Each obligation with what was `bought` for it and what is not bought yet, its `rest`.

    Bought are the lots that came by trade since and still hold on the day; an older obligation
    for the same pollutant is met first. One statement, however many there are.
    """
    own = {"enterprise_id": OuterRef("enterprise_id"), "pollutant_id": OuterRef("pollutant_id")}
    opened = Lot.history.filter(  # type: ignore[attr-defined]
        id=OuterRef("pk"), history_type="+", history_date__gte=OuterRef(OuterRef("since")), **own
    )
    lots = Lot.objects.filter(
        Exists(opened), source__in=BOUGHT, ended_on__isnull=True, valid_to__gte=day, **own
    )
    before = PurchaseObligation.objects.filter(pk__lt=OuterRef("pk"), until__gte=day, **own)
    got = rows.annotate(bought=_not_below_zero(_sum_of(lots) - _sum_of(before)))
    return got.annotate(rest=_not_below_zero(F("quantity_per_year") - F("bought")))


def _not_below_zero(value: Any) -> Greatest:
    return Greatest(Value(0), value, output_field=BigIntegerField())


def _sum_of(rows: "QuerySet[Any]") -> Coalesce:
    """The quantities of the rows of one unit and pollutant together."""
    sums = rows.order_by().values("pollutant_id").annotate(sum=Sum("quantity_per_year"))
    return Coalesce(Subquery(sums.values("sum")), Value(0), output_field=BigIntegerField())
