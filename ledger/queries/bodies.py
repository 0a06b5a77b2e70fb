"""What an operation was asked to do, put together again from its row and its transfers.

A request may name an account for what its source lacks. Where the source had enough, that account
shows nowhere, and where it had nothing, the source does not: the few requests that could have led
to the same transfers are tried one after the other.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from ledger.rules import Posting, Purpose, body_hash

MOST_TRIES = 4096


class Row(NamedTuple):
    """A transfer as the journal has it."""

    operation: int
    line: int
    source: int
    target: int
    asset: int
    amount: int
    source_version: int
    source_balance: int
    target_version: int
    target_balance: int
    at: int


class Asked(NamedTuple):
    """A move of the request."""

    source: int
    target: int
    amount: int
    overflow: int | None


class Day(str):
    """A date as the database writes it."""

    __slots__ = ()

    def isoformat(self) -> str:
        return self


class Document(NamedTuple):
    """The document behind the operation."""

    type: str
    id: int


class Act(NamedTuple):
    """An operation's row, with what its request said as far as the row keeps it."""

    id: int
    kind: str
    scope: str
    key: str
    body_hash: bytes
    effective_date: Day
    posted_at: int
    document: Document
    approval_id: int | None
    reverses_id: int | None
    reason: str
    corrects_id: int | None = None
    moves: tuple[Asked, ...] = ()


@dataclass
class Books:
    """What the accounts are, by number; grows with the accounts, not with the journal."""

    asset: dict[int, int] = field(default_factory=dict)
    purpose: dict[int, str] = field(default_factory=dict)
    holder: dict[int, int | None] = field(default_factory=dict)
    overrun: dict[tuple[int | None, int], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    cards: dict[tuple[int | None, int], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    allowed: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    def add(self, account: int, asset: int, purpose: str, holder: int | None) -> None:
        """Note an account."""
        self.asset[account], self.purpose[account] = asset, purpose
        self.holder[account] = holder
        if purpose == Purpose.OVERRUN:
            self.overrun[holder, asset].append(account)
        elif purpose == Purpose.CARD:
            self.cards[holder, asset].append(account)


def is_what_was_asked(act: Act, rows: Sequence[Any], books: Books) -> bool:
    """Whether the operation and its transfers are those whose hash was kept with the key."""
    plain = tuple([Asked(row[2], row[3], row[5], None) for row in rows])
    if _hash(act, plain) == act.body_hash:
        return True
    return any(_hash(act, moves) == act.body_hash for moves in _with_overflow(rows, books))


def _hash(act: Act, moves: tuple[Asked, ...]) -> bytes:
    return body_hash(cast("Posting", act._replace(moves=moves)))


def _with_overflow(rows: Sequence[Any], books: Books) -> Iterator[tuple[Asked, ...]]:
    """Requests with an overflow account that lead to the same transfers."""
    choices: list[list[Asked]] = []
    left = list(rows)
    while left:
        row = left.pop(0)
        source, target, amount = row[2], row[3], row[5]
        if books.purpose.get(source) == Purpose.OVERRUN:
            choices.append(_nothing_covered(source, target, amount, books))
        elif left and left[0][3] == target and _is_overrun(left[0][2], books):
            rest = left.pop(0)
            choices.append([Asked(source, target, amount + rest[5], rest[2])])
        else:
            choices.append(_all_covered(source, target, amount, books))
    return itertools.islice(itertools.product(*choices), MOST_TRIES)


def _is_overrun(account: int, books: Books) -> bool:
    return books.purpose.get(account) == Purpose.OVERRUN


def _quota(account: int, books: Books) -> tuple[int | None, int]:
    return books.holder.get(account), books.asset.get(account, 0)


def _all_covered(source: int, target: int, amount: int, books: Books) -> list[Asked]:
    beside = books.overrun.get(_quota(source, books), [])
    return [
        *(Asked(source, target, amount, o) for o in beside),
        Asked(source, target, amount, None),
    ]


def _nothing_covered(overrun: int, target: int, amount: int, books: Books) -> list[Asked]:
    cards = books.cards.get(_quota(overrun, books), [])
    return [
        *(Asked(c, target, amount, overrun) for c in cards),
        Asked(overrun, target, amount, None),
    ]
