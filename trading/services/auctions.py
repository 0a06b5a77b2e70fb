"""The life of an auction up to its round: draft, two persons, notice, opening, stop."""

import datetime
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as said

from ledger.models import Lot
from parties.models import Approval, Membership
from parties.rules import Act
from parties.services import decide_approval, record, request_approval, use_approval
from shell.refusals import refused_by
from shell.units import plain
from trading import formats, kits, live
from trading.models import Auction, AuctionStandard
from trading.money import yuan
from trading.refusals import (
    LotAlreadyOffered,
    LotNotSaleable,
    NoAuctionStandard,
    ReasonMissing,
    TermsAreFixed,
)
from trading.rules import (
    AuctionState,
    SignUpState,
    check_auction_step,
    check_calendar,
    check_notice,
)

from .locks import lock_auction
from .numbers import next_number
from .sign_ups import release

APPROVE = Act.APPROVE_AUCTION
STOP = Act.STOP_AUCTION


@dataclass(frozen=True)
class Terms:
    """What the desk decides about an auction; the rest comes from the lot and the standard."""

    quantity_mg: int
    lot_size_mg: int
    floor_fen: int
    step_fen: int
    right_from: datetime.date
    years: int
    sign_up_from: datetime.datetime
    sign_up_to: datetime.datetime
    opens_at: datetime.datetime
    closes_at: datetime.datetime
    format: str = "single_round"
    last_winner: str = "CUT"


def standard_of(lot: Lot, day: datetime.date) -> AuctionStandard:
    """The auction standard in force where the lot lies; refuses (T314) when there is none."""
    standard = AuctionStandard.objects.in_force(lot.region, day).first()
    if standard is None:
        raise NoAuctionStandard(region=lot.region, day=day)
    return standard


@transaction.atomic
def draft_auction(*, by: Membership, lot: Lot, terms: Terms, now: datetime.datetime) -> Auction:
    """Draft the sale of a reserve lot. Deposit, payment term and rules of the round come from the
    standard in force on the day of the round. Refuses T312, T314–T316, T322."""
    lot = Lot.objects.select_for_update(no_key=True, of=("self",)).get(pk=lot.pk)
    today = timezone.localdate(now)
    serial, auction_no = next_number(Auction, region_code=lot.region_id, mark="JP", day=today)
    auction = Auction(pk=serial, auction_no=auction_no, lot=lot, region=lot.region)
    return _write_terms(by, auction, terms)


@transaction.atomic
def revise_auction(*, by: Membership, auction: Auction, terms: Terms) -> Auction:
    """Change the terms of a draft (T318 afterwards); an approval asked for before is void."""
    locked = lock_auction(auction)
    if locked.state != AuctionState.DRAFT:
        raise TermsAreFixed
    return _write_terms(by, locked, terms)


def _write_terms(by: Membership, auction: Auction, terms: Terms) -> Auction:
    check_calendar(
        sign_up_from=terms.sign_up_from,
        sign_up_to=terms.sign_up_to,
        opens_at=terms.opens_at,
        closes_at=terms.closes_at,
    )
    standard = standard_of(auction.lot, timezone.localdate(terms.opens_at))
    auction.pollutant, auction.basin = auction.lot.pollutant, auction.lot.basin
    for name, value in asdict(terms).items():
        if name not in {"floor_fen", "step_fen", "last_winner"}:
            setattr(auction, name, value)
    auction.floor_price, auction.step = yuan(terms.floor_fen), yuan(terms.step_fen)
    auction.deposit_percent = Decimal(standard.deposit_percent)
    auction.confirm_percent = standard.confirm_percent
    auction.pay_within_workdays = standard.pay_within_workdays
    auction.params = _params(terms, standard)
    _check_lot(auction)
    with refused_by(lot_is_in_one_live_auction=LotAlreadyOffered):
        return record(auction, by=by, reason=said("terms of the draft"))


def _params(terms: Terms, standard: AuctionStandard) -> dict[str, object]:
    """The format's own parameters, checked by the format; the window comes from the auction."""
    chosen = formats.format_of(terms.format)
    full = chosen.check_params(
        {
            "max_bids": standard.max_bids,
            "winners_percent": standard.winners_percent,
            "last_winner": terms.last_winner,
        }
    )
    return {name: value for name, value in full.items() if name not in {"opens_at", "closes_at"}}


def _check_lot(auction: Auction) -> None:
    lot = auction.lot
    covers = lot.valid_from <= auction.right_from and auction.right_to <= lot.valid_to
    if lot.enterprise_id or not covers or auction.quantity_mg > lot.quantity_per_year:
        raise LotNotSaleable(lot=lot.lot_no)
    if auction.quantity_mg % auction.lot_size_mg:
        raise LotNotSaleable(lot=lot.lot_no)


def content_of(auction: Auction) -> bytes:
    """What the second person approves: the terms, byte for byte."""
    return kits.canonical(
        kits.terms_of(auction)
        | {
            "lot": auction.lot_id,
            "right_from": auction.right_from,
            "years": auction.years,
            "deposit_percent": plain(auction.deposit_percent),
            "sign_up": [auction.sign_up_from, auction.sign_up_to],
        }
    )


