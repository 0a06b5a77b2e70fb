"""Making one lot of several."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from ledger.models import Hold, Lot
from ledger.models.lots import LotSource
from ledger.refusals import LotsDoNotMatch
from ledger.rules import DocumentRef, Move, Posting
from parties.models import Membership
from parties.services import record

from .accounts import AccountSpec, accounts_for
from .lots import lot_of_key, next_lot_no, open_accounts
from .posting import post


@transaction.atomic
def merge_lots(
    *,
    by: Membership,
    lots: Sequence[Lot],
    effective_date: datetime.date,
    document: DocumentRef,
    key: str,
    now: datetime.datetime,
    approval_id: int | None = None,
) -> Lot:
    """Make one lot of several that agree in all but number and begin (L205).

    What is left of each goes over to the new lot; the old ones give nothing any more and
    name it. The same key gives the same merged lot.
    """
    wanted = sorted({lot.pk for lot in lots})
    parts = list(Lot.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk"))
    if len(parts) < 2:
        raise LotsDoNotMatch
    merged = _merged(parts, effective_date, document, f"merge:{key}"[:120])
    body = (wanted, merged.enterprise_id, effective_date, (document.type, document.id))
    known = lot_of_key(by=by, asked=merged, body=body, region=parts[0].region, now=now)
    if known:
        return known
    _check_merge(parts, effective_date)
    merged.gives(tuple(pair for part in parts for pair in part.unit_ranges))
    merged.lot_no = next_lot_no(merged.region, merged.pollutant_id, effective_date)
    record(merged, by=by, reason="LOT_MERGE")
    for part in parts:
        part.gives(())
        part.merged_into = merged
        record(part, by=by, reason=f"LOT_MERGE {merged.lot_no}")
    posting = _merge_posting(parts, merged)
    if posting.moves:
        post(by=by, postings=[replace(posting, approval_id=approval_id)], now=now)
    return merged


def _merged(
    parts: Sequence[Lot], effective_date: datetime.date, document: DocumentRef, key: str
) -> Lot:
    """The merged lot, not saved."""
    first = parts[0]
    given = sum(lot.quantity_per_year for lot in parts)
    is_one_price = len({lot.price for lot in parts}) == 1
    return Lot(
        region_id=first.region_id,
        enterprise_id=first.enterprise_id,
        pollutant_id=first.pollutant_id,
        basin=first.basin,
        quantity_per_year=given,
        opened_quantity=given,
        valid_from=effective_date,
        valid_to=first.valid_to,
        source=LotSource.MERGED,
        paid_state=first.paid_state,
        price=first.price if is_one_price else None,
        document_type=document.type,
        document_id=document.id,
        key=key,
    )


def _check_merge(parts: Sequence[Lot], day: datetime.date) -> None:
    likeness = {
        (p.region_id, p.enterprise_id, p.pollutant_id, p.basin, p.valid_to, p.paid_state)
        for p in parts
    }
    numbers = [part.pk for part in parts]
    is_in_force = all(p.quantity_per_year and p.valid_from <= day <= p.valid_to for p in parts)
    has_holds = Hold.objects.of_lots().filter(account__reference_id__in=numbers).exists()
    has_leases = Lot.objects.filter(
        parent__in=numbers, source=LotSource.LEASE, quantity_per_year__gt=0
    ).exists()
    is_lease = any(part.source == LotSource.LEASE for part in parts)
    if len(likeness) > 1 or not is_in_force or has_holds or has_leases or is_lease:
        raise LotsDoNotMatch


def _merge_posting(parts: Sequence[Lot], merged: Lot) -> Posting:
    """What is left of the parts in every open quota period goes over."""
    rest = open_accounts(parts)
    specs = {a.pk: replace(AccountSpec.of(a), reference_id=merged.pk) for a in rest}
    targets = accounts_for(list(specs.values())) if specs else {}
    return Posting(
        kind="LOT_MERGE",
        scope="lot",
        key=merged.key or "",
        moves=tuple(Move(a.pk, targets[specs[a.pk]].pk, a.balance) for a in rest),
        effective_date=merged.valid_from,
        document=DocumentRef(merged.document_type, merged.document_id),
    )
