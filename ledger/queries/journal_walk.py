"""Walks a range of the journal in the order in which it was written, with constant memory.

The numbers of operations are drawn while the accounts are locked, so for each account their order
is the order of its versions: one pass sees every chain, and needs only the last link of each.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import psycopg

from .bodies import Act, Books, Day, Document, is_what_was_asked
from .faults import Fault

BLOCK = 4000  # operations read at once
# Moments as seconds, exact to the microsecond, infinite ones too.
TRANSFERS = """
SELECT operation_id, line, source_id, target_id, asset_id, amount, source_version,
       source_balance, target_version, target_balance, date_part('epoch', posted_at)
FROM ledger_transfer WHERE operation_id >= %s AND operation_id < %s
ORDER BY operation_id, line
"""
OPERATIONS = """
SELECT id, kind, scope, key, body_hash, effective_date::text, date_part('epoch', posted_at),
       document_type, document_id, approval_id, reverses_id, reason, corrects_id
FROM ledger_operation WHERE id >= %s AND id < %s
"""


Rows = Sequence[tuple[Any, ...]]


@dataclass
class Part:
    """What a range of the journal says of each account: its first link there, and its last."""

    first: dict[int, tuple[int, int, Any, str, int]] = field(default_factory=dict)
    last: dict[int, tuple[int, int, Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    transfers: int = 0


def walk(
    cursor: "psycopg.Cursor[Any]", low: int, high: int, books: Books, part: Part
) -> Iterator[Fault]:
    """Every fault of the operations from `low` to below `high`; `part` keeps the ends."""
    for start in range(low, high, BLOCK):
        end = min(start + BLOCK, high)
        operations = _operations(cursor, start, end)
        for number, rows in itertools.groupby(_transfers(cursor, start, end), itemgetter(0)):
            together = list(rows)
            part.transfers += len(together)
            yield from _chain_faults(together, part)
            yield from _operation_faults(number, operations.pop(number, None), together, books)
        for number in operations:
            yield Fault("V04", f"operation {number}", "has no transfer")


def _operations(cursor: "psycopg.Cursor[Any]", low: int, high: int) -> dict[int, Act]:
    cursor.execute(OPERATIONS, [low, high], binary=True)
    return {row[0]: _act(*row) for row in cursor.fetchall()}


def _act(*row: Any) -> Act:
    number, kind, scope, key, digest, day, at, type_, document, approval, *rest = row
    paper = Document(type_, document)
    return Act(number, kind, scope, key, digest, Day(day), at, paper, approval, *rest)


def _transfers(cursor: "psycopg.Cursor[Any]", low: int, high: int) -> Rows:
    cursor.execute(TRANSFERS, [low, high], binary=True)
    return cursor.fetchall()


def _chain_faults(rows: Rows, part: Part) -> Iterator[Fault]:
    """V01: each link goes on from the one before it."""
    first, last = part.first, part.last
    for number, line, source, target, _asset, amount, sv, sb, tv, tb, at in rows:
        for account, version, balance, delta in (
            (source, sv, sb, -amount),
            (target, tv, tb, amount),
        ):
            before = last.get(account)
            if before is None:
                row = f"transfer {number}.{line}"
                first[account] = (version - 1, balance - delta, at, row, delta)
            elif before[0] + 1 != version or before[1] + delta != balance or before[2] > at:
                row = f"transfer {number}.{line}"
                yield broken(row, account, before, (version, balance - delta, at), delta)
            last[account] = (version, balance, at)


def broken(
    row: str, account: int, before: tuple[int, int, Any], now: tuple[int, int, Any], delta: int
) -> Fault:
    """The link that does not go on: `now` is its version, the balance it began from, its time."""
    if before[0] + 1 == now[0] and before[1] == now[1]:
        return Fault("V01", row, f"account {account}: lies in time before version {before[0]}")
    return Fault(
        "V01",
        row,
        f"account {account}, version {now[0]}: expected version {before[0] + 1} and balance"
        f" {before[1] + delta}, found balance {now[1] + delta}",
    )


def _operation_faults(number: int, act: Act | None, rows: Rows, books: Books) -> Iterator[Fault]:
    """V04, V05, V07 and V09 of one operation with its transfers."""
    name = f"operation {number}"
    yield from _place_faults(name, rows, books)
    if act is None:
        yield Fault("V04", name, "has transfers but no row of its own")
        return
    if not is_what_was_asked(act, rows, books):
        text = "kind, date, document, reversal or transfers are not those of the request"
        yield Fault("V09", name, f"{text} whose hash was kept ({act.body_hash.hex()[:16]}…)")
    purpose, allowed = books.purpose, books.allowed.get(act.kind, set())
    for row in rows:
        pair = (purpose.get(row[2], "?"), purpose.get(row[3], "?"))
        if pair not in allowed:
            text = f"{act.kind} may not move from {pair[0]} to {pair[1]}"
            yield Fault("V07", f"transfer {number}.{row[1]}", text)
        if row[10] != act.posted_at:
            yield Fault("V04", name, f"and its transfer {row[1]} differ in time")


def _place_faults(name: str, rows: Rows, books: Books) -> Iterator[Fault]:
    """V04: the lines count from 0; V05: both accounts exist and count the asset."""
    asset_of = books.asset
    for place, row in enumerate(rows):
        asset = row[4]
        if row[1] != place:
            yield Fault("V04", name, f"has line {row[1]} where line {place} is expected")
        if asset_of.get(row[2]) != asset or asset_of.get(row[3]) != asset or row[5] <= 0:
            yield _misplaced(row, books)


def _misplaced(row: tuple[Any, ...], books: Books) -> Fault:
    number, line, source, target, asset, amount = row[:6]
    return Fault(
        "V05",
        f"transfer {number}.{line}",
        f"moves {amount} of asset {asset}; its accounts {source} and {target} count"
        f" {books.asset.get(source)} and {books.asset.get(target)}",
    )
