"""The kit of an auction: everything an outsider needs to recompute the result, no names."""

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from trading.formats.kit import Bid as FormatBid
from trading.formats.kit import Kit, natural
from trading.models import Auction, Bid
from trading.money import tonnes_text, yuan, yuan_text


def terms_of(auction: Auction) -> dict[str, Any]:
    """The terms as plain JSON; times carry their zone, quantities are t, prices yuan per t·a."""
    return {
        "auction": auction.auction_no,
        "format": auction.format,
        "supply": tonnes_text(auction.quantity_mg),
        "lot_size": tonnes_text(auction.lot_size_mg),
        "reserve_price": yuan_text(auction.floor_price),
        "step": yuan_text(auction.step),
        "seed": auction.auction_no,
        "params": auction.params
        | {
            "opens_at": auction.opens_at.isoformat(),
            "closes_at": auction.closes_at.isoformat(),
        },
    }


def kit_of(auction: Auction) -> dict[str, Any]:
    """Terms and every bid in the order of the database, bidders by their number only."""
    return terms_of(auction) | {"bids": [bid_line(bid) for bid in bids_of(auction)]}


def bids_of(auction: Auction) -> Iterable[Bid]:
    """Every bid of an auction in its order, with its bidder's number at hand."""
    return Bid.objects.filter(auction=auction).select_related("sign_up").order_by("seq")


def bid_line(bid: Bid) -> dict[str, Any]:
    """One bid as it stands in the kit."""
    return {
        "id": bid.seq,
        "seq": bid.seq,
        "bidder": str(bid.sign_up.paddle_no),
        "price": yuan_text(yuan(bid.price_fen)),
        "quantity": tonnes_text(bid.quantity_mg),
        "at": bid.placed_at.isoformat(),
    }


def canonical(value: Any) -> bytes:
    """The one way to write JSON that is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
    ).encode()


def sha256_of(value: Any) -> str:
    """The hash by which a published kit is recognised."""
    return hashlib.sha256(canonical(value)).hexdigest()


def rules_kit(auction: Auction) -> Kit:
    """The terms as the format's rules want them."""
    terms = terms_of(auction)
    return Kit(
        supply=Decimal(terms["supply"]),
        lot_size=Decimal(terms["lot_size"]),
        reserve_price=Decimal(terms["reserve_price"]),
        step=Decimal(terms["step"]),
        seed=terms["seed"],
        params=terms["params"],
    )


def rules_bid(*, bidder: int | None, price_fen: int, quantity_mg: int, at: Any) -> FormatBid:
    """A bid that is about to be placed, as the format's rules want it."""
    text = yuan_text(yuan(price_fen))
    return FormatBid(
        id="new",
        bidder=str(bidder),
        price=Decimal(text),
        quantity=Decimal(tonnes_text(quantity_mg)),
        at=at,
        order=(at, natural("new")),
        price_text=text,
    )
