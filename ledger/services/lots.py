"""Lots of rights: opening, transfer with split, payment, lapse."""

import datetime
from collections.abc import Iterable

from django.db import connection, transaction
from djmoney.money import Money

from ledger.models import Account, Asset, Lot, QuotaPeriod
from ledger.models.assets import PeriodState
from ledger.models.lots import LotSource, PaidState
from ledger.refusals import LotTermBad, LotTooSmall
from ledger.rules import DocumentRef, Move, Posting, Purpose, period_share
from parties.models import Enterprise, Membership, Region
from parties.services import record

from .accounts import AccountSpec, account_for, accounts_for, asset_for, ensure_periods
from .posting import post

KIND_OF_SOURCE = {LotSource.SET_ASIDE: "SET_ASIDE"}


@transaction.atomic
def open_lot(
    *,
    by: Membership,
    region: Region,
    enterprise: Enterprise | None,
    pollutant: str,
    quantity_per_year: int,
    valid_from: datetime.date,
    valid_to: datetime.date,
    source: str,
    document: DocumentRef,
    key: str,
    now: datetime.datetime,
    basin: str = "",
    price: Money | None = None,
    paid: bool = False,
    reason: str = "",
    approval_id: int | None = None,
) -> Lot:
    """Grant a right of so much per year; its share of each quota period is posted at once.

    Without an enterprise the lot is the government's reserve. The same key gives the same
    lot again. Refuses a bad term or quantity (L204) and more than the region's cap (L201).
    """
    if valid_to < valid_from or quantity_per_year <= 0:
        raise LotTermBad
    lot_key = f"lot:{key}"[:120]
    known = _lot_of_key(region, lot_key)
    if known:
        return known
    lot = Lot(
        lot_no=_next_lot_no(region, pollutant, valid_from),
        region=region,
        enterprise=enterprise,
        pollutant_id=pollutant,
        basin=basin,
        quantity_per_year=quantity_per_year,
        opened_quantity=quantity_per_year,
        valid_from=valid_from,
        valid_to=valid_to,
        source=source,
        paid_state=PaidState.PAID if paid else PaidState.UNPAID,
        price=price,
        document_type=document.type,
        document_id=document.id,
    )
    record(lot, by=by, reason=reason or "open lot")
    _post_grant(by, lot, lot_key, approval_id, now)
    return lot


def _lot_of_key(region: Region, lot_key: str) -> Lot | None:
    """The lot that an earlier call with this key opened, found through its operation's account."""
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.reference_id FROM ledger_operation o"
            " JOIN ledger_transfer t ON t.operation_id = o.id AND t.posted_at = o.posted_at"
            " JOIN ledger_account a ON a.id = t.target_id AND a.reference_type = 'lot'"
            " WHERE o.scope = 'lot' AND o.key = %s LIMIT 1",
            [lot_key],
        )
        row = cursor.fetchone()
    return Lot.objects.get(pk=row[0]) if row else None


def _next_lot_no(region: Region, pollutant: str, valid_from: datetime.date) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_lot_no_seq')")
        serial = cursor.fetchone()[0]
    return f"{region.pk}-{pollutant}-{valid_from.year}-{serial:06d}"


def lot_account_spec(lot: Lot, asset_id: int) -> AccountSpec:
    """Where a lot's quantity of one quota period lies: with its holder, or in the reserve."""
    purpose = Purpose.AVAILABLE if lot.enterprise_id else Purpose.RESERVE
    return AccountSpec(purpose, asset_id, lot.region_id, lot.enterprise_id, "lot", lot.pk)


def shares(
    lot: Lot, quantity: int, periods: Iterable[QuotaPeriod], first: datetime.date
) -> dict[QuotaPeriod, int]:
    """What the quantity per year comes to in each period from `first` to the lot's last day."""
    by_period = {
        period: period_share(
            quantity,
            valid_from=first,
            valid_to=lot.valid_to,
            period_start=period.start_date,
            period_end=period.end_date,
        )
        for period in periods
    }
    return {period: share for period, share in by_period.items() if share}


def _post_grant(
    by: Membership, lot: Lot, key: str, approval_id: int | None, now: datetime.datetime
) -> None:
    periods = ensure_periods(by=by, region=lot.region, first=lot.valid_from, last=lot.valid_to)
    by_period = shares(lot, lot.quantity_per_year, periods, lot.valid_from)
    if not by_period:
        raise LotTermBad
    assets = {period: asset_for(lot.pollutant_id, period) for period in by_period}
    issued = {
        p: account_for(purpose=Purpose.ISSUED, asset=assets[p], region=lot.region)
        for p in by_period
    }
    held = accounts_for([lot_account_spec(lot, assets[p].pk) for p in by_period])
    moves = tuple(
        Move(issued[p].pk, held[lot_account_spec(lot, assets[p].pk)].pk, share)
        for p, share in by_period.items()
    )
    posting = Posting(
        kind=KIND_OF_SOURCE.get(LotSource(lot.source), "GRANT"),
        scope="lot",
        key=key,
        moves=moves,
        effective_date=lot.valid_from,
        document=DocumentRef(lot.document_type, lot.document_id),
        approval_id=approval_id,
    )
    post(by=by, postings=[posting], now=now)


