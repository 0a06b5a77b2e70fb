"""Looks at every operation of a range with its transfers, with constant memory.

PostgreSQL passes over whatever is as it should be. What it does not pass is judged here, row by
row, by the rules as they are written down; so the quick way may be too strict, never too kind.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from .bodies import Act, Books, Day, Document, is_what_was_asked
from .faults import Fault, stream

JUDGED = 4000  # operations judged at once

# What the request's hash was made from, if these are its moves (`ledger.rules.body_hash`).
HASHED = """
sha256(convert_to(concat_ws('|', o.kind, to_char(o.effective_date, 'YYYY-MM-DD'),
    o.document_type || ':' || o.document_id, coalesce(o.reverses_id::text, 'None'),
    'corrects:' || o.corrects_id, m.moves), 'UTF8'))
"""
# Sound: the lines count from 0, all at the operation's time, between accounts that count their
# asset, by movements that its kind allows. Asked for: the transfers as they stand give its hash.
# An aggregate passes over NULL, so what is missing (an account, an operation) counts as false.
SUSPECTS = f"""
SELECT coalesce(o.id, m.operation_id), m.is_sound IS TRUE AND o.id IS NOT NULL
FROM (SELECT * FROM ledger_operation WHERE id BETWEEN %(low)s AND %(high)s) o
FULL JOIN (
    SELECT t.operation_id, bool_and(coalesce(
               s.asset_id = t.asset_id AND d.asset_id = t.asset_id AND t.amount > 0
               AND t.posted_at = o.posted_at
               AND o.kind || ':' || s.purpose || '>' || d.purpose = ANY(%(allowed)s), false))
           AND min(t.line) = 0 AND max(t.line) = count(*) - 1 AND count(*) < 60
           AND bit_or(1::bigint << t.line) = (1::bigint << count(*)::int) - 1 AS is_sound,
           string_agg(t.source_id || '>' || t.target_id || '=' || t.amount || '/None', '|'
                      ORDER BY t.line) AS moves
    FROM ledger_transfer t
    LEFT JOIN ledger_operation o
           ON o.id = t.operation_id AND o.id BETWEEN %(low)s AND %(high)s
    LEFT JOIN ledger_account s ON s.id = t.source_id
    LEFT JOIN ledger_account d ON d.id = t.target_id
    WHERE t.operation_id BETWEEN %(low)s AND %(high)s
    GROUP BY t.operation_id
) m ON m.operation_id = o.id
WHERE NOT coalesce(m.is_sound AND o.body_hash = {HASHED}, false)
ORDER BY 1
"""
# Of sound operations, those whose request named the holder's own account for what is over quota,
# and whose sources had enough: most discharges.
COVERED = f"""
SELECT o.id FROM ledger_operation o
JOIN (
    SELECT t.operation_id, string_agg(
               t.source_id || '>' || t.target_id || '=' || t.amount || '/' || w.id, '|'
               ORDER BY t.line) AS moves, bool_and(
               s.purpose <> 'OVERRUN' AND w.id IS NOT NULL) AS is_covered
    FROM ledger_transfer t JOIN ledger_account s ON s.id = t.source_id
    LEFT JOIN (SELECT enterprise_id, asset_id, min(id) AS id FROM ledger_account
               WHERE purpose = 'OVERRUN' GROUP BY 1, 2) w
           ON w.enterprise_id = s.enterprise_id AND w.asset_id = s.asset_id
    WHERE t.operation_id = ANY(%(ids)s)
    GROUP BY t.operation_id
) m ON m.operation_id = o.id
WHERE o.id = ANY(%(ids)s) AND m.is_covered AND o.body_hash = {HASHED}
"""
# Moments as seconds, exact to the microsecond, infinite ones too.
TRANSFERS = """
SELECT operation_id, line, source_id, target_id, asset_id, amount, source_version,
       source_balance, target_version, target_balance, date_part('epoch', posted_at)
FROM ledger_transfer WHERE operation_id = ANY(%(ids)s) ORDER BY operation_id, line
"""
OPERATIONS = """
SELECT id, kind, scope, key, body_hash, effective_date::text, date_part('epoch', posted_at),
       document_type, document_id, approval_id, reverses_id, reason, corrects_id
FROM ledger_operation WHERE id = ANY(%(ids)s)
"""

Rows = Sequence[tuple[Any, ...]]


def walk(low: int, high: int, books: Books) -> Iterator[Fault]:
    """V04 V05 V07 V09 of the operations from `low` to `high`."""
    allowed = [
        f"{kind}:{source}>{target}"
        for kind, pairs in books.allowed.items()
        for source, target in pairs
    ]
    found = stream(SUSPECTS, low=low, high=high, allowed=allowed)
    while some := list(itertools.islice(found, JUDGED)):
        sound = [number for number, is_sound in some if is_sound]
        covered = set(stream_ids(COVERED, sound))
        yield from _judged([number for number, _ in some if number not in covered], books)


def stream_ids(sql: str, ids: Sequence[int]) -> list[int]:
    """The first column of a query about these numbers."""
    return [row[0] for row in stream(sql, ids=list(ids))] if ids else []


def _judged(numbers: list[int], books: Books) -> Iterator[Fault]:
    """Every fault of these operations, by number."""
    if not numbers:
        return
    books.read()
    acts = {row[0]: _act(*row) for row in stream(OPERATIONS, ids=numbers)}
    rows = defaultdict(list)
    for number, some in itertools.groupby(stream(TRANSFERS, ids=numbers), itemgetter(0)):
        rows[number] = list(some)
    for number in numbers:
        yield from _operation_faults(number, acts.get(number), rows[number], books)


def _act(*row: Any) -> Act:
    number, kind, scope, key, digest, day, at, type_, document, approval, *rest = row
    paper = Document(type_, document)
    return Act(number, kind, scope, key, digest, Day(day), at, paper, approval, *rest)


def _operation_faults(number: int, act: Act | None, rows: Rows, books: Books) -> Iterator[Fault]:
    """V04, V05, V07 and V09 of one operation with its transfers."""
    name = f"operation {number}"
    yield from _place_faults(name, rows, books)
    if act is None:
        yield Fault("V04", name, "has transfers but no row of its own")
        return
    if not rows:
        yield Fault("V04", name, "has no transfer")
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
