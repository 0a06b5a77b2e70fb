"""Lots of rights: opening, cutting a part off for somebody, splitting, payment."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from djmoney.money import Money

from ledger.models import Account, Lot, QuotaPeriod
from ledger.models.lots import LotSource, PaidState
from ledger.refusals import LotHasEnded, LotTermBad, LotTooSmall, OtherCity
from ledger.rules import DocumentRef, Move, Posting, Purpose
from ledger.shares import Units, take_top, units_share
from parties.models import Enterprise, Membership, Region
from parties.services import record

from .accounts import AccountSpec, account_for, accounts_for, asset_for, ensure_periods
from .misuse import digest_of, refuse_reuse
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
    lot again, with another body it is refused (L102). Refuses a bad term or quantity (L204)
    and more than the region's cap (L201).
    """
    if valid_to < valid_from or quantity_per_year <= 0:
        raise LotTermBad
    lot = Lot(
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
        key=f"lot:{key}"[:120],
    )
    known = lot_of_key(by=by, asked=lot, body=body_of(lot), region=region, now=now)
    if known:
        return known
    lot.lot_no = next_lot_no(region, pollutant, valid_from)
    record(lot, by=by, reason=reason or "open lot")
    _post_grant(by, lot, approval_id, now)
    return lot


def body_of(lot: Lot) -> tuple[object, ...]:
    """What a repeated request for a lot is compared with: everything asked for."""
    return (
        lot.region_id,
        lot.enterprise_id,
        lot.pollutant_id,
        lot.opened_quantity,
        lot.valid_from,
        lot.valid_to,
        str(lot.source),
        (lot.document_type, lot.document_id),
        lot.parent_id,
    )


def lot_of_key(
    *, by: Membership, asked: Lot, body: tuple[object, ...], region: Region, now: datetime.datetime
) -> Lot | None:
    """The lot that an earlier call with this key made, if the same was asked for (else L102).

    Two calls at the same time with one key wait for each other at the region.
    """
    asked.request_hash = digest_of(body)
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)
    known = Lot.objects.filter(key=asked.key).first()
    if known and known.request_hash and bytes(known.request_hash) != asked.request_hash:
        refuse_reuse(
            by=by,
            scope="lot",
            key=asked.key or "",
            digest=asked.request_hash,
            region_code=region.pk,
            now=now,
        )
    return known


def next_lot_no(region: Region, pollutant: str, valid_from: datetime.date) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_lot_no_seq')")
        serial = cursor.fetchone()[0]
    return f"{region.pk}-{pollutant}-{valid_from.year}-{serial:06d}"


def lot_account_spec(lot: Lot, asset_id: int) -> AccountSpec:
    """Where a lot's quantity of one quota period lies: with its holder, or in the reserve."""
    purpose = Purpose.AVAILABLE if lot.enterprise_id else Purpose.RESERVE
    return AccountSpec(purpose, asset_id, lot.region_id, lot.enterprise_id, "lot", lot.pk)


def shares(
    lot: Lot, units: Units, periods: Iterable[QuotaPeriod], first: datetime.date
) -> dict[QuotaPeriod, int]:
    """What units of a lot give in each period from `first` to the lot's last day."""
    by_period = {
        period: units_share(
            units,
            valid_from=first,
            valid_to=lot.valid_to,
            period_start=period.start_date,
            period_end=period.end_date,
        )
        for period in periods
    }
    return {period: share for period, share in by_period.items() if share}


def _post_grant(by: Membership, lot: Lot, approval_id: int | None, now: datetime.datetime) -> None:
    periods = ensure_periods(by=by, region=lot.region, first=lot.valid_from, last=lot.valid_to)
    by_period = shares(lot, lot.unit_ranges, periods, lot.valid_from)
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
        key=lot.key or "",
        moves=moves,
        effective_date=lot.valid_from,
        document=DocumentRef(lot.document_type, lot.document_id),
        approval_id=approval_id,
    )
    post(by=by, postings=[posting], now=now)


@dataclass(frozen=True)
class Cut:
    """A part to be cut off a lot: how much, for whom, as what, over which term."""

    lot: Lot
    to_enterprise: Enterprise | None  # None: the government's reserve
    quantity_per_year: int
    effective_date: datetime.date
    document: DocumentRef
    key: str
    kind: str
    source: str
    paid_state: str
    valid_to: datetime.date | None = None
    price: Money | None = None
    approval_id: int | None = None


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
    approval_id: int | None = None,
) -> Lot:
    """Give a lot, or a part of it, to an enterprise from `effective_date` on.

    The buyer gets a child lot; the giver keeps the rest. What the giver has already used of
    the present period cannot be given (L201). The same key gives the same child lot.
    """
    wanted = Cut(
        lot=lot,
        to_enterprise=to_enterprise,
        quantity_per_year=quantity_per_year,
        effective_date=effective_date,
        document=document,
        key=f"transfer:{key}"[:120],
        kind=kind,
        source=source,
        paid_state=PaidState.PAID if paid else PaidState.UNPAID,
        valid_to=valid_to,
        price=price,
        approval_id=approval_id,
    )
    return cut_off(by=by, cut=wanted, now=now)