@transaction.atomic
def transfer_lot(
    *,
    by: Membership,
    lot: Lot,
    to_enterprise: Enterprise,
    quantity_per_year: int,
    effective_date: datetime.date,
    document: DocumentRef,
    key: str,
    now: datetime.datetime,
    source: str = LotSource.TRANSFER,
    kind: str = "LOT_TRANSFER",
    price: Money | None = None,
    paid: bool = True,
    valid_to: datetime.date | None = None,
) -> Lot:
    """Give a lot, or a part of it, to an enterprise from `effective_date` on.

    The buyer gets a child lot; the giver keeps the rest. What the giver has already used of
    the present period cannot be given (L201). The same key gives the same child lot.
    """
    giver = Lot.objects.select_for_update().get(pk=lot.pk)
    child_key = f"transfer:{key}"[:120]
    known = _lot_of_key(giver.region, child_key)
    if known:
        return known
    if not 0 < quantity_per_year <= giver.quantity_per_year:
        raise LotTooSmall(lot=giver.lot_no)
    child = _split_off(giver, to_enterprise, quantity_per_year, effective_date, document)
    child.valid_to = min(valid_to or giver.valid_to, giver.valid_to)
    child.source, child.price = LotSource(source), price
    child.paid_state = PaidState.PAID if paid else PaidState.UNPAID
    if child.valid_to < child.valid_from:
        raise LotTermBad
    record(child, by=by, reason=kind)
    giver.quantity_per_year -= quantity_per_year
    record(giver, by=by, reason=kind)
    _post_child(by, giver, child, kind, child_key, now)
    return child


def _split_off(
    giver: Lot,
    to_enterprise: Enterprise,
    quantity: int,
    effective_date: datetime.date,
    document: DocumentRef,
) -> Lot:
    """The child lot, not saved: the giver's pollutant and basin, the buyer's region."""
    return Lot(
        lot_no=_next_lot_no(to_enterprise.region, giver.pollutant_id, effective_date),
        region=to_enterprise.region,
        enterprise=to_enterprise,
        pollutant=giver.pollutant,
        basin=giver.basin,
        quantity_per_year=quantity,
        opened_quantity=quantity,
        valid_from=max(effective_date, giver.valid_from),
        parent=giver,
        document_type=document.type,
        document_id=document.id,
    )


def _post_child(
    by: Membership, giver: Lot, child: Lot, kind: str, key: str, now: datetime.datetime
) -> None:
    """Move the child's share of each period from the giver's accounts to the child's."""
    periods = ensure_periods(
        by=by, region=child.region, first=child.valid_from, last=child.valid_to
    )
    moves = []
    for period, share in shares(child, child.quantity_per_year, periods, child.valid_from).items():
        asset = asset_for(child.pollutant_id, period)
        specs = lot_account_spec(giver, asset.pk), lot_account_spec(child, asset.pk)
        accounts = accounts_for(specs)
        moves.append(Move(accounts[specs[0]].pk, accounts[specs[1]].pk, share))
    posting = Posting(
        kind=kind,
        scope="lot",
        key=key,
        moves=tuple(moves),
        effective_date=child.valid_from,
        document=DocumentRef(child.document_type, child.document_id),
    )
    post(by=by, postings=[posting], now=now)


@transaction.atomic
def set_lot_paid(*, by: Membership, lot: Lot, state: str, reason: str = "") -> Lot:
    """Note that a lot is paid, in part or whole; a paid lot does not become unpaid again."""
    locked = Lot.objects.select_for_update().get(pk=lot.pk)
    if locked.paid_state == PaidState.PAID:
        return locked
    locked.paid_state = PaidState(state)
    return record(locked, by=by, reason=reason or "payment")


@transaction.atomic
def lapse_period(*, by: Membership, period: QuotaPeriod, now: datetime.datetime) -> int:
    """Let what is left of an ended period lapse and close the period; returns accounts emptied."""
    locked = QuotaPeriod.objects.select_for_update().get(pk=period.pk)
    if locked.state == PeriodState.CLOSED or locked.has_carry_over:
        return 0
    postings = []
    for asset in Asset.objects.filter(period=locked):
        postings += _lapse_postings(asset, locked)
    for start in range(0, len(postings), 2000):
        post(by=by, postings=postings[start : start + 2000], now=now)
    locked.state = PeriodState.CLOSED
    record(locked, by=by, reason="period ended")
    return len(postings)


def _lapse_postings(asset: Asset, period: QuotaPeriod) -> list[Posting]:
    rest = list(
        Account.objects.filter(
            asset=asset,
            purpose__in=[Purpose.AVAILABLE, Purpose.CARD, Purpose.RESERVE],
            balance__gt=0,
        )
    )
    specs = {
        account: AccountSpec(Purpose.LAPSED, asset.pk, account.region_id, account.enterprise_id)
        for account in rest
    }
    lapsed = accounts_for(list(specs.values())) if specs else {}
    return [
        Posting(
            kind="LAPSE",
            key=f"period:{period.pk}:{account.pk}",
            moves=(Move(account.pk, lapsed[spec].pk, account.balance),),
            effective_date=period.end_date,
            document=DocumentRef("quota_period", period.pk),
        )
        for account, spec in specs.items()
    ]
