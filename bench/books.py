"""Books to measure with: a city of so many accounts, and a journal of so many transfers in it."""

import datetime
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from simple_history.utils import bulk_create_with_history

from bench import logbook
from ledger import services
from ledger.rules import DocumentRef, Move, Posting, Purpose
from ledger.services import AccountSpec
from parties.models import Bureau, Enterprise, Membership, Region
from parties.services import system_actor

POLLUTANTS = ("COD", "NH3N", "SO2", "NOX")
DAY = datetime.date(2026, 6, 1)
CHUNK = 250_000  # events written by one statement


@dataclass(frozen=True)
class Book:
    """A filled book: who posts, and the pairs of accounts each enterprise moves between."""

    by: Membership
    pairs: list[tuple[tuple[int, int], ...]]

    def batch(self, size: int) -> list[Posting]:
        """Discharge postings of four pollutants each, by random enterprises."""
        return [
            Posting(
                kind="DISCHARGE",
                key=uuid.uuid4().hex,
                moves=tuple(
                    Move(source, target, random.randrange(1, 10**6))
                    for source, target in random.choice(self.pairs)
                ),
                effective_date=DAY,
                document=DocumentRef("discharge_event", 1),
            )
            for _ in range(size)
        ]


def city() -> Region:
    """The city in which all books lie."""
    province, _ = Region.objects.get_or_create(
        code="330000", defaults={"name_zh": "浙江省", "name_en": "Zhejiang", "level": "PROVINCE"}
    )
    region, _ = Region.objects.get_or_create(
        code="339900",
        defaults={"name_zh": "市", "name_en": "City", "level": "CITY", "parent": province},
    )
    Bureau.objects.get_or_create(region=region, defaults={"name_zh": "局", "name_en": "Bureau"})
    return region


def fill(accounts: int) -> Book:
    """A city with so many accounts: each enterprise has two in each of four pollutants."""
    region, first = city(), Enterprise.objects.count()
    made = bulk_create_with_history(
        [
            Enterprise(uscc=f"91339900MA{first + n:08d}", name=f"E{n}", region=region)
            for n in range(accounts // 8)
        ],
        Enterprise,
        batch_size=5000,
    )
    by = system_actor("bench")
    year = datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)
    period = services.ensure_periods(by=by, region=region, first=year[0], last=year[1])[0]
    assets = [services.asset_for(code, period).pk for code in POLLUTANTS]
    pairs = []
    for start in range(0, len(made), 500):
        pairs += list(_pairs(made[start : start + 500], assets, region))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Book(by, pairs)


def _pairs(
    made: list[Enterprise], assets: list[int], region: Region
) -> Iterator[tuple[tuple[int, int], ...]]:
    spec = {
        (e.pk, asset, purpose): AccountSpec(purpose, asset, region.pk, e.pk)
        for e in made
        for asset in assets
        for purpose in (Purpose.OVERRUN, Purpose.DISCHARGED)
    }
    found = services.accounts_for(list(spec.values()))
    ids = {name: found[one].pk for name, one in spec.items()}
    for e in made:
        yield tuple(
            (ids[e.pk, asset, Purpose.OVERRUN], ids[e.pk, asset, Purpose.DISCHARGED])
            for asset in assets
        )


# --- a long journal ------------------------------------------------------------------------