@transaction.atomic
def request_auction_approval(
    *, by: Membership, auction: Auction, now: datetime.datetime
) -> Approval:
    """Ask a second person of the desk to approve the draft as it stands."""
    locked = lock_auction(auction)
    check_auction_step(locked.state, AuctionState.APPROVED)
    return _ask(by, locked, APPROVE, content_of(locked), now)


@transaction.atomic
def decide_auction(
    *,
    by: Membership,
    auction: Auction,
    approval: Approval,
    granted: bool,
    reason: str,
    now: datetime.datetime,
) -> Auction:
    """Approve or refuse a draft as the second person; changed terms void the request (A202)."""
    locked = lock_auction(auction)
    decide_approval(by=by, approval=approval, granted=granted, reason=reason, now=now)
    if not granted:
        return locked
    check_auction_step(locked.state, AuctionState.APPROVED)
    locked.approval = _use(by, locked, approval, APPROVE, content_of(locked))
    return step(by, locked, AuctionState.APPROVED, reason or "approved")


@transaction.atomic
def announce_auction(*, by: Membership, auction: Auction, now: datetime.datetime) -> Auction:
    """Publish the notice; it must stand its days before the round (T313)."""
    locked = lock_auction(auction)
    opens_on = timezone.localdate(locked.opens_at)
    check_notice(
        announced_on=timezone.localdate(now),
        opens_on=opens_on,
        notice_days=standard_of(locked.lot, opens_on).notice_days,
    )
    locked.announced_at = now
    return step(by, locked, AuctionState.ANNOUNCED, "announced")


@transaction.atomic
def open_auction(*, by: Membership, auction: Auction, now: datetime.datetime) -> Auction:
    """Open the round when its time has come; called again it changes nothing."""
    locked = lock_auction(auction)
    if locked.state == AuctionState.ANNOUNCED and locked.opens_at <= now:
        return step(by, locked, AuctionState.OPEN, "round opened")
    return locked


@transaction.atomic
def discard_auction(*, by: Membership, auction: Auction, reason: str) -> Auction:
    """Give up a draft or an approved auction that nobody outside has seen (T310 afterwards)."""
    locked = lock_auction(auction)
    if locked.announced_at is not None:
        check_auction_step(AuctionState.CLOSED, AuctionState.STOPPED)
    return _stop(by, locked, reason)


@transaction.atomic
def ask_stop(*, by: Membership, auction: Auction, reason: str, now: datetime.datetime) -> Approval:
    """Ask a second person to stop an announced or running auction; the reason will be public."""
    if not reason.strip():
        raise ReasonMissing
    locked = lock_auction(auction)
    check_auction_step(locked.state, AuctionState.STOPPED)
    locked.stop_reason = reason
    record(locked, by=by, reason=said("stop asked for"))
    return _ask(by, locked, STOP, _stop_content(locked), now)


@transaction.atomic
def decide_stop(
    *,
    by: Membership,
    auction: Auction,
    approval: Approval,
    granted: bool,
    reason: str,
    now: datetime.datetime,
) -> Auction:
    """Stop the auction as the second person, or let it go on; deposits are then owed back."""
    locked = lock_auction(auction)
    decide_approval(by=by, approval=approval, granted=granted, reason=reason, now=now)
    if not granted:
        locked.stop_reason = ""
        return record(locked, by=by, reason=said("not stopped"))
    _use(by, locked, approval, STOP, _stop_content(locked))
    return _stop(by, locked, locked.stop_reason)


def _stop(by: Membership, locked: Auction, reason: str) -> Auction:
    if not reason.strip():
        raise ReasonMissing
    locked.stop_reason = reason
    step(by, locked, AuctionState.STOPPED, f"stopped: {reason}")
    admitted = locked.sign_ups.select_for_update(no_key=True).filter(state=SignUpState.ADMITTED)
    release(by=by, sign_ups=list(admitted), reason=said("auction stopped"))
    return locked


def _stop_content(auction: Auction) -> bytes:
    return kits.canonical({"auction": auction.auction_no, "reason": auction.stop_reason})


def _ask(
    by: Membership, auction: Auction, act: str, content: bytes, now: datetime.datetime
) -> Approval:
    return request_approval(
        by=by,
        act=act,
        region_code=auction.region_id,
        subject_type="auction",
        subject_id=auction.pk,
        content=content,
        now=now,
    )


def _use(
    by: Membership, auction: Auction, approval: Approval, act: str, content: bytes
) -> Approval:
    return use_approval(
        by=by,
        approval_id=approval.pk,
        act=act,
        subject_type="auction",
        subject_id=auction.pk,
        content=content,
    )


def step(by: Membership, auction: Auction, state: AuctionState, reason: str) -> Auction:
    """Take one step of the table of states, save it and tell the open pages."""
    check_auction_step(auction.state, state)
    auction.state = state
    record(auction, by=by, reason=reason[:80])
    live.auction_changed(auction)
    return auction