@transaction.atomic
def split_lot(
    *,
    by: Membership,
    lot: Lot,
    quantity_per_year: int,
    effective_date: datetime.date,
    document: DocumentRef,
    key: str,
    now: datetime.datetime,
    approval_id: int | None = None,
) -> Lot:
    """Make two lots of one, for the same holder: the new one of so much per year."""
    giver = Lot.objects.select_related("enterprise").get(pk=lot.pk)
    wanted = Cut(
        lot=giver,
        to_enterprise=giver.enterprise,
        quantity_per_year=quantity_per_year,
        effective_date=effective_date,
        document=document,
        key=f"split:{key}"[:120],
        kind="LOT_SPLIT",
        source=giver.source,
        paid_state=giver.paid_state,
        price=giver.price,
        approval_id=approval_id,
    )
    return cut_off(by=by, cut=wanted, now=now)


@transaction.atomic
def cut_off(*, by: Membership, cut: Cut, now: datetime.datetime) -> Lot:
    """Cut a part off a lot as a child lot of its own, with its share of every quota period.

    Refuses more than the lot gives (L203), a lot that has ended (L206), a holder in another
    city (L209) and a term outside the lot's (L204).
    """
    giver = Lot.objects.select_for_update(of=("self",)).select_related("region").get(pk=cut.lot.pk)
    child = _child(giver, cut)
    known = lot_of_key(by=by, asked=child, body=body_of(child), region=giver.region, now=now)
    if known:
        return known
    _check_cut(giver, child)
    left, taken = take_top(giver.unit_ranges, child.quantity_per_year)
    child.gives(taken)
    child.lot_no = next_lot_no(child.region, giver.pollutant_id, cut.effective_date)
    record(child, by=by, reason=cut.kind)
    _post_child(by, giver, child, cut, now)
    giver.gives(left)
    record(giver, by=by, reason=cut.kind)
    return child


def _check_cut(giver: Lot, child: Lot) -> None:
    if giver.has_ended:
        raise LotHasEnded(lot=giver.lot_no)
    if not 0 < child.quantity_per_year <= giver.quantity_per_year:
        raise LotTooSmall(lot=giver.lot_no)
    if child.region.city_code != giver.region.city_code:
        raise OtherCity(lot=giver.lot_no)
    if child.valid_to < child.valid_from:
        raise LotTermBad


def _child(giver: Lot, cut: Cut) -> Lot:
    """The child lot, not saved: the giver's pollutant and basin, its holder's region."""
    region = cut.to_enterprise.region if cut.to_enterprise else giver.region
    return Lot(
        region=region,
        enterprise=cut.to_enterprise,
        pollutant_id=giver.pollutant_id,
        basin=giver.basin,
        quantity_per_year=cut.quantity_per_year,
        opened_quantity=cut.quantity_per_year,
        valid_from=max(cut.effective_date, giver.valid_from),
        valid_to=min(cut.valid_to or giver.valid_to, giver.valid_to),
        source=LotSource(cut.source),
        paid_state=cut.paid_state,
        price=cut.price,
        parent=giver,
        document_type=cut.document.type,
        document_id=cut.document.id,
        key=cut.key,
    )


def _post_child(by: Membership, giver: Lot, child: Lot, cut: Cut, now: datetime.datetime) -> None:
    """Move the child's share of each period from the giver's accounts to the child's."""
    periods = ensure_periods(
        by=by, region=giver.region, first=child.valid_from, last=child.valid_to
    )
    moves = []
    for period, share in shares(child, child.unit_ranges, periods, child.valid_from).items():
        asset = asset_for(child.pollutant_id, period)
        specs = lot_account_spec(giver, asset.pk), lot_account_spec(child, asset.pk)
        accounts = accounts_for(specs)
        moves.append(Move(accounts[specs[0]].pk, accounts[specs[1]].pk, share))
    posting = Posting(
        kind=cut.kind,
        scope="lot",
        key=cut.key,
        moves=tuple(moves),
        effective_date=child.valid_from,
        document=cut.document,
        approval_id=cut.approval_id,
    )
    post(by=by, postings=[posting], now=now)


def open_accounts(lots: Iterable[Lot]) -> list[Account]:
    """The lots' own accounts of open quota periods in which something is left, locked."""
    return list(
        Account.objects.select_for_update(of=("self",))
        .open_of_lots()
        .filter(reference_id__in=[lot.pk for lot in lots], balance__gt=0)
        .order_by("pk")
    )


@transaction.atomic
def set_lot_paid(*, by: Membership, lot: Lot, state: str, reason: str = "") -> Lot:
    """Note that a lot is paid, in part or whole; a paid lot does not become unpaid again."""
    locked = Lot.objects.select_for_update().get(pk=lot.pk)
    if locked.paid_state == PaidState.PAID:
        return locked
    locked.paid_state = PaidState(state)
    return record(locked, by=by, reason=reason or "payment")
