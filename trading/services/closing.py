"""After the round: the result, delivery versus payment, default."""

import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as said

from ledger import services as ledger
from ledger.models import Lot
from ledger.models.lots import LotSource
from ledger.rules import DocumentRef, Move, Posting, Purpose
from parties.models import Membership
from parties.queries import add_workdays
from parties.services import give_notices, record, system_actor
from permits.services import certify_paid
from shell import figures
from shell.figures import second
from shell.units import MG_PER_T
from trading import formats, kits, live, notices
from trading.models import Auction, Award, Bid, Bill, BillLine, SignUp
from trading.money import fen_of, yuan
from trading.refusals import (
    AuctionStepNotAllowed,
    NotYetOverdue,
    PriceNotPaid,
    ReasonMissing,
    RoundNotOver,
)
from trading.rules import (
    AuctionState,
    AwardState,
    BillState,
    SignUpState,
    check_auction_step,
    check_sign_up_step,
    fee_fen,
)

from .accounts import escrow_of, money_account
from .auctions import step
from .bills import award_bill, void_bill
from .locks import lock_auction
from .sign_ups import deposit_posting, post_refund, release

OVER = {AuctionState.CLOSED, AuctionState.SETTLED, AuctionState.NO_SALE}


@transaction.atomic
def close_auction(*, by: Membership, auction: Auction, now: datetime.datetime) -> Auction:
    """Close a round whose time is over and fix its result; called again it changes nothing.

    The result is computed by the pure format from the kit, and stored with the kit's hash:
    whoever has the published kit can recompute it. Winners are billed, the deposits of all
    others are owed back. Refuses a round that still runs (T317).
    """
    locked = lock_auction(auction)
    if locked.state in OVER:
        return locked
    if locked.state == AuctionState.ANNOUNCED and locked.closes_at <= now:
        # Nobody opened the round (all processes were down): it opens and closes without bids.
        locked = step(by, locked, AuctionState.OPEN, "round opened")
    check_auction_step(locked.state, AuctionState.CLOSED)
    if now < locked.closes_at:
        raise RoundNotOver(closes_at=second(locked.closes_at))
    kit = kits.kit_of(locked)
    locked.result, locked.kit_sha256 = formats.run(kit), kits.sha256_of(kit)
    locked.closed_at = now
    step(by, locked, AuctionState.CLOSED, "round closed")
    winners = _award_all(by, locked, locked.result["awards"], now)
    losers = locked.sign_ups.select_for_update(no_key=True).filter(state=SignUpState.ADMITTED)
    release(by=by, sign_ups=list(losers.exclude(pk__in=winners)), reason=said("round closed"))
    told = locked.sign_ups.filter(paddle_no__isnull=False).select_related("auction", "enterprise")
    give_notices(told=notices.rounds_over(told), now=now)
    if not winners:
        step(by, locked, AuctionState.NO_SALE, "no sale")
    live.auction_changed(locked)
    return locked


def _award_all(
    by: Membership, auction: Auction, rows: list[dict[str, Any]], now: datetime.datetime
) -> list[int]:
    """Make the awards of the result and their bills; returns the winners' sign-ups."""
    bids = {
        bid.seq: bid
        for bid in Bid.objects.filter(auction=auction).select_related("sign_up__enterprise__region")
    }
    today = timezone.localdate(now)
    due_date = add_workdays(today, auction.pay_within_workdays)
    winners = []
    for place, row in enumerate(rows, 1):
        bid = bids[row["bid"]]
        quantity_mg = int(Decimal(row["quantity"]) * MG_PER_T)
        award = _award(by, auction, bid, place, quantity_mg)
        award.bill = _bill_of(by, auction, award, due_date, today)
        record(award, by=by, reason=f"award {place}")
        winners.append(bid.sign_up_id)
    return winners


def _award(by: Membership, auction: Auction, bid: Bid, place: int, quantity_mg: int) -> Award:
    amount = fee_fen(quantity_mg=quantity_mg, price_fen=bid.price_fen, years=auction.years)
    sign_up = bid.sign_up
    check_sign_up_step(sign_up.state, SignUpState.WON)
    sign_up.state = SignUpState.WON
    record(sign_up, by=by, reason=said("won"))
    return Award(
        auction=auction,
        sign_up=sign_up,
        bid=bid,
        place=place,
        quantity_mg=quantity_mg,
        price=yuan(bid.price_fen),
        amount=yuan(amount),
        deposit_used=yuan(min(amount, fen_of(sign_up.deposit))),
    )


def _bill_of(
    by: Membership,
    auction: Auction,
    award: Award,
    due_date: datetime.date,
    today: datetime.date,
) -> Bill | None:
    """The bill over what the deposit does not cover; none when it covers all."""
    if award.amount == award.deposit_used:
        return None
    line = BillLine(
        pollutant=auction.pollutant,
        quantity_mg=award.quantity_mg,
        price=award.price,
        years=Decimal(auction.years),
        discount=Decimal(1),
        amount=award.amount,
    )
    return award_bill(
        by=by,
        auction=auction,
        enterprise=award.sign_up.enterprise,
        line=line,
        deposit_fen=fen_of(award.deposit_used),
        due_date=due_date,
        today=today,
    )


