"""The ledger's rules, pure: purposes, numbered checks, the plan of a posting, shares of lots."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from shell.rules import RuleBroken

BIGINT_MAX = 2**63 - 1
ANY_PURPOSE = "ANY"


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
    scope: str = ""

    @property
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


@dataclass(frozen=True, slots=True)
class Leg:
    """A transfer as planned, with what both accounts then hold."""

    posting: int
    line: int
    source: int
    target: int
    asset: int
    amount: int
    source_version: int
    source_balance: int
    target_version: int
    target_balance: int


@dataclass
class Plan:
    """The transfers of a batch and the accounts after it."""

    legs: list[Leg] = field(default_factory=list)
    touched: dict[int, AccountState] = field(default_factory=dict)


def body_hash(posting: Posting) -> bytes:
    """What a repeated key is compared with: everything asked for, nothing computed."""
    text = "|".join(
        (
            posting.kind,
            posting.effective_date.isoformat(),
            f"{posting.document.type}:{posting.document.id}",
            str(posting.reverses_id),
            *(f"{m.source}>{m.target}={m.amount}/{m.overflow}" for m in posting.moves),
        )
    )
    return hashlib.sha256(text.encode()).digest()


def check_posting(posting: Posting) -> None:
    """The checks that need no account: L101 key, L103 moves, L104 amount, L105 self-transfer."""
    if not posting.key or len(posting.key) > 120 or len(posting.name[0]) > 40:
        raise RuleBroken("L101", key=posting.key[:120])
    if not posting.moves:
        raise RuleBroken("L103", key=posting.key)
    for move in posting.moves:
        if not 0 < move.amount <= BIGINT_MAX:
            raise RuleBroken("L104", amount=move.amount, key=posting.key)
        if move.target in (move.source, move.overflow):
            raise RuleBroken("L105", key=posting.key)


def plan(
    postings: Sequence[Posting],
    accounts: Mapping[int, AccountState],
    allowed: Mapping[str, frozenset[tuple[str, str]]],
) -> Plan:
    """The transfers of all postings in their order; any refusal refuses the whole batch."""
    result = Plan()
    for index, posting in enumerate(postings):
        lines = ((s, t, a) for move in posting.moves for s, t, a in split(move, accounts))
        for line, (source_id, target_id, amount) in enumerate(lines):
            source = _known(accounts, source_id, posting)
            target = _known(accounts, target_id, posting)
            check_leg(posting, source, target, amount, allowed)
            result.legs.append(_apply(index, line, source, target, amount))
            result.touched[source.id] = source
            result.touched[target.id] = target
    return result


def split(move: Move, accounts: Mapping[int, AccountState]) -> Iterable[tuple[int, int, int]]:
    """The transfers of a move: what the source has, and the rest from the overflow account."""
    if move.overflow is None or move.source not in accounts:
        yield move.source, move.target, move.amount
        return
    covered = max(0, min(move.amount, accounts[move.source].free))
    if covered:
        yield move.source, move.target, covered
    if covered < move.amount:
        yield move.overflow, move.target, move.amount - covered


def check_leg(
    posting: Posting,
    source: AccountState,
    target: AccountState,
    amount: int,
    allowed: Mapping[str, frozenset[tuple[str, str]]],
) -> None:
    """The checks of one transfer: L106 movement, L107 asset, L108 period, L109/L110 restriction,
    L111 range, L201 cover."""
    if not _is_allowed(allowed[posting.kind], source.purpose, target.purpose):
        raise RuleBroken(
            "L106", kind=posting.kind, source=source.purpose, target=target.purpose, key=posting.key
        )
    if source.asset_id != target.asset_id:
        raise RuleBroken("L107", key=posting.key)
    if not source.is_period_open:
        raise RuleBroken("L108", key=posting.key)
    if source.restriction != "OPEN":
        raise RuleBroken("L109", account=source.id, key=posting.key)
    if target.restriction == "CLOSED":
        raise RuleBroken("L110", account=target.id, key=posting.key)
    if target.balance + amount > BIGINT_MAX or source.balance - amount < -BIGINT_MAX:
        raise RuleBroken("L111", key=posting.key)
    if source.free < amount:
        raise RuleBroken(
            "L201",
            account=source.id,
            missing=amount - source.free,
            free=source.free,
            key=posting.key,
        )


def _is_allowed(movements: frozenset[tuple[str, str]], source: str, target: str) -> bool:
    return (source, target) in movements or (ANY_PURPOSE, ANY_PURPOSE) in movements


def _known(accounts: Mapping[int, AccountState], account_id: int, posting: Posting) -> AccountState:
    if account_id not in accounts:
        raise RuleBroken("L112", account=account_id, key=posting.key)
    return accounts[account_id]


def _apply(index: int, line: int, source: AccountState, target: AccountState, amount: int) -> Leg:
    source.balance -= amount
    source.version += 1
    target.balance += amount
    target.version += 1
    return Leg(
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


def period_share(
    quantity_per_year: int,
    *,
    valid_from: datetime.date,
    valid_to: datetime.date,
    period_start: datetime.date,
    period_end: datetime.date,
) -> int:
    """A lot's share in a quota period: pro rata by day, the whole in a whole period.

    Rounded half-even once, to the smallest unit.
    """
    first, last = max(valid_from, period_start), min(valid_to, period_end)
    days = (last - first).days + 1
    if days <= 0:
        return 0
    return divide_half_even(quantity_per_year * days, (period_end - period_start).days + 1)


def divide_half_even(dividend: int, divisor: int) -> int:
    """Whole-number division, rounding half to even; for dividends and divisors not below zero."""
    quotient, rest = divmod(dividend, divisor)
    return quotient + (2 * rest > divisor or (2 * rest == divisor and quotient % 2 == 1))
