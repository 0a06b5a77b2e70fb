"""The ledger's rules, pure: purposes, numbered checks, the plan of a posting."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from shell.rules import RuleBroken

BIGINT_MAX = 2**63 - 1
ANY_PURPOSE = "ANY"
ANYTHING = (ANY_PURPOSE, ANY_PURPOSE)


class Purpose(StrEnum):
    """What an account is for."""

    ISSUED = "ISSUED"  # a region's source of rights: the only one below zero, down to its cap
    RESERVE = "RESERVE"  # the government's reserve, one account per lot
    AVAILABLE = "AVAILABLE"  # an enterprise's rights, one account per lot
    CARD = "CARD"  # loaded on a card
    DISCHARGED = "DISCHARGED"  # an enterprise's discharge: sink
    OVERRUN = "OVERRUN"  # discharge beyond quota; negative = owed
    FROZEN = "FROZEN"  # one per hold
    RETIRED = "RETIRED"
    LAPSED = "LAPSED"
    BANK = "BANK"  # the outside world's money
    DEPOSIT = "DEPOSIT"
    ESCROW = "ESCROW"
    REVENUE = "REVENUE"
    FORFEITED = "FORFEITED"
    RECEIVABLE = "RECEIVABLE"


UNCOVERED = frozenset({Purpose.ISSUED, Purpose.OVERRUN, Purpose.BANK, Purpose.RECEIVABLE})


def floor_of(purpose: Purpose) -> int | None:
    """The lowest balance a new account may have: zero, or none for sources."""
    return None if purpose in UNCOVERED else 0


@dataclass(frozen=True)
class DocumentRef:
    """The document behind an operation; the ledger never looks inside."""

    type: str
    id: int


@dataclass(frozen=True)
class Move:
    """An amount from `source` to `target`; what `source` lacks comes from `overflow`, if given."""

    source: int
    target: int
    amount: int
    overflow: int | None = None


@dataclass(frozen=True)
class Posting:
    """What one operation asks for; `scope` (default: the kind) and `key` name it for ever."""

    kind: str
    key: str
    moves: tuple[Move, ...]
    effective_date: datetime.date
    document: DocumentRef
    reason: str = ""
    approval_id: int | None = None
    reverses_id: int | None = None
    corrects_id: int | None = None
    scope: str = ""

    @cached_property
    def name(self) -> tuple[str, str]:
        """Scope and key: unique for ever."""
        return (self.scope or self.kind, self.key)


@dataclass(frozen=True)
class Receipt:
    """The answer to a posting; a repeated key gets the first answer again."""

    operation_id: int
    is_new: bool
    key: str


@dataclass(slots=True)
class AccountState:
    """A locked account while a posting is planned."""

    id: int
    region_id: str
    asset_id: int
    purpose: str
    balance: int
    version: int
    min_balance: int | None
    restriction: str
    is_period_open: bool = True

    @property
    def free(self) -> int:
        """What may still leave the account (the largest number where nothing bounds it)."""
        return BIGINT_MAX if self.min_balance is None else self.balance - self.min_balance


# A transfer as planned: place of its posting, line, source, target, asset, amount, and what both
# accounts then have: version and balance of the source, version and balance of the target. A
# batch has thousands, and a class would take as long to fill as all their checks.
Leg = tuple[int, int, int, int, int, int, int, int, int, int]


@dataclass
class Plan:
    """What a batch comes to: the postings not booked before, their bodies' hashes, transfers."""

    fresh: list[Posting] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)


def body_hash(posting: Posting) -> bytes:
    """What a repeated key is compared with: everything asked for, nothing computed."""
    text = "|".join(
        (
            posting.kind,
            posting.effective_date.isoformat(),
            f"{posting.document.type}:{posting.document.id}",
            str(posting.reverses_id),
            # Absent from most: so a body without it keeps the hash it always had.
            *((f"corrects:{posting.corrects_id}",) if posting.corrects_id else ()),
            *(f"{m.source}>{m.target}={m.amount}/{m.overflow}" for m in posting.moves),
        )
    )
    return hashlib.sha256(text.encode()).digest()


def check_posting(posting: Posting) -> None:
    """The checks that need no account: L101 key, L103 moves, L104 amount, L105 self-transfer."""
    if not is_key(posting):
        raise RuleBroken("L101")
    if not posting.moves:
        raise RuleBroken("L103")
    for move in posting.moves:
        if not 0 < move.amount <= BIGINT_MAX:
            raise RuleBroken("L104", amount=move.amount)
        if move.target in (move.source, move.overflow):
            raise RuleBroken("L105")


