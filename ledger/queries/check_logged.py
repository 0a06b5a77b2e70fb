"""V31: every row of a source is in the proof log, and as it was logged."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import Max
from psycopg import sql

from ledger.models import ProofLeaf, ProofRecord
from ledger.proof import canonical, merkle
from ledger.sources import sources

from . import proof as reads
from .faults import Fault, Tell, stream
from .record_texts import proved
from .side_by_side import Crew

BLOCK = 20_000  # rows of sources read at a time
PARTS_PER_JOB = 8
WORTH_SHARING = 100_000  # rows; below that, starting a process takes longer than it saves

UNLOGGED = """
SELECT t.{key} FROM {table} t
LEFT JOIN ledger_proofrecord r ON r.source_id = {source} AND r.row_id = t.{key}
LEFT JOIN (SELECT DISTINCT unnest(row_ids) AS row_id FROM ledger_proofqueue
           WHERE table_name = {name}) w ON w.row_id = t.{key}
WHERE r.row_id IS NULL AND w.row_id IS NULL ORDER BY 1
"""

Range = tuple[int, int]


def rows_are_as_logged(crew: Crew | None = None, tell: Tell = lambda _: None) -> Iterator[Fault]:
    """V31: each logged row still gives its record, and no row of a source is without one."""
    crew = crew or Crew()
    size = (ProofLeaf.objects.aggregate(last=Max("index"))["last"] or 0) + 1
    parts = crew.jobs * PARTS_PER_JOB if ProofRecord.objects.count() > WORTH_SHARING else 1
    step = -(-size // parts)
    ranges = [(start, start + step - 1) for start in range(0, size, step)]
    for done, faults in enumerate(crew.map(_look, ranges), start=1):
        yield from faults
        tell(f"proof log: {100 * done // len(ranges)} %")
    for table in sorted(sources()):
        yield from _unlogged(table)


def _look(asked: Range) -> list[Fault]:
    """One stretch of the log, by whoever of the crew has time."""
    return [fault for block in blocks(asked) for fault in _block_faults(block)]


def blocks(asked: Range) -> Iterator[list[ProofLeaf]]:
    """The leaves in their order, so many at a time that their rows fit in memory."""
    block: list[ProofLeaf] = []
    rows = 0
    leaves = ProofLeaf.objects.filter(index__range=asked).order_by("index")
    for leaf in leaves.select_related("shape__source").iterator(chunk_size=500):
        block.append(leaf)
        rows += len(leaf.row_ids)
        if rows >= BLOCK:
            yield block
            block, rows = [], 0
    if block:
        yield block


def _block_faults(block: list[ProofLeaf]) -> Iterator[Fault]:
    """Rows of these leaves that are gone or no longer give what was logged."""
    shapes = {leaf.shape_id: leaf.shape for leaf in block}
    for shape in shapes.values():
        own = [leaf for leaf in block if leaf.shape_id == shape.pk]
        table = shape.source.table_name
        standing = {tuple(column) for column in reads.columns_now(table)}
        if not {tuple(column) for column in shape.columns} <= standing:
            yield Fault("V31", f"table {table}", "has lost columns that stand in the proof log")
            continue
        good = set() if shape.personal else proved(shape, own)
        ids = [
            row_id
            for leaf in own
            for place, row_id in enumerate(leaf.row_ids)
            if (leaf.index, place) not in good
        ]
        rows = reads.rows_of(shape, ids) if ids else {}
        personal = reads.personal_of(shape.source, ids) if shape.personal else {}
        for leaf in own:
            yield from _leaf_faults(leaf, good, rows, personal)


def _leaf_faults(
    leaf: ProofLeaf, good: set[tuple[int, int]], rows: dict[int, reads.Row], personal: Any
) -> Iterator[Fault]:
    table = leaf.shape.source.table_name
    hashes = reads.split_hashes(bytes(leaf.record_hashes))
    kind, count, root = canonical.parse_entry(bytes(leaf.entry))
    if root != merkle.root_of(hashes) or count != len(hashes) or count != len(leaf.row_ids):
        yield Fault("V31", f"leaf {leaf.index}", f"its entry ({kind}) is not that of its records")
    for place, (row_id, logged) in enumerate(zip(leaf.row_ids, hashes, strict=False)):
        if (leaf.index, place) in good:
            continue
        row, own = rows.get(row_id), personal.get(row_id, {})
        body = reads.record_of(leaf.shape, row_id, row, secret=bytes(leaf.secret), personal=own)
        if canonical.record_hash(body) != logged:
            how = "is not as it was logged" if row else "is gone"
            yield Fault("V31", f"{table} {row_id}", f"{how} (leaf {leaf.index})")
        elif row:
            yield from _personal_faults(leaf, row_id, row, own)


def _personal_faults(
    leaf: ProofLeaf, row_id: int, row: reads.Row, personal: Any
) -> Iterator[Fault]:
    """Personal data that is not what was committed to; without its salt nothing can be said."""
    names = [name for name, _kind in leaf.shape.columns]
    for column, one in personal.items():
        value = row.values[names.index(column)] or ""
        if one.salt and canonical.commitment(bytes(one.salt), column, value) != one.commitment:
            where = f"{leaf.shape.source.table_name} {row_id}"
            yield Fault("V31", where, f"{column} is not what was committed to (leaf {leaf.index})")


def _unlogged(table: str) -> Iterator[Fault]:
    """Rows that neither stand in the log nor wait for it: written round the trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_proofsource WHERE table_name = %s", [table])
        found = cursor.fetchone()
    question = sql.SQL(UNLOGGED).format(
        key=sql.Identifier(reads.key_of(table)),
        table=sql.Identifier(table),
        source=sql.Literal(found[0] if found else -1),
        name=sql.Literal(table),
    )
    for (row_id,) in stream(question.as_string(connection.connection)):
        yield Fault("V31", f"{table} {row_id}", "has no place in the proof log")
