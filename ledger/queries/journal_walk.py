"""Walks a range of the journal in the order in which it was written, with constant memory.

The numbers of operations are drawn while the accounts are locked, so for each account their order
is the order of its versions: one pass sees every chain, and needs only the last link of each.
"""

import itertools
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import psycopg

from .bodies import Act, Books, Day, Document, is_what_was_asked
from .faults import Fault

BLOCK = 4000  # operations read at once
HEAD, TAIL = 19, 2  # bytes around the rows of a binary COPY
ROW = struct.Struct(">2x4xq4xi4xq4xq4xq4xq4xq4xq4xq4xq4xq")
TRANSFERS = """
COPY (SELECT operation_id, line, source_id, target_id, asset_id, amount, source_version,
             source_balance, target_version, target_balance, posted_at
      FROM ledger_transfer WHERE operation_id >= {low} AND operation_id < {high}
      ORDER BY operation_id, line) TO STDOUT (FORMAT BINARY)
"""
# Moments as the binary COPY has them: microseconds since 2000.
OPERATIONS = """
SELECT id, kind, scope, key, body_hash, effective_date::text,
       CASE WHEN isfinite(posted_at)
            THEN (extract(epoch FROM posted_at) * 1000000)::bigint - 946684800000000 END,
       document_type, document_id, approval_id, reverses_id, reason, corrects_id
FROM ledger_operation WHERE id >= %s AND id < %s
"""

Rows = Sequence[tuple[int, ...]]


@dataclass
class Part:
    """What a range of the journal says of each account: its first link there, and its last."""

    first: dict[int, tuple[int, int, int, str, int]] = field(default_factory=dict)
    last: dict[int, tuple[int, int, int]] = field(default_factory=dict)
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
    cursor.execute(OPERATIONS, [low, high])
    return {row[0]: _act(row) for row in cursor.fetchall()}


def _act(row: tuple[Any, ...]) -> Act:
    number, kind, scope, key, digest, day, at, type_, document, approval, *rest = row
    name = (number, kind, scope, key, bytes(digest), Day(day), at)
    return Act(*name, Document(type_, document), approval, *rest)


def _transfers(cursor: "psycopg.Cursor[Any]", low: int, high: int) -> Iterator[tuple[int, ...]]:
    with cursor.copy(TRANSFERS.format(low=low, high=high)) as copy:
        data = b"".join(copy)
    return ROW.iter_unpack(memoryview(data)[HEAD:-TAIL])


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
    row: str, account: int, before: tuple[int, int, int], now: tuple[int, int, int], delta: int
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
    yield from _place_faults(rows, books)
    name = f"operation {number}"
    if act is None:
        yield Fault("V04", name, "has transfers but no row of its own")
        return
    if any(row[1] != line for line, row in enumerate(rows)):
        yield Fault("V04", name, "lacks a transfer between its first and last line")
    if any(row[10] != act.posted_at for row in rows):
        yield Fault("V04", name, "and its transfers differ in time")
    allowed, purpose = books.allowed.get(act.kind, set()), books.purpose
    for row in rows:
        pair = (purpose.get(row[2], "?"), purpose.get(row[3], "?"))
        if pair not in allowed:
            text = f"{act.kind} may not move from {pair[0]} to {pair[1]}"
            yield Fault("V07", f"transfer {number}.{row[1]}", text)
    if not is_what_was_asked(act, rows, books):
        yield Fault(
            "V09",
            name,
            "kind, date, document, reversal or transfers are not those of the request whose"
            f" hash was kept ({act.body_hash.hex()[:16]}…)",
        )


def _place_faults(rows: Rows, books: Books) -> Iterator[Fault]:
    """V05: both accounts exist and count the asset of the transfer."""
    asset_of = books.asset
    for row in rows:
        asset = row[4]
        if asset_of.get(row[2]) != asset or asset_of.get(row[3]) != asset or row[5] <= 0:
            yield Fault(
                "V05",
                f"transfer {row[0]}.{row[1]}",
                f"moves {row[5]} of asset {asset}; its accounts {row[2]} and {row[3]} count"
                f" {asset_of.get(row[2])} and {asset_of.get(row[3])}",
            )
