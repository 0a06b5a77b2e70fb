"""Pledges and court freezes of lots: a hold on what the lot has of each quota period."""

import datetime

from django.db import transaction
from django.utils import timezone

from ledger.lot_rules import part_of
from ledger.models import Account, Hold, LedgerRequest, Lot, QuotaPeriod
from ledger.queries.lot_acts import holds_of, still_held
from ledger.queries.lot_preview import holding
from ledger.refusals import LotHasEnded, LotTooSmall
from ledger.rules import DocumentRef
from parties.models import Membership

from .holds import place_hold, release_hold
from .periods import closable_from


@transaction.atomic
def hold_lot(
    *,
    by: Membership,
    lot: Lot,
    quantity_per_year: int,
    purpose: str,
    until: datetime.date | None,
    document: DocumentRef,
    key: str,
    now: datetime.datetime,
    approval_id: int | None = None,
) -> list[Hold]:
    """Hold so much per year of a lot from today to the lot's end, quota period by quota period.

    Each hold ends with the day `until`, at the latest when its period can be closed: rights that
    lapse secure nobody. Refuses more than the lot gives (L203) or has free (L201), and a lot
    that has ended (L206). The same key gives the same holds.
    """
    locked = Lot.objects.select_for_update(of=("self",)).select_related("region").get(pk=lot.pk)
    known = list(Hold.objects.filter(key__startswith=f"{key}:").order_by("pk"))
    if known:
        return known
    if locked.has_ended:
        raise LotHasEnded(lot=locked.lot_no)
    if not 0 < quantity_per_year <= locked.quantity_per_year:
        raise LotTooSmall(lot=locked.lot_no)
    parts = holding(locked, quantity_per_year, timezone.localdate(now))
    accounts = Account.objects.select_related("asset__period", "region").in_bulk(
        [part.account_id for part in parts]
    )
    return [
        place_hold(
            by=by,
            account=accounts[part.account_id],
            amount=part.moved,
            purpose=purpose,
            document=document,
            key=f"{key}:{part.asset_id}",
            now=now,
            expires_at=end_of(accounts[part.account_id].asset.period, until),
            approval_id=approval_id,
        )
        for part in parts
        if part.moved > 0
    ]


def end_of(period: QuotaPeriod | None, until: datetime.date | None) -> datetime.datetime:
    """The moment at which a hold on rights of the period ends."""
    assert period, "a lot's account counts a quota period"
    day = closable_from(period)
    if until is not None:
        day = min(day, until + datetime.timedelta(days=1))
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


@transaction.atomic
def release_lot(
    *,
    by: Membership,
    lot: Lot,
    placing: LedgerRequest,
    quantity_per_year: int | None,
    now: datetime.datetime,
    reason: str,
    approval_id: int | None = None,
) -> int:
    """Release what a request has pledged or frozen of a lot, all of it or so much per year; returns
    the holds touched. More than is still held is refused (L302)."""
    Lot.objects.select_for_update(of=("self",)).get(pk=lot.pk)
    whole = still_held(placing)
    quantity = whole if quantity_per_year is None else quantity_per_year
    touched = 0
    for hold in holds_of(lot, placing):
        part = part_of(hold.left, quantity, whole)
        if part:
            release_hold(
                by=by, hold=hold, now=now, reason=reason, amount=part, approval_id=approval_id
            )
            touched += 1
    return touched