def is_key(posting: Posting) -> bool:
    """Whether key and scope have a form the database can keep for ever."""
    scope, key = posting.name
    return 0 < len(key) <= 120 and len(scope) <= 40 and "\0" not in key + scope


class Conduct(Protocol):
    """What the tables say about kinds of operation; see `ledger.conduct`."""

    def check(self, posting: Posting, region_id: str) -> frozenset[tuple[str, str]]:
        """The movements allowed to the posting; raises RuleBroken when it may not be booked."""


def plan(
    postings: Sequence[Posting],
    accounts: Mapping[int, AccountState],
    conduct: Conduct,
    known: Mapping[tuple[str, str], bytes],
) -> Plan:
    """The transfers of all postings in their order; the first bad one refuses the whole batch.

    `known` has the body's hash of each key used before: the same body is passed over, another
    one is refused (L102). The refusal names the posting's place in the batch and its key.
    """
    result = Plan()
    seen = dict(known)
    for item, posting in enumerate(postings):
        try:
            check_posting(posting)
            digest = body_hash(posting)
            if posting.name in seen:
                if seen[posting.name] != digest:
                    raise RuleBroken("L102")
                continue
            seen[posting.name] = digest
            _plan_one(posting, accounts, conduct, result)
            result.digests.append(digest)
        except RuleBroken as broken:
            broken.params |= {"item": item + 1, "count": len(postings), "key": posting.key[:120]}
            raise
    return result


def _plan_one(
    posting: Posting, accounts: Mapping[int, AccountState], conduct: Conduct, result: Plan
) -> None:
    """Add one posting's transfers to the plan."""
    first = accounts.get(posting.moves[0].source)
    allowed = conduct.check(posting, first.region_id if first else "")
    index = len(result.fresh)
    for line, (source_id, target_id, amount) in enumerate(lines(posting, accounts)):
        try:
            source, target = accounts[source_id], accounts[target_id]
        except KeyError as missing:
            raise RuleBroken("L112", account=missing.args[0]) from missing
        check_leg(posting, source, target, amount, allowed)
        result.legs.append(_apply(index, line, source, target, amount))
    result.fresh.append(posting)


def lines(posting: Posting, accounts: Mapping[int, AccountState]) -> Iterable[tuple[int, int, int]]:
    """The transfers that a posting's moves come to, in their order."""
    for move in posting.moves:
        if move.overflow is None or move.source not in accounts:
            yield move.source, move.target, move.amount
        else:
            yield from split(move, accounts[move.source].free, move.overflow)


def split(move: Move, free: int, overflow: int) -> Iterable[tuple[int, int, int]]:
    """The transfers of a move: what the source has, and the rest from the overflow account."""
    covered = max(0, min(move.amount, free))
    if covered:
        yield move.source, move.target, covered
    if covered < move.amount:
        yield overflow, move.target, move.amount - covered


def check_leg(
    posting: Posting,
    source: AccountState,
    target: AccountState,
    amount: int,
    allowed: frozenset[tuple[str, str]],
) -> None:
    """The checks of one transfer: L106 movement, L107 asset, L108 period, L109/L110 restriction,
    L111 range, L201 cover."""
    if (source.purpose, target.purpose) not in allowed and ANYTHING not in allowed:
        raise RuleBroken("L106", kind=posting.kind, source=source.purpose, target=target.purpose)
    if source.asset_id != target.asset_id:
        raise RuleBroken("L107")
    if not source.is_period_open:
        raise RuleBroken("L108")
    if not source.restriction == target.restriction == "OPEN":
        check_restrictions(source, target)
    if target.balance + amount > BIGINT_MAX or source.balance - amount < -BIGINT_MAX:
        raise RuleBroken("L111")
    if source.min_balance is not None and source.free < amount:
        raise RuleBroken("L201", account=source.id, missing=amount - source.free, free=source.free)


def check_restrictions(source: AccountState, target: AccountState) -> None:
    """L110: nothing moves in or out of a closed account; L109: one that receives only gives
    nothing out."""
    for account in (source, target):
        if account.restriction == "CLOSED":
            raise RuleBroken("L110", account=account.id)
    if source.restriction != "OPEN":
        raise RuleBroken("L109", account=source.id)


def _apply(index: int, line: int, source: AccountState, target: AccountState, amount: int) -> Leg:
    source.balance -= amount
    source.version += 1
    target.balance += amount
    target.version += 1
    return (
        index,
        line,
        source.id,
        target.id,
        source.asset_id,
        amount,
        source.version,
        source.balance,
        target.version,
        target.balance,
    )
