"""The sequencer of the proof log: what waits gets its place, the tree grows, the log is signed.

One sequencer works at a time (an advisory lock); a second one goes away. It takes only what was
written by transactions older than every one that still runs, so that a row cannot come to stand
behind one that was written later. What a run costs does not depend on the length of the log.
"""

import datetime
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from ledger.models import PersonalSalt, ProofCheckpoint, ProofShape, ProofSource
from ledger.proof import canonical, merkle
from ledger.proof.tiles import Edge, edge_of
from ledger.queries import proof as reads
from ledger.sources import Source, sources

from .proof_keys import sign_checkpoint

LOCK = 0x59697A68656E67  # "Yizheng"
MOST_BATCHES, MOST_ROWS, MOST_RUNS = 2000, 20_000, 50

TAKE = """
SELECT id, table_name, row_ids, xid, queued_at FROM (
    SELECT *, sum(cardinality(row_ids)) OVER (ORDER BY xid, id) - cardinality(row_ids) AS before
    FROM (SELECT * FROM ledger_proofqueue
          WHERE xid < coalesce(%s, pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
          ORDER BY xid, id LIMIT %s) oldest
) counted WHERE before < %s ORDER BY xid, id
"""
LEAF_COLUMNS = (
    '"index", queue_id, shape_id, row_ids, record_hashes, secret, entry, leaf_hash, xid,'
    " queued_at, logged_at"
)


@dataclass(frozen=True)
class Batch:
    """What one statement wrote: rows of one table."""

    id: int
    table: str
    row_ids: list[int]
    xid: int
    queued_at: datetime.datetime


@dataclass
class Growth:
    """What a run adds to the log."""

    edge: Edge
    leaves: list[tuple[Any, ...]] = field(default_factory=list)
    records: list[tuple[int, int, int]] = field(default_factory=list)
    nodes: list[tuple[int, int, bytes]] = field(default_factory=list)


def keep_log(*, now: datetime.datetime, horizon: int | None = None) -> ProofCheckpoint | None:
    """Give everything that may have it its place, then sign; the new checkpoint, if there is one.

    `horizon` is the first transaction whose rows still wait; by default the oldest that runs.
    """
    for _ in range(MOST_RUNS):
        if not grow_log(now=now, horizon=horizon):
            break
    return sign_checkpoint(now=now)


@transaction.atomic
def grow_log(*, now: datetime.datetime, horizon: int | None = None) -> int:
    """Append what waits, up to a bound, and give the number of rows appended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(TAKE, [horizon, MOST_BATCHES, MOST_ROWS])
        batches = [Batch(*row) for row in cursor.fetchall()]
        if not batches:
            return 0
        growth = Growth(edge_of(reads.log_size(), reads.read_tile))
        for batch, leaf in leaves_of(batches):
            append_leaf(growth, batch, leaf, now)
        write_growth(cursor, growth)
        cursor.execute(
            "DELETE FROM ledger_proofqueue WHERE id = ANY(%s)", [[batch.id for batch in batches]]
        )
    return len(growth.records)


@dataclass(frozen=True)
class Leaf:
    """A batch as it will stand in the log."""

    shape: ProofShape
    secret: bytes
    hashes: list[bytes]
    entry: bytes


def leaves_of(batches: Sequence[Batch]) -> Iterator[tuple[Batch, Leaf]]:
    """Each batch with its leaf; the rows of a table are read in one statement."""
    known = sources()
    shapes, rows, commitments = {}, {}, {}
    for table in {batch.table for batch in batches}:
        ids = [row_id for batch in batches if batch.table == table for row_id in batch.row_ids]
        shapes[table] = shape_now(known.get(table, Source(table)))
        rows[table] = reads.rows_of(shapes[table], ids)
        commitments[table] = commit(shapes[table], rows[table])
    for batch in batches:
        shape, secret = shapes[batch.table], secrets.token_bytes(32)
        hashes = [
            canonical.record_hash(
                reads.record_of(
                    shape,
                    row_id,
                    rows[batch.table].get(row_id),
                    secret=secret,
                    personal=commitments[batch.table].get(row_id, {}),
                )
            )
            for row_id in batch.row_ids
        ]
        kind = known[batch.table].kind if batch.table in known else "history"
        entry = canonical.entry(kind, len(hashes), merkle.root_of(hashes))
        yield batch, Leaf(shape, secret, hashes, entry)


def shape_now(source: Source) -> ProofShape:
    """The source's columns as they are today; a change of columns begins a new shape."""
    kept, _made = ProofSource.objects.get_or_create(table_name=source.table)
    columns = reads.columns_now(source.table)
    names = {name for name, _kind in columns}
    personal = sorted(source.personal & names)
    shape, _made = ProofShape.objects.select_related("source").get_or_create(
        source=kept, columns=columns, personal=personal
    )
    return shape


def commit(shape: ProofShape, rows: dict[int, reads.Row]) -> dict[int, dict[str, PersonalSalt]]:
    """Commit to the personal data in the rows; each datum gets a salt of its own."""
    if not shape.personal:
        return {}
    places = [(i, name) for i, (name, _kind) in enumerate(shape.columns) if name in shape.personal]
    made: dict[int, dict[str, PersonalSalt]] = {}
    for row_id, row in rows.items():
        for place, column in places:
            value = row.values[place]
            if value is None:
                continue
            salt = secrets.token_bytes(canonical.SALT_BYTES)
            made.setdefault(row_id, {})[column] = PersonalSalt(
                source=shape.source,
                row_id=row_id,
                column=column,
                salt=salt,
                commitment=canonical.commitment(salt, column, value),
            )
    PersonalSalt.objects.bulk_create(one for row in made.values() for one in row.values())
    return made


def append_leaf(growth: Growth, batch: Batch, leaf: Leaf, now: datetime.datetime) -> None:
    """Give a batch the next place."""
    index, hashed = growth.edge.size, merkle.leaf_hash(leaf.entry)
    growth.nodes += growth.edge.append(hashed)
    growth.records += [(leaf.shape.source_id, row_id, index) for row_id in batch.row_ids]
    record_hashes = b"".join(leaf.hashes)
    stored = (batch.row_ids, record_hashes, leaf.secret, leaf.entry, hashed)
    growth.leaves.append((index, batch.id, leaf.shape.pk, *stored, batch.xid, batch.queued_at, now))


def write_growth(cursor: Any, growth: Growth) -> None:
    """Write what a run adds."""
    for table, columns, rows in (
        ("ledger_proofleaf", LEAF_COLUMNS, growth.leaves),
        ("ledger_proofrecord", "source_id, row_id, leaf_index", growth.records),
        ("ledger_proofnode", "level, place, hash", growth.nodes),
    ):
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)
