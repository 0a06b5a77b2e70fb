"""In which state lots are: pledged, frozen, held, leased; asked of the database for whole lists."""

import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from ledger.models import Hold, Lot
from ledger.models.lots import LotSource

if TYPE_CHECKING:
    from collections.abc import Mapping

PLEDGE, FREEZES = "PLEDGE", ("COURT_FREEZE", "CASE")


def holds_in_force(**purposes: object) -> "QuerySet[Hold]":
    """What is held of the lot of the outer row."""
    return Hold.objects.of_lots().filter(account__reference_id=OuterRef("pk"), **purposes)


def leases_out() -> "QuerySet[Lot]":
    """What of the lot of the outer row is leased out."""
    return Lot.objects.running_leases().filter(parent=OuterRef("pk"))


def with_states(rows: "QuerySet[Lot]") -> "QuerySet[Lot]":
    """The lots with what is true of each: `is_frozen`, `is_pledged`, `is_held`, `is_leased_out`."""
    return rows.annotate(
        is_frozen=Exists(holds_in_force(purpose__in=FREEZES)),
        is_pledged=Exists(holds_in_force(purpose=PLEDGE)),
        is_held=Exists(holds_in_force()),
        is_leased_out=Exists(leases_out()),
    )


STATE_CONDITIONS: "Mapping[str, Q]" = {
    "frozen": Q(is_frozen=True),
    "pledged": Q(is_pledged=True),
    "held": Q(is_held=True),
    "leased_out": Q(is_leased_out=True),
    "leased": Q(source=LotSource.LEASE),
    "free": Q(is_held=False, is_leased_out=False) & ~Q(source=LotSource.LEASE),
}


def in_state(rows: "QuerySet[Lot]", state: str) -> "QuerySet[Lot]":
    """Those in a state; `free` is whatever is neither held nor leased, in or out."""
    return with_states(rows).filter(STATE_CONDITIONS[state])


def mergeable_with(lot: Lot, day: datetime.date) -> "QuerySet[Lot]":
    """The lots that agree with this one in all that must, and are in no state that hinders."""
    alike = Lot.objects.filter(
        region_id=lot.region_id,
        enterprise_id=lot.enterprise_id,
        pollutant_id=lot.pollutant_id,
        basin=lot.basin,
        valid_to=lot.valid_to,
        paid_state=lot.paid_state,
        valid_from__lte=day,
        quantity_per_year__gt=0,
    )
    return in_state(alike, "free").exclude(pk=lot.pk).order_by("lot_no")
