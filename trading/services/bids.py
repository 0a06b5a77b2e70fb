"""Placing a bid: one sequencer per auction, the database's own."""

import datetime
import uuid

from django.db import transaction

from parties.models import Membership
from parties.services import system_actor
from shell import figures
from shell.figures import second
from shell.rules import RuleBroken
from trading import formats, kits, live
from trading.models import Auction, Bid, RefusedBid, SignUp
from trading.queries.room import leading_fen
from trading.refusals import (
    BidKeyReused,
    ConfirmHighPrice,
    ConfirmLowerBid,
    ConfirmSameBid,
    DepositMissing,
    NotQualified,
    OverSignedUpQuantity,
)
from trading.rules import AuctionState, SignUpState, needs_confirmation

from .auctions import open_auction
from .locks import lock_auction
from .sign_ups import check_not_staff

# More refused bids of one person in one auction are noise, not evidence.
REFUSALS_KEPT = 200


@transaction.atomic
def place_bid(
    *,
    by: Membership,
    auction: Auction,
    price_fen: int,
    quantity_mg: int,
    key: uuid.UUID,
    now: datetime.datetime,
    is_meant: bool = True,
) -> Bid:
    """Place a bid of fen per t per year for so many mg per year.

    The auction's row is the sequencer: whoever holds its lock is next, and a bid that gets the
    lock after the close finds the auction closed. `now` is the database's clock, so that all web
    servers share one. The same key with the same figures is the same bid; with other figures it
    is refused (T331). Refuses T301–T307, T330–T334. A bid that is not `is_meant`, as one from a
    form is until its question is answered, is asked about (T337–T339) when it looks like a slip.
    """
    locked = lock_auction(auction)
    known = Bid.objects.filter(key=key).select_related("sign_up").first()
    if known:
        return _same(known, by, locked, price_fen, quantity_mg)
    sign_up = _admitted(by, locked, now)
    locked = _in_time(locked, now)
    if quantity_mg > sign_up.quantity_mg:
        raise OverSignedUpQuantity(
            quantity=figures.t3(quantity_mg), signed_up=figures.t3(sign_up.quantity_mg)
        )
    number = Bid.objects.filter(sign_up=sign_up).count() + 1
    _check_by_format(locked, sign_up, price_fen, quantity_mg, number - 1, now)
    if not is_meant:
        _check_is_no_slip(locked, sign_up, price_fen, quantity_mg)
    # The sequencer is no business field: its history is the journal of bids itself.
    locked.last_seq += 1
    Auction.objects.filter(pk=locked.pk).update(last_seq=locked.last_seq)
    bid = Bid.objects.create(
        auction=locked,
        sign_up=sign_up,
        seq=locked.last_seq,
        number=number,
        price_fen=price_fen,
        quantity_mg=quantity_mg,
        key=key,
        placed_by=by,
        placed_at=now,
    )
    live.auction_changed(locked)
    return bid


def _same(known: Bid, by: Membership, auction: Auction, price_fen: int, quantity_mg: int) -> Bid:
    """The bid a repeated key stands for, if it is this very bid (T331)."""
    same = (known.auction_id, known.price_fen, known.quantity_mg, known.sign_up.enterprise_id)
    if same != (auction.pk, price_fen, quantity_mg, by.enterprise_id):
        raise BidKeyReused
    return known


def _admitted(by: Membership, auction: Auction, now: datetime.datetime) -> SignUp:
    """The bidder's admitted sign-up (T330, T332); staff of a bureau never bids (T333)."""
    check_not_staff(by, now.date())
    sign_up = SignUp.objects.filter(auction=auction, enterprise=by.enterprise_id).first()
    if sign_up is None or sign_up.state in {SignUpState.APPLIED, SignUpState.REFUSED}:
        raise NotQualified
    if sign_up.state == SignUpState.QUALIFIED:
        raise DepositMissing(deposit=figures.yuan(sign_up.deposit))
    return sign_up


def _in_time(auction: Auction, now: datetime.datetime) -> Auction:
    """The open auction (T304, T305); a late clock job must not cost bidders their first minutes."""
    if auction.state == AuctionState.ANNOUNCED and auction.opens_at <= now < auction.closes_at:
        auction = open_auction(by=system_actor("clock"), auction=auction, now=now)
    if auction.state == AuctionState.ANNOUNCED and now < auction.opens_at:
        raise RuleBroken("T305", opens_at=second(auction.opens_at))
    if auction.state != AuctionState.OPEN:
        raise RuleBroken("T304", closes_at=second(auction.closed_at or auction.closes_at))
    return auction


def _check_by_format(
    auction: Auction,
    sign_up: SignUp,
    price_fen: int,
    quantity_mg: int,
    already: int,
    now: datetime.datetime,
) -> None:
    """The format's own checks, the same that recompute the result afterwards."""
    bid = kits.rules_bid(
        bidder=sign_up.paddle_no, price_fen=price_fen, quantity_mg=quantity_mg, at=now
    )
    kit = kits.rules_kit(auction)
    code = formats.format_of(auction.format).check_bid(kit, bid, already=already)
    if code:
        raise RuleBroken(
            code,
            price=figures.yuan(price_fen),
            floor=figures.yuan(auction.floor_price),
            step=figures.yuan(auction.step),
            quantity=figures.t3(quantity_mg),
            supply=figures.t3(auction.quantity_mg),
            lot_size=figures.t3(auction.lot_size_mg),
            max_bids=auction.params["max_bids"],
            opens_at=second(auction.opens_at),
            closes_at=second(auction.closes_at),
        )


def _check_is_no_slip(auction: Auction, sign_up: SignUp, price_fen: int, quantity_mg: int) -> None:
    """Ask about a price far above the others' (T337), a bid below the own one that stands (T338)
    and the same bid once more (T339)."""
    leading = leading_fen(auction)
    if needs_confirmation(
        price_fen=price_fen, reference_fen=leading, percent=auction.confirm_percent
    ):
        raise ConfirmHighPrice(price=figures.yuan(price_fen), leading=figures.yuan(leading))
    standing = Bid.objects.filter(sign_up=sign_up).order_by("seq").last()
    if standing is None:
        return
    before = (standing.price_fen, standing.quantity_mg)
    if before == (price_fen, quantity_mg):
        raise ConfirmSameBid
    if before > (price_fen, quantity_mg):
        raise ConfirmLowerBid(
            price=figures.yuan(standing.price_fen), quantity=figures.t3(standing.quantity_mg)
        )


@transaction.atomic
def keep_refused_bid(
    *,
    by: Membership,
    auction: Auction,
    price_text: str,
    quantity_text: str,
    rule: str,
    now: datetime.datetime,
) -> None:
    """Keep a refused bid as typed, with its rule: after the refusal, in its own transaction."""
    if RefusedBid.objects.filter(auction=auction, placed_by=by).count() >= REFUSALS_KEPT:
        return
    RefusedBid.objects.create(
        auction=auction,
        placed_by=by,
        price_text=price_text[:40],
        quantity_text=quantity_text[:40],
        rule=rule,
        refused_at=now,
    )
