"""Leases: a part of a lot for a time, which falls back to the lessor at its end."""

import datetime
from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from djmoney.money import Money

from ledger.models import Lot
from ledger.models.lots import LotSource, PaidState
from ledger.refusals import LotHasEnded, NotALease
from ledger.rules import DocumentRef, Move, Posting
from parties.models import Enterprise, Membership
from parties.services import record

from .accounts import accounts_for
from .lots import Cut, cut_off, lot_account_spec, open_accounts
from .posting import post


@transaction.atomic
def lease_lot(
    *,
    by: Membership,
    lot: Lot,
    to_enterprise: Enterprise,
    quantity_per_year: int,
    valid_from: datetime.date,
    valid_to: datetime.date,
    document: DocumentRef,
    key: str,
    now: datetime.datetime,
    price: Money | None = None,
    approval_id: int | None = None,
) -> Lot:
    """Lease a part of a lot out from one day to another: a child lot that ends with the lease.

    Its shares are pro rata by day; before and after the lessor keeps his own. A leased lot
    cannot be leased on (L206): its holder has no right to give.
    """
    if lot.source == LotSource.LEASE:
        raise LotHasEnded(lot=lot.lot_no)
    wanted = Cut(
        lot=lot,
        to_enterprise=to_enterprise,
        quantity_per_year=quantity_per_year,
        effective_date=valid_from,
        valid_to=valid_to,
        document=document,
        key=f"lease:{key}"[:120],
        kind="LEASE",
        source=LotSource.LEASE,
        paid_state=PaidState.PAID,
        price=price,
        approval_id=approval_id,
    )
    return cut_off(by=by, cut=wanted, now=now)


@transaction.atomic
def give_back(
    *,
    by: Membership,
    lot: Lot,
    now: datetime.datetime,
    document: DocumentRef | None = None,
    approval_id: int | None = None,
) -> Lot:
    """End a lease: what is unused goes back to the lessor's lot, which gives its whole quantity
    per year again. A lease that is given back already stays as it is; L207 for any other lot."""
    leased = Lot.objects.select_for_update(of=("self",)).select_related("region").get(pk=lot.pk)
    if leased.source != LotSource.LEASE or leased.parent_id is None:
        raise NotALease(lot=leased.lot_no)
    if leased.ended_on is not None:
        return leased
    lessor = Lot.objects.select_for_update(of=("self",)).get(pk=leased.parent_id)
    today = timezone.localdate(now)
    posting = _return_posting(leased, lessor, document or DocumentRef("lot", leased.pk), today)
    if posting.moves:
        post(by=by, postings=[replace(posting, approval_id=approval_id)], now=now)
    if lessor.ended_on is None:
        lessor.gives((*lessor.unit_ranges, *leased.unit_ranges))
        record(lessor, by=by, reason=f"LEASE_END {leased.lot_no}")
    leased.gives(())
    leased.ended_on = today
    return record(leased, by=by, reason="LEASE_END")


def _return_posting(
    leased: Lot, lessor: Lot, document: DocumentRef, today: datetime.date
) -> Posting:
    """What is unused of every open quota period goes back."""
    rest = open_accounts([leased])
    specs = {account.pk: lot_account_spec(lessor, account.asset_id) for account in rest}
    targets = accounts_for(list(specs.values())) if specs else {}
    return Posting(
        kind="LEASE_END",
        scope="lot",
        key=f"lease-end:{leased.pk}",
        moves=tuple(Move(a.pk, targets[specs[a.pk]].pk, a.balance) for a in rest),
        effective_date=today,
        document=document,
    )


def end_leases(*, by: Membership, now: datetime.datetime) -> int:
    """Give back every lease whose last day is over; returns how many. Safe to repeat."""
    over = Lot.objects.running_leases().filter(valid_to__lt=timezone.localdate(now))
    return len([give_back(by=by, lot=lot, now=now) for lot in over.order_by("pk")])
