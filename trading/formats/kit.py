"""What goes into an auction format and what comes out: exact decimals, never floats."""

import dataclasses
import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from shell.rules import RuleBroken
from shell.units import plain

# Plain decimals only: no sign, exponent, separator or digit of another script. The length
# keeps every sum and product inside Decimal's 28 exact digits.
PLAIN_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,9})?", re.ASCII)

Instant = Decimal | datetime.datetime


@dataclasses.dataclass(frozen=True)
class Bid:
    """One bid as placed; `order` is its place in the database's sequence, or its time."""

    id: Any
    bidder: str
    price: Decimal
    quantity: Decimal
    at: Instant
    order: tuple[Any, ...]
    price_text: str


@dataclasses.dataclass(frozen=True)
class Kit:
    """What is for sale and on which terms; units are the publisher's (t, yuan per t per year)."""

    supply: Decimal
    lot_size: Decimal  # 0: any quantity
    reserve_price: Decimal
    step: Decimal  # 0: any price
    seed: str
    params: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Award:
    """What one winning bid receives."""

    bid: Bid
    quantity: Decimal
    price: Decimal


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The result of an auction; `rejected` names each bid that did not count, with its rule."""

    clearing_price: Decimal | None
    awards: tuple[Award, ...]
    unsold: Decimal
    rejected: tuple[tuple[Any, str], ...]

    def as_json(self, rejected_before: Iterable[tuple[Any, str]] = ()) -> dict[str, Any]:
        """The outcome as plain JSON with decimal strings."""
        return {
            "clearing_price": None if self.clearing_price is None else plain(self.clearing_price),
            "awards": [
                {
                    "bid": award.bid.id,
                    "bidder": award.bid.bidder,
                    "quantity": plain(award.quantity),
                    "price": award.bid.price_text
                    if award.price == award.bid.price
                    else plain(award.price),
                }
                for award in self.awards
            ],
            "unsold": plain(self.unsold),
            "rejected": [
                {"bid": bid, "rule": rule} for bid, rule in (*rejected_before, *self.rejected)
            ],
        }


def decimal(value: object) -> Decimal:
    """A plain non-negative decimal given as text or whole number; else refused as T308."""
    # A float has already lost the digits that were typed, so it is refused like any bad text;
    # JSON numbers are read as Decimal, which keeps them.
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    text = str(value) if is_number else value
    if not isinstance(text, str) or not PLAIN_DECIMAL.fullmatch(text):
        raise RuleBroken("T308", value=str(value)[:40])
    return Decimal(text)


def optional_decimal(value: object) -> Decimal:
    """Like `decimal`; nothing given means zero."""
    return Decimal(0) if value is None or value == "" else decimal(value)


def instant(value: object) -> Instant:
    """A moment: a number on the publisher's clock, or an ISO 8601 time."""
    if isinstance(value, int | Decimal) or PLAIN_DECIMAL.fullmatch(str(value)):
        return decimal(value)
    if not isinstance(value, str):
        raise RuleBroken("T308", value=str(value)[:40])
    return datetime.datetime.fromisoformat(value)


def parse_kit(asked: Mapping[str, Any], params: Mapping[str, Any]) -> Kit:
    """The terms of a sale; refuses what no sale can have."""
    kit = Kit(
        supply=decimal(asked["supply"]),
        lot_size=optional_decimal(asked.get("lot_size")),
        reserve_price=optional_decimal(asked.get("reserve_price")),
        step=optional_decimal(asked.get("step")),
        seed=str(asked.get("seed", "")),
        params=params,
    )
    if kit.supply == 0:
        raise RuleBroken("T321", quantity=plain(kit.supply))
    return kit


def parse_bids(rows: object) -> tuple[list[Bid], list[tuple[Any, str]]]:
    """The bids in the order that decides, and those whose numbers cannot be read.

    The order is `seq`, the database's sequence, where it is given; else the time `at`, and
    for equal times the id, so that the order of the lines never matters.
    """
    if not isinstance(rows, list):
        raise TypeError("bids is not a list")
    by_sequence = any("seq" in row for row in rows)
    bids: list[Bid] = []
    unreadable: list[tuple[Any, str]] = []
    for row in rows:
        try:
            bids.append(parse_bid(row, by_sequence=by_sequence))
        except RuleBroken as error:
            unreadable.append((row["id"], error.code))
    bids.sort(key=lambda bid: bid.order)
    unreadable.sort(key=lambda pair: natural(pair[0]))
    return bids, unreadable


def parse_bid(row: Mapping[str, Any], *, by_sequence: bool) -> Bid:
    """One bid from its line."""
    at = instant(row["at"])
    return Bid(
        id=row["id"],
        bidder=str(row["bidder"]),
        price=decimal(row["price"]),
        quantity=decimal(row["quantity"]),
        at=at,
        order=(decimal(row["seq"]) if by_sequence else at, natural(row["id"])),
        price_text=str(row["price"]),
    )


def natural(value: object) -> tuple[tuple[int, int, str], ...]:
    """A sort key in which b9 comes before b10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", str(value))
    return tuple((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts)
