"""How rights come to an end before their term, and how a part of them is retired."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from ledger.models import Account, Lot, Operation
from ledger.queries.ratios import replacement_ratio
from ledger.refusals import LotHasEnded
from ledger.rules import DocumentRef, Move, Posting, Purpose
from ledger.shares import Units, retired_part, take_top
from parties.models import Membership
from parties.services import record

from .accounts import AccountSpec, accounts_for, asset_for, ensure_periods
from .lots import lot_account_spec, open_accounts, shares
from .posting import post


@transaction.atomic
def end_lots(
    *,
    by: Membership,
    lots: Sequence[Lot],
    kind: str,
    document: DocumentRef,
    key: str,
    reason: str,
    now: datetime.datetime,
    approval_id: int | None = None,
) -> int:
    """End lots today: what is left of them in open periods lapses (kind LAPSE) or goes back to
    the region's source (any other kind); returns the accounts emptied.

    What is on cards was loaded and stays usable; what is held stays held, and lapses when it is
    released (`sweep_ended_lots`). A lot that has ended already is left alone.
    """
    numbers = [lot.pk for lot in lots]
    ending = list(
        Lot.objects.select_for_update(of=("self",))
        .filter(pk__in=numbers, ended_on__isnull=True)
        .order_by("pk")
    )
    rest = open_accounts(ending)
    targets = {account.pk: _end_of(account, kind) for account in rest}
    opened = accounts_for(list(targets.values())) if targets else {}
    postings = [
        Posting(
            kind=kind,
            scope=kind,
            key=f"{key}:{account.pk}",
            moves=(Move(account.pk, opened[targets[account.pk]].pk, account.balance),),
            effective_date=timezone.localdate(now),
            document=document,
            reason=reason,
            approval_id=approval_id,
        )
        for account in rest
    ]
    post(by=by, postings=postings, now=now)
    for lot in ending:
        lot.gives(())
        lot.ended_on = timezone.localdate(now)
        record(lot, by=by, reason=reason)
    return len(postings)


def _end_of(account: Account, kind: str) -> AccountSpec:
    """Where the rest of a lot's account goes."""
    if kind == "LAPSE":
        holder = account.enterprise_id
        return AccountSpec(Purpose.LAPSED, account.asset_id, account.region_id, holder)
    return AccountSpec(Purpose.ISSUED, account.asset_id, account.region_id)


@transaction.atomic
def sweep_ended_lots(*, by: Membership, now: datetime.datetime) -> int:
    """Let lapse what came back to lots after their end: released holds, returned leases."""
    ended = Lot.objects.filter(ended_on__isnull=False).values("pk")
    rest = list(
        Account.objects.select_for_update(of=("self",))
        .open_of_lots()
        .filter(reference_id__in=ended, balance__gt=0)
        .order_by("pk")
    )
    specs = {account.pk: _end_of(account, "LAPSE") for account in rest}
    lapsed = accounts_for(list(specs.values())) if specs else {}
    postings = [
        Posting(
            kind="LAPSE",
            key=f"ended:{account.pk}:{account.version}",
            moves=(Move(account.pk, lapsed[specs[account.pk]].pk, account.balance),),
            effective_date=timezone.localdate(now),
            document=DocumentRef("lot", account.reference_id or 0),
        )
        for account in rest
    ]
    post(by=by, postings=postings, now=now)
    return len(postings)


@transaction.atomic
def retire_for_replacement(
    *,
    by: Membership,
    lot: Lot,
    effective_date: datetime.date,
    document: DocumentRef,
    now: datetime.datetime,
    approval_id: int | None = None,
) -> int:
    """Retire what a lot bought for a new project holds above what may be owned at the ratio in
    force (bought = owned × ratio); returns the quantity per year retired, 0 at a ratio of 1.

    A lot is retired for its replacement once: called again it changes nothing. L201 when part
    of what is to be retired is used already.
    """
    locked = Lot.objects.select_for_update(of=("self",)).select_related("region").get(pk=lot.pk)
    name = f"lot:{locked.pk}"
    if Operation.objects.filter(scope="RETIRE", key=name).exists():
        return 0
    if not locked.quantity_per_year:
        raise LotHasEnded(lot=locked.lot_no)
    retired = retired_part(locked.quantity_per_year, replacement_ratio(locked, effective_date))
    if not retired:
        return 0
    left, gone = take_top(locked.unit_ranges, retired)
    posting = Posting(
        kind="RETIRE",
        key=name,
        moves=_retirement(by, locked, gone, effective_date),
        effective_date=effective_date,
        document=document,
        approval_id=approval_id,
    )
    post(by=by, postings=[posting], now=now)
    locked.gives(left)
    record(locked, by=by, reason="RETIRE")
    return retired


def _retirement(by: Membership, lot: Lot, units: Units, first: datetime.date) -> tuple[Move, ...]:
    """What of each quota period from the day on is retired."""
    first = max(first, lot.valid_from)
    periods = ensure_periods(by=by, region=lot.region, first=first, last=lot.valid_to)
    moves = []
    for period, share in shares(lot, units, periods, first).items():
        asset = asset_for(lot.pollutant_id, period)
        source = lot_account_spec(lot, asset.pk)
        target = AccountSpec(Purpose.RETIRED, asset.pk, lot.region_id, lot.enterprise_id)
        found = accounts_for([source, target])
        moves.append(Move(found[source].pk, found[target].pk, share))
    return tuple(moves)