PAIRS = """
CREATE TEMP TABLE pair AS
SELECT w.place, w.line, w.source, w.target, s.asset_id, 1000 + w.place %% 7 AS amount,
       s.version AS sv, s.balance AS sb, t.version AS tv, t.balance AS tb
FROM unnest(%s::int[], %s::int[], %s::bigint[], %s::bigint[]) w (place, line, source, target)
JOIN ledger_account s ON s.id = w.source JOIN ledger_account t ON t.id = w.target;
CREATE INDEX ON pair (place);
ANALYZE pair;
"""
# The hash is that of ledger.rules.body_hash, so that the book verifies clean.
OPERATIONS = """
INSERT INTO ledger_operation (id, kind, scope, key, body_hash, by_id, reason, effective_date,
                              posted_at, document_type, document_id)
SELECT %(base)s + k, 'DISCHARGE', 'DISCHARGE', 'fill-' || (%(base)s + k),
       sha256(convert_to('DISCHARGE|%(day)s|discharge_event:1|None|' || b.moves, 'UTF8')),
       %(by)s, '', '%(day)s', '%(from)s'::timestamptz + k * interval '%(step)s',
       'discharge_event', 1
FROM generate_series(%(low)s, %(high)s) k
JOIN body b ON b.place = k %% %(places)s
"""
BODIES = """
CREATE TEMP TABLE body AS
SELECT place, string_agg(source || '>' || target || '=' || amount || '/None', '|' ORDER BY line)
       AS moves FROM pair GROUP BY place
"""
TRANSFERS = """
INSERT INTO ledger_transfer
SELECT %(base)s + k, p.line, p.source, p.target, p.asset_id, p.amount,
       p.sv + n, p.sb - n * p.amount, p.tv + n, p.tb + n * p.amount,
       '%(from)s'::timestamptz + k * interval '%(step)s'
FROM generate_series(%(low)s, %(high)s) k
CROSS JOIN LATERAL (SELECT k / %(places)s + 1 AS n) times
JOIN pair p ON p.place = k %% %(places)s
"""
ACCOUNTS = """
UPDATE ledger_account a SET version = l.version, balance = l.balance, moved_at = l.posted_at
FROM (SELECT account_id, (max(ARRAY[version, balance]))[1] AS version,
             (max(ARRAY[version, balance]))[2] AS balance, max(posted_at) AS posted_at
      FROM ledger_leg WHERE operation_id >= %s GROUP BY account_id) l
WHERE l.account_id = a.id
"""


def lengthen(
    book: Book, events: int, *, begin: datetime.datetime, span: datetime.timedelta
) -> None:
    """Write so many events of four transfers, round robin over the book, evenly over the span.

    Set-based and past the triggers, which would look at each row again; the result is what
    `services.post` and the proof log would have written, and `verify_ledger` says so.
    """
    services.ensure_partitions(now=begin, months=span.days // 28 + 2)
    lines = [(n, line, *pair) for n, p in enumerate(book.pairs) for line, pair in enumerate(p)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute("DROP TABLE IF EXISTS pair, body")
        cursor.execute(PAIRS, [list(column) for column in zip(*lines, strict=True)])
        cursor.execute(BODIES)
        cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM ledger_operation")
        base = cursor.fetchone()[0]
        values = {
            "base": base,
            "by": book.by.pk,
            "day": DAY,
            "from": begin.isoformat(),
            "step": f"{int(span.total_seconds() * 10**6) // events} microseconds",
            "places": len(book.pairs),
        }
        with no_indexes(cursor):
            for low in range(0, events, CHUNK):
                part = values | {"low": low, "high": min(low + CHUNK, events) - 1}
                cursor.execute(OPERATIONS % part)
                cursor.execute(TRANSFERS % part)
        cursor.execute(ACCOUNTS, [base])
        cursor.execute("SELECT setval('ledger_operation_id_seq', %s)", [base + events - 1])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE ledger_account, ledger_operation, ledger_transfer")
    logbook.append(first=base, last=base + events - 1, now=begin + span)


# Keys and indexes but those that others refer to: made anew at the end, each by one sort.
INDEXES = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype IN ('p', 'u') AND (conrelid = 'ledger_transfer'::regclass
      OR conrelid = 'ledger_operation'::regclass AND contype = 'u')
UNION ALL
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text,
       replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
FROM pg_index i
WHERE i.indrelid IN ('ledger_transfer'::regclass, 'ledger_operation'::regclass)
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""


@contextmanager
def no_indexes(cursor: Any) -> Iterator[None]:
    """The journal without the indexes that would be searched for each row."""
    cursor.execute(INDEXES)
    found = cursor.fetchall()
    for table, name, text in found:
        is_index = text.startswith("CREATE")
        cursor.execute(
            f"DROP INDEX {name}" if is_index else f"ALTER TABLE {table} DROP CONSTRAINT {name}"
        )
    yield
    for table, name, text in found:
        is_index = text.startswith("CREATE")
        cursor.execute(text if is_index else f"ALTER TABLE {table} ADD CONSTRAINT {name} {text}")
