"""Sign-ups: consent slip, qualification check, admission, the deposit's way back."""

import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_noop as said

from ledger import services as ledger
from ledger.rules import DocumentRef, Move, Posting, Purpose
from parties.models import Enterprise, Membership
from parties.services import give_notices, record
from shell.figures import second
from shell.refusals import refused_by
from shell.rules import RuleBroken
from trading import notices
from trading.models import Auction, SignUp
from trading.money import fen_of, tonnes_text, yuan
from trading.refusals import (
    AlreadySignedUp,
    BidOverSupply,
    OwnStaffBids,
    ReasonMissing,
    SignUpClosed,
)
from trading.rules import AuctionState, SignUpState, check_sign_up_step, deposit_fen

from .accounts import deposit_of, money_account
from .locks import lock_auction, lock_sign_up


def check_not_staff(by: Membership, day: datetime.date) -> None:
    """Refuse (T333) a person who is also in a bureau: nobody bids where he could look in."""
    own = Membership.objects.in_force(day).filter(user=by.user_id, bureau__isnull=False)
    if by.bureau_id or own.exists():
        raise OwnStaffBids


def check_may_sign_up(*, by: Membership, auction: Auction, now: datetime.datetime) -> None:
    """Refuse a sign-up by staff (T333) or out of its time (T336), before anything is typed."""
    check_not_staff(by, timezone.localdate(now))
    is_time = auction.sign_up_from <= now < auction.sign_up_to
    if auction.state != AuctionState.ANNOUNCED or not is_time:
        raise SignUpClosed(start=second(auction.sign_up_from), end=second(auction.sign_up_to))


@transaction.atomic
def sign_up(
    *,
    by: Membership,
    auction: Auction,
    enterprise: Enterprise,
    quantity_mg: int,
    consent_slip_no: str,
    now: datetime.datetime,
) -> SignUp:
    """Sign an enterprise up for a quantity and compute its deposit.

    Refuses T306, T307, T333, T335, T336.
    """
    check_may_sign_up(by=by, auction=auction, now=now)
    if quantity_mg > auction.quantity_mg:
        raise BidOverSupply(
            quantity=tonnes_text(quantity_mg), supply=tonnes_text(auction.quantity_mg)
        )
    if quantity_mg % auction.lot_size_mg:
        raise RuleBroken(
            "T307",
            quantity=tonnes_text(quantity_mg),
            lot_size=tonnes_text(auction.lot_size_mg),
        )
    deposit = deposit_fen(
        floor_fen=fen_of(auction.floor_price),
        percent=auction.deposit_percent,
        quantity_mg=quantity_mg,
        years=auction.years,
    )
    new = SignUp(
        auction=auction,
        enterprise=enterprise,
        quantity_mg=quantity_mg,
        consent_slip_no=consent_slip_no.strip(),
        deposit=yuan(deposit),
        signed_up_at=now,
    )
    with refused_by(
        one_sign_up_per_enterprise=AlreadySignedUp,
        consent_slip_serves_once_per_auction=AlreadySignedUp,
    ):
        return record(new, by=by, reason=said("sign-up"))


@transaction.atomic
def qualify(*, by: Membership, sign_up: SignUp, now: datetime.datetime) -> SignUp:
    """Pass the qualification check; without a deposit to pay the bidder is admitted at once."""
    locked = lock_sign_up(sign_up)
    _step(locked, SignUpState.QUALIFIED)
    record(locked, by=by, reason=said("qualified"))
    if not fen_of(locked.deposit):
        return admit(by=by, sign_up=locked, now=now)
    give_notices(told=[notices.sign_up_decided(locked)], now=now)
    return locked


@transaction.atomic
def refuse_sign_up(
    *, by: Membership, sign_up: SignUp, reason: str, now: datetime.datetime
) -> SignUp:
    """Refuse a sign-up with a reason, before its deposit is in."""
    if not reason.strip():
        raise ReasonMissing
    locked = lock_sign_up(sign_up)
    _step(locked, SignUpState.REFUSED)
    locked.refusal_reason = reason
    record(locked, by=by, reason=said("not qualified"))
    give_notices(told=[notices.sign_up_decided(locked)], now=now)
    return locked


def admit(*, by: Membership, sign_up: SignUp, now: datetime.datetime) -> SignUp:
    """Admit a locked, qualified bidder and give him the number under which his bids are shown."""
    auction = lock_auction(sign_up.auction)
    if auction.state not in {AuctionState.ANNOUNCED, AuctionState.OPEN} or now >= auction.closes_at:
        raise SignUpClosed(start=second(auction.sign_up_from), end=second(auction.sign_up_to))
    last = auction.sign_ups.aggregate(last=Max("paddle_no"))["last"] or 0
    _step(sign_up, SignUpState.ADMITTED)
    sign_up.paddle_no = last + 1
    return record(sign_up, by=by, reason=said("admitted"))


@transaction.atomic
def return_deposit(
    *, by: Membership, sign_up: SignUp, bank_reference: str, now: datetime.datetime
) -> SignUp:
    """Book a deposit as sent back, exactly once; the same reference again changes nothing."""
    locked = lock_sign_up(sign_up)
    if locked.state == SignUpState.RETURNED and locked.return_reference == bank_reference:
        return locked
    _step(locked, SignUpState.RETURNED)
    locked.return_reference = bank_reference
    record(locked, by=by, reason=f"deposit returned {bank_reference}")
    post_refund(by=by, sign_up=locked, amount_fen=fen_of(locked.deposit), now=now)
    return locked


def post_refund(
    *, by: Membership, sign_up: SignUp, amount_fen: int, now: datetime.datetime
) -> None:
    """Post money of a deposit back to the bank; one such posting per sign-up, for ever."""
    posting = deposit_posting(
        sign_up, "DEPOSIT_REFUND", Purpose.BANK, amount_fen, DocumentRef("sign_up", sign_up.pk), now
    )
    ledger.post(by=by, postings=[posting], now=now)


def deposit_posting(
    sign_up: SignUp,
    kind: str,
    target: Purpose,
    amount_fen: int,
    document: DocumentRef,
    now: datetime.datetime,
) -> Posting:
    """A posting out of the deposit of one sign-up."""
    goal = money_account(target, sign_up.auction.region)
    return Posting(
        kind=kind,
        key=f"sign_up:{sign_up.pk}",
        moves=(Move(deposit_of(sign_up).pk, goal.pk, amount_fen),),
        effective_date=timezone.localdate(now),
        document=document,
    )


def release(*, by: Membership, sign_ups: list[SignUp], reason: str) -> None:
    """Mark the deposits of locked, admitted bidders as owed back (none owed: already settled)."""
    for sign_up in sign_ups:
        _step(sign_up, SignUpState.TO_RETURN)
        record(sign_up, by=by, reason=reason)
        if not fen_of(sign_up.deposit):
            _step(sign_up, SignUpState.RETURNED)
            record(sign_up, by=by, reason=reason)


def _step(sign_up: SignUp, state: SignUpState) -> None:
    check_sign_up_step(sign_up.state, state)
    sign_up.state = state
