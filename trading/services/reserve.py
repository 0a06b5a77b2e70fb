"""The government's reserve: rights set aside by a document."""

import datetime

from django.db import transaction

from ledger import services as ledger
from ledger.models import Pollutant
from ledger.models.lots import LotSource
from ledger.rules import DocumentRef
from parties.models import Membership, Region
from parties.services import record
from trading.models import ReserveOrder
from trading.refusals import DocumentUsed, NotMass


@transaction.atomic
def set_aside(
    *,
    by: Membership,
    region: Region,
    document_no: str,
    pollutant: Pollutant,
    quantity_mg: int,
    valid_from: datetime.date,
    valid_to: datetime.date,
    reason: str,
    now: datetime.datetime,
    basin: str = "",
) -> ReserveOrder:
    """Set rights aside for the reserve by a document: one lot of so much per year.

    A document serves once per pollutant: with the same figures the same order is returned,
    with others it is refused (T401). The region's cap bounds what can be set aside (L201).
    """
    if pollutant.unit != "MG":
        raise NotMass(pollutant=pollutant)
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)
    order = ReserveOrder(
        region=region,
        document_no=document_no,
        pollutant=pollutant,
        basin=basin,
        quantity_mg=quantity_mg,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason,
        ordered_at=now,
    )
    return _known(order) or _open(by, order, now)


def _known(order: ReserveOrder) -> ReserveOrder | None:
    """The order this document already stands for; refused (T401) when its figures differ."""
    same = {"region": order.region, "document_no": order.document_no, "pollutant": order.pollutant}
    known = ReserveOrder.objects.filter(**same).first()
    if known is None:
        return None
    for name in ("quantity_mg", "valid_from", "valid_to", "basin"):
        if getattr(known, name) != getattr(order, name):
            raise DocumentUsed(document=order.document_no)
    return known


def _open(by: Membership, order: ReserveOrder, now: datetime.datetime) -> ReserveOrder:
    """Save the order and open its lot in the reserve."""
    record(order, by=by, reason=order.document_no[:80])
    order.lot = ledger.open_lot(
        by=by,
        region=order.region,
        enterprise=None,
        pollutant=order.pollutant_id,
        quantity_per_year=order.quantity_mg,
        valid_from=order.valid_from,
        valid_to=order.valid_to,
        source=LotSource.SET_ASIDE,
        document=DocumentRef("reserve_order", order.pk),
        key=f"reserve:{order.pk}",
        now=now,
        basin=order.basin,
        paid=True,
        reason=order.document_no[:80],
    )
    return record(order, by=by, reason=order.document_no[:80])
