"""The journal as a whole: ranges walked one after the other or side by side, then joined."""

import itertools
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import django
import psycopg
from django.db import connection

from ledger.rules import ANY_PURPOSE, Purpose

from .bodies import Books
from .faults import Fault, Tell, stream
from .journal_walk import Part, broken, walk

RANGES_PER_JOB = 4
WORTH_A_PROCESS = 200_000  # operations; below that, starting one takes longer than it saves

ACCOUNTS = "SELECT id, asset_id, purpose, enterprise_id FROM ledger_account"
ENDS = """
SELECT id, version, balance,
       coalesce(date_part('epoch', moved_at), 0)
FROM ledger_account
"""
MOVEMENTS = """
SELECT t.code, m.source_purpose, m.target_purpose
FROM ledger_operationtype t LEFT JOIN ledger_operationtypemovement m ON m.type_id = t.code
"""
SPAN = """
SELECT least(o.low, t.low), greatest(o.high, t.high) + 1
FROM (SELECT min(id), max(id) FROM ledger_operation) o (low, high),
     (SELECT min(operation_id), max(operation_id) FROM ledger_transfer) t (low, high)
"""


def journal_is_whole(*, jobs: int = 1, tell: Tell = lambda _: None) -> Iterator[Fault]:
    """V01 V02 V04 V05 V07 V09: the journal in one pass, over `jobs` processes.

    V01 each account's movements are numbered without a gap and add up; V02 the account stands
    where they end; V04 operations and transfers belong together; V05 a transfer stays within one
    asset; V07 its kind allows it; V09 the operation is the one that was asked for.
    """
    with connection.cursor() as cursor:
        cursor.execute(SPAN)
        low, high = cursor.fetchone()
    parts: list[Part] = []
    if low is not None:
        jobs = min(jobs, 1 + (high - low) // WORTH_A_PROCESS)
    if low is not None and jobs > 1:
        for part in _side_by_side(low, high, jobs, tell):
            yield from part.faults
            parts.append(part)
    elif low is not None:
        books = read_books(connection.connection)
        step = max(1, (high - low) // 100)
        part = Part()
        parts.append(part)
        with psycopg.Cursor(connection.connection) as cursor:
            for start in range(low, high, step):
                yield from walk(cursor, start, min(start + step, high), books, part)
                tell(f"{part.transfers} transfers, {(start - low) * 100 // (high - low)} %")
    yield from _joined(parts)


def read_books(database: "psycopg.Connection[Any]") -> Books:
    """What the accounts and kinds are."""
    books = Books()
    with database.cursor(name="books") as cursor:
        for row in cursor.execute(ACCOUNTS):
            books.add(*row)
    with database.cursor() as cursor:
        for code, source, target in cursor.execute(MOVEMENTS).fetchall():
            books.allowed.setdefault(code, set()).update(_pairs(source, target))
    return books


def _pairs(source: str | None, target: str | None) -> set[tuple[str, str]]:
    """The purposes that a movement allows, ANY spelled out."""
    every = [str(purpose) for purpose in Purpose]
    sources = every if source == ANY_PURPOSE else [source] if source else []
    targets = every if target == ANY_PURPOSE else [target] if target else []
    return set(itertools.product(sources, targets))


def _side_by_side(low: int, high: int, jobs: int, tell: Tell) -> Iterator[Part]:
    """The parts in their order; all processes see the snapshot of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
    step = -(-(high - low) // (jobs * RANGES_PER_JOB))
    starts = range(low, high, step)
    asked = [(snapshot, start, min(start + step, high)) for start in starts]
    info = connection.connection.info
    address = {**info.get_parameters(), "password": info.password}
    known: dict[str, Any] = {name: value for name, value in address.items() if value}
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, spawned, initializer=django.setup) as pool:
        done = 0
        for part in pool.map(_walk_alone, itertools.repeat(known), asked):
            done += part.transfers
            tell(f"{done} transfers")
            yield part


def _walk_alone(address: dict[str, Any], asked: tuple[str, int, int]) -> Part:
    """A range in a process and on a connection of its own."""
    snapshot, low, high = asked
    part = Part()
    with psycopg.connect(**address) as database, psycopg.Cursor(database) as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        part.faults = list(walk(cursor, low, high, read_books(database), part))
    return part


def _joined(parts: list[Part]) -> Iterator[Fault]:
    """V01 where two parts meet, and V02: the account stands where its last link ends."""
    for account, version, balance, moved_at in stream(ENDS):
        end: tuple[int, int, Any] = (0, 0, 0)
        for part in parts:
            if account not in part.first:
                continue
            first = part.first[account]
            if first[:2] != end[:2] or (end[2] and first[2] < end[2]):
                link = (first[0] + 1, first[1], first[2])
                yield broken(first[3], account, end, link, first[4])
            end = part.last[account]
        if (version, balance) != end[:2] or moved_at != end[2]:
            yield Fault(
                "V02",
                f"account {account}",
                f"shows version {version} and balance {balance}, its movements end at version"
                f" {end[0]} and balance {end[1]}"
                + ("" if moved_at == end[2] else ", and at another time"),
            )
