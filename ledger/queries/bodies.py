"""What an operation was asked to do, put together again from its row and its transfers.

A request may name an account for what its source lacks. Where the source had enough, that account
shows nowhere, and where it had nothing, the source does not: the few requests that could have led
to the same transfers are tried one after the other.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, cast

from ledger.rules import ANY_PURPOSE, Posting, Purpose, body_hash

from .faults import stream

MOST_TRIES = 4096


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


@dataclass(slots=True)
class Act:
    """An operation's row, with what its request said as far as the row keeps it."""

    id: int
    kind: str
    scope: str
    key: str
    body_hash: bytes
    effective_date: Day
    posted_at: object
    document: Document
    approval_id: int | None
    reverses_id: int | None
    reason: str
    corrects_id: int | None = None
    moves: tuple[Asked, ...] = ()


ACCOUNTS = "SELECT id, asset_id, purpose, enterprise_id FROM ledger_account"
MOVEMENTS = """
SELECT t.code, m.source_purpose, m.target_purpose
FROM ledger_operationtype t LEFT JOIN ledger_operationtypemovement m ON m.type_id = t.code
"""


@dataclass
class Books:
    """What the accounts and kinds are; grows with the accounts, not with the journal."""

    asset: dict[int, int] = field(default_factory=dict)
    purpose: dict[int, str] = field(default_factory=dict)
    holder: dict[int, int | None] = field(default_factory=dict)
    overrun: dict[tuple[int | None, int], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    cards: dict[tuple[int | None, int], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    is_read: bool = False
    # Kinds whose last request named an overflow account: that way is tried first.
    overflows: set[str] = field(default_factory=set)

    @cached_property
    def allowed(self) -> dict[str, set[tuple[str, str]]]:
        """The pairs of purposes between which a kind may move."""
        found: dict[str, set[tuple[str, str]]] = {}
        for code, source, target in stream(MOVEMENTS):
            found.setdefault(code, set()).update(_pairs(source, target))
        return found

    def read(self) -> None:
        """Note all accounts, when first needed: a book in order needs none of them here."""
        if not self.is_read:
            for row in stream(ACCOUNTS):
                self.add(*row)
            self.is_read = True

    def add(self, account: int, asset: int, purpose: str, holder: int | None) -> None:
        """Note an account."""
        self.asset[account], self.purpose[account] = asset, purpose
        self.holder[account] = holder
        if purpose == Purpose.OVERRUN:
            self.overrun[holder, asset].append(account)
        elif purpose == Purpose.CARD:
            self.cards[holder, asset].append(account)


def _pairs(source: str | None, target: str | None) -> set[tuple[str, str]]:
    """The purposes that a movement allows, ANY spelled out."""
    every = [str(purpose) for purpose in Purpose]
    sources = every if source == ANY_PURPOSE else [source] if source else []
    targets = every if target == ANY_PURPOSE else [target] if target else []
    return set(itertools.product(sources, targets))


def is_what_was_asked(act: Act, rows: Sequence[Any], books: Books) -> bool:
    """Whether the operation and its transfers are those whose hash was kept with the key."""
    if act.kind in books.overflows:
        return _fits(act, _with_overflow(rows, books)) or _fits(act, _plain(rows))
    if _fits(act, _plain(rows)):
        return True
    if _fits(act, _with_overflow(rows, books)):
        books.overflows.add(act.kind)
        return True
    return False


def _fits(act: Act, requests: Iterable[tuple[Asked, ...]]) -> bool:
    return any(body_hash(cast("Posting", act)) == act.body_hash for act.moves in requests)


def _plain(rows: Sequence[Any]) -> list[tuple[Asked, ...]]:
    """The request without overflow accounts."""
    return [tuple([Asked(row[2], row[3], row[5], None) for row in rows])]


def _with_overflow(rows: Sequence[Any], books: Books) -> Iterator[tuple[Asked, ...]]:
    """Requests with an overflow account that lead to the same transfers."""
    choices: list[list[Asked]] = []
    purpose, before = books.purpose, None
    for row in rows:
        source, target, amount = row[2], row[3], row[5]
        if purpose.get(source) != Purpose.OVERRUN:
            choices.append(_all_covered(source, target, amount, books))
        elif before and before[3] == target and purpose.get(before[2]) != Purpose.OVERRUN:
            choices[-1] = [Asked(before[2], target, before[5] + amount, source)]
        else:
            choices.append(_nothing_covered(source, target, amount, books))
        before = row
    return itertools.islice(itertools.product(*choices), MOST_TRIES)


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
