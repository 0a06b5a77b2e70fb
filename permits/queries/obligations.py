"""What units must still buy for what their permits allow: read by trading, written at the issue."""

import dataclasses
import datetime
import itertools
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet, Sum

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
    return list(unmet(rows, day))


def open_within_reach(*, actor: Membership, day: datetime.date, most: int) -> list[Owed]:
    """The first so many open obligations of the units this person may reach, the oldest first."""
    return list(itertools.islice(unmet(PurchaseObligation.objects.for_actor(actor), day), most))


def unmet(rows: "QuerySet[PurchaseObligation]", day: datetime.date) -> Iterator[Owed]:
    """Those of permits in force that are not met on the day, the oldest first."""
    standing = rows.filter(until__gte=day, version__permit__state=PermitState.VALID)
    for row in standing.select_related("version__permit", "enterprise", "pollutant").order_by("id"):
        if left := open_part(row, day):
            yield Owed(
                obligation_id=row.pk,
                permit_no=row.version.permit.permit_no,
                pollutant=row.pollutant,
                to_own=left,
                to_buy=at_ratio(left, row.ratio_permille),
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
        pollutant_id=pollutant,
        enterprise__region__code__startswith=city_code[:4],
        until__gte=day,
        version__permit__state=PermitState.VALID,
    )
    return sum(at_ratio(open_part(row, day), row.ratio_permille) for row in rows)


def open_part(obligation: PurchaseObligation, day: datetime.date) -> int:
    """What of the obligation is not bought yet; never below zero."""
    return max(0, obligation.quantity_per_year - bought(obligation, day))


def bought(obligation: PurchaseObligation, day: datetime.date) -> int:
    """What the unit acquired for it since: lots that came by trade and still hold on the day.

    An older obligation for the same pollutant is met first.
    """
    opened: Any = Lot.history.filter(  # type: ignore[attr-defined]
        history_type="+",
        history_date__gte=obligation.since,
        enterprise_id=obligation.enterprise_id,
        pollutant_id=obligation.pollutant_id,
    )
    lots = Lot.objects.filter(
        pk__in=opened.values("id"),
        enterprise_id=obligation.enterprise_id,
        source__in=BOUGHT,
        ended_on__isnull=True,
        valid_to__gte=day,
    )
    have: int = lots.aggregate(sum=Sum("quantity_per_year"))["sum"] or 0
    before = PurchaseObligation.objects.filter(
        enterprise_id=obligation.enterprise_id,
        pollutant_id=obligation.pollutant_id,
        pk__lt=obligation.pk,
        until__gte=day,
    )
    earlier: int = before.aggregate(sum=Sum("quantity_per_year"))["sum"] or 0
    return max(0, have - earlier)
