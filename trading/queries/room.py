"""What the auction room shows: time left, ladder, log, the bidder's own place."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from parties.models import Membership
from shell.units import parse_quantity
from trading import formats, kits
from trading.models import Auction, Bid, SignUp
from trading.money import fen_of
from trading.rules import AuctionState, fee_fen

LOG_LENGTH = 50


def database_now() -> datetime.datetime:
    """The database's clock: the one clock of bids and of the close, whichever server asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime.datetime = cursor.fetchone()[0]
    return moment


@dataclass(frozen=True)
class Rung:
    """One bidder's standing bid on the ladder."""

    rank: int
    bid: Bid
    is_mine: bool
    would_win_mg: int  # what the bid would get if the round closed now
    total_fen: int

    @property
    def tone(self) -> str:
        """Winning, partly winning or not, as a status."""
        if not self.would_win_mg:
            return "neutral"
        return "normal" if self.would_win_mg == self.bid.quantity_mg else "yellow"


@dataclass(frozen=True)
class Board:
    """The auction room at one moment, for one reader."""

    auction: Auction
    now: datetime.datetime
    ladder: Sequence[Rung] = ()
    log: Sequence[Bid] = ()
    sign_up: SignUp | None = None
    my_bids: Sequence[Bid] = ()
    most_bids: int = 0
    supply_left_mg: int = 0
    my_rung: Rung | None = field(default=None)

    @property
    def is_open(self) -> bool:
        """Whether bids are taken at this moment."""
        return (
            self.auction.state in {AuctionState.OPEN, AuctionState.ANNOUNCED}
            and self.auction.opens_at <= self.now < self.auction.closes_at
        )

    @property
    def is_before(self) -> bool:
        return self.auction.state == AuctionState.ANNOUNCED and self.now < self.auction.opens_at

    @property
    def seconds_left(self) -> int:
        """Until the round opens, or until it closes; zero afterwards."""
        goal = self.auction.opens_at if self.is_before else self.auction.closes_at
        return max(0, int((goal - self.now).total_seconds()))

    @property
    def clock(self) -> str:
        """The time left as hours, minutes and seconds, for readers without JavaScript."""
        hours, rest = divmod(self.seconds_left, 3600)
        return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"

    @property
    def leading_fen(self) -> int | None:
        """The highest standing price, if anyone has bid."""
        return self.ladder[0].bid.price_fen if self.ladder else None

    @property
    def floor_fen(self) -> int:
        return fen_of(self.auction.floor_price)


def total_fen(auction: Auction, bid: Bid) -> int:
    """What a bid comes to for all years."""
    return fee_fen(quantity_mg=bid.quantity_mg, price_fen=bid.price_fen, years=auction.years)


def board_of(auction: Auction, actor: Membership | None, now: datetime.datetime) -> Board:
    """The room for one reader: everything public, and the reader's own place in it.

    Cost follows the bids of this one auction (at most the allowed number per bidder), in three
    queries; it does not grow with history.
    """
    bids = list(kits.bids_of(auction))
    enterprise_id = actor.enterprise_id if actor else None
    sign_up = (
        SignUp.objects.filter(auction=auction, enterprise_id=enterprise_id).first()
        if enterprise_id
        else None
    )
    mine = [bid for bid in bids if sign_up and bid.sign_up_id == sign_up.pk]
    outcome = formats.run(kits.terms_of(auction) | {"bids": [kits.bid_line(bid) for bid in bids]})
    ladder = _ladder(auction, bids, outcome, sign_up)
    return Board(
        auction=auction,
        now=now,
        ladder=ladder,
        log=bids[: -LOG_LENGTH - 1 : -1],
        sign_up=sign_up,
        my_bids=mine[::-1],
        most_bids=int(auction.params.get("max_bids", 0)),
        supply_left_mg=auction.quantity_mg - sum(rung.would_win_mg for rung in ladder),
        my_rung=next((rung for rung in ladder if rung.is_mine), None),
    )


def _ladder(
    auction: Auction, bids: Sequence[Bid], outcome: dict[str, Any], sign_up: SignUp | None
) -> list[Rung]:
    """Each bidder's last bid, highest price first, then earlier; with what it would win now."""
    won = {
        row["bid"]: parse_quantity(row["quantity"], unit="t", places=9) for row in outcome["awards"]
    }
    standing = {bid.sign_up_id: bid for bid in bids}
    ranked = sorted(standing.values(), key=lambda bid: (-bid.price_fen, bid.seq))
    return [
        Rung(
            rank=rank,
            bid=bid,
            is_mine=sign_up is not None and bid.sign_up_id == sign_up.pk,
            would_win_mg=won.get(bid.seq, 0),
            total_fen=total_fen(auction, bid),
        )
        for rank, bid in enumerate(ranked, 1)
    ]


def leading_fen(auction: Auction) -> int:
    """The highest price bid so far, or the start price before the first bid."""
    prices = Bid.objects.filter(auction=auction).order_by("-price_fen")
    return prices.values_list("price_fen", flat=True).first() or fen_of(auction.floor_price)