@transaction.atomic
def deliver_award(*, by: Membership, award: Award, now: datetime.datetime) -> Award:
    """Delivery versus payment, in one transaction: price and deposit become revenue and the right
    goes from the reserve to the winner — all of it, or nothing. Called again it changes nothing.

    Refuses (T206) while the price is not paid.
    """
    locked = _locked(award)
    if locked.state == AwardState.DELIVERED:
        return locked
    if locked.state == AwardState.DEFAULTED:
        raise AuctionStepNotAllowed(state=locked.state, wanted=AwardState.DELIVERED)
    if locked.bill and locked.bill.state != BillState.PAID:
        raise PriceNotPaid(open=figures.yuan(locked.bill.open_amount), bill=locked.bill.bill_no)
    ledger.post(by=by, postings=_price_postings(locked, now), now=now)
    rest = fen_of(locked.sign_up.deposit) - fen_of(locked.deposit_used)
    if rest:
        post_refund(by=by, sign_up=locked.sign_up, amount_fen=rest, now=now)
    auction = locked.auction
    locked.lot = ledger.transfer_lot(
        by=by,
        lot=auction.lot,
        to_enterprise=locked.sign_up.enterprise,
        quantity_per_year=locked.quantity_mg,
        effective_date=auction.right_from,
        valid_to=auction.right_to,
        document=DocumentRef("award", locked.pk),
        key=f"award:{locked.pk}",
        now=now,
        source=LotSource.AUCTION,
        kind="AUCTION_DELIVERY",
        price=locked.price,
        paid=True,
    )
    certify_paid(by=system_actor("clock"), lots=Lot.objects.filter(pk=locked.lot.pk), now=now)
    locked.delivered_at = now
    return _finish(by, locked, AwardState.DELIVERED, SignUpState.USED, "delivered")


def _price_postings(award: Award, now: datetime.datetime) -> list[Posting]:
    """Escrow and the deposit's share become revenue."""
    document = DocumentRef("award", award.pk)
    postings = []
    if award.bill:
        revenue = money_account(Purpose.REVENUE, award.bill.region)
        postings.append(
            Posting(
                kind="PAYMENT",
                key=f"award:{award.pk}",
                moves=(Move(escrow_of(award.bill).pk, revenue.pk, fen_of(award.bill.paid)),),
                effective_date=timezone.localdate(now),
                document=document,
            )
        )
    if fen_of(award.deposit_used):
        used = fen_of(award.deposit_used)
        postings.append(
            deposit_posting(award.sign_up, "DEPOSIT_APPLY", Purpose.REVENUE, used, document, now)
        )
    return postings


@transaction.atomic
def declare_default(*, by: Membership, award: Award, reason: str, now: datetime.datetime) -> Award:
    """Declare that a winner did not pay in time: the deposit is not refunded, the right stays in
    the reserve, what was paid in part is owed back. Refuses T207 before the due date has passed."""
    if not reason.strip():
        raise ReasonMissing
    locked = _locked(award)
    bill = locked.bill
    if locked.state != AwardState.PENDING or bill is None or bill.state == BillState.PAID:
        raise AuctionStepNotAllowed(state=locked.state, wanted=AwardState.DEFAULTED)
    if not bill.is_overdue(timezone.localdate(now)):
        raise NotYetOverdue(day=bill.due_date)
    postings = []
    if fen_of(locked.sign_up.deposit):
        postings.append(
            deposit_posting(
                locked.sign_up,
                "FORFEIT",
                Purpose.FORFEITED,
                fen_of(locked.sign_up.deposit),
                DocumentRef("sign_up", locked.sign_up_id),
                now,
            )
        )
    if fen_of(bill.paid):
        bank = money_account(Purpose.BANK, bill.region)
        postings.append(
            Posting(
                kind="REFUND",
                key=f"bill:{bill.pk}",
                moves=(Move(escrow_of(bill).pk, bank.pk, fen_of(bill.paid)),),
                effective_date=timezone.localdate(now),
                document=DocumentRef("bill", bill.pk),
            )
        )
    ledger.post(by=by, postings=postings, now=now)
    void_bill(by=by, bill=bill, reason=reason)
    return _finish(by, locked, AwardState.DEFAULTED, SignUpState.FORFEITED, reason)


def _finish(
    by: Membership, award: Award, state: AwardState, deposit: SignUpState, reason: str
) -> Award:
    """End an award; when it was the last one open, the auction is settled."""
    award.state = state
    record(award, by=by, reason=reason[:80])
    check_sign_up_step(award.sign_up.state, deposit)
    award.sign_up.state = deposit
    record(award.sign_up, by=by, reason=reason[:80])
    auction = lock_auction(award.auction)
    if not Award.objects.filter(auction=auction, state=AwardState.PENDING).exists():
        step(by, auction, AuctionState.SETTLED, "settled")
    return award


def _locked(award: Award) -> Award:
    """The award with its auction, sign-up and bill, locked in this order as everywhere; a payment
    under way is waited for."""
    lock_auction(award.auction)
    locked = (
        Award.objects.select_for_update(no_key=True, of=("self",))
        .select_related("auction__lot", "auction__region")
        .get(pk=award.pk)
    )
    if locked.bill_id:
        locked.bill = Bill.objects.select_for_update(no_key=True).get(pk=locked.bill_id)
    locked.sign_up = SignUp.objects.select_for_update(no_key=True).get(pk=locked.sign_up_id)
    return locked
