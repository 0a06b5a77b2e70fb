"""The checks of the proof log, V31 to V34: streams that need memory for a block, not for the log.

V31  every row of a source is in the log, and as it was logged
V32  the tree is the tree of the leaves, and every checkpoint is a root of it
V33  every checkpoint is signed by a key of the log, and no key took over unendorsed
V34  the log extends the checkpoint kept outside the database
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from django.db import connection
from psycopg import sql

from ledger import keyring
from ledger.models import ProofCheckpoint, ProofKey, ProofLeaf, ProofLog, ProofNode
from ledger.proof import canonical, merkle, notes
from ledger.proof.tiles import Edge
from ledger.queries import proof as reads
from ledger.sources import sources

from .faults import Check, Fault, stream

BLOCK = 5000  # rows of sources read at a time

UNLOGGED = """
SELECT t.{key} FROM {table} t
WHERE NOT EXISTS (SELECT FROM ledger_proofrecord r
                  WHERE r.source_id = {source} AND r.row_id = t.{key})
  AND t.{key} NOT IN (SELECT unnest(row_ids) FROM ledger_proofqueue WHERE table_name = {name})
ORDER BY 1
"""


def rows_are_as_logged() -> Iterator[Fault]:
    """V31: each logged row still gives its record, and no row of a source is without one."""
    for block in blocks():
        yield from _block_faults(block)
    for table in sorted(sources()):
        yield from _unlogged(table)


def blocks() -> Iterator[list[ProofLeaf]]:
    """The leaves in their order, so many at a time that their rows fit in memory."""
    block: list[ProofLeaf] = []
    rows = 0
    leaves = ProofLeaf.objects.order_by("index").select_related("shape__source")
    for leaf in leaves.iterator(chunk_size=500):
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
        ids = [row_id for leaf in own for row_id in leaf.row_ids]
        rows = reads.rows_of(shape, ids)
        personal = reads.personal_of(shape.source, ids) if shape.personal else {}
        for leaf in own:
            yield from _leaf_faults(leaf, rows, personal)


def _leaf_faults(leaf: ProofLeaf, rows: dict[int, reads.Row], personal: Any) -> Iterator[Fault]:
    table = leaf.shape.source.table_name
    hashes = reads.split_hashes(bytes(leaf.record_hashes))
    kind, count, root = canonical.parse_entry(bytes(leaf.entry))
    if root != merkle.root_of(hashes) or count != len(hashes) or count != len(leaf.row_ids):
        yield Fault("V31", f"leaf {leaf.index}", f"its entry ({kind}) is not that of its records")
    for row_id, logged in zip(leaf.row_ids, hashes, strict=False):
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


def tree_is_that_of_its_leaves() -> Iterator[Fault]:
    """V32: places without a gap, hashes of the entries, nodes above them, roots of checkpoints."""
    edge = Edge()
    wanted = dict(ProofCheckpoint.objects.values_list("size", "root"))
    columns = ("index", "entry", "leaf_hash")
    leaves = ProofLeaf.objects.order_by("index").values_list(*columns)
    for index, entry, stored in leaves.iterator(chunk_size=5000):
        if index != edge.size:
            yield Fault("V32", f"leaf {index}", f"follows leaf {edge.size - 1}: a gap")
            return
        hashed = merkle.leaf_hash(bytes(entry))
        if hashed != bytes(stored):
            yield Fault("V32", f"leaf {index}", "its hash is not that of its entry")
        yield from _node_faults(edge.append(hashed))
        if edge.size in wanted and edge.root != bytes(wanted.pop(edge.size)):
            yield Fault("V32", f"checkpoint {edge.size}", "its root is not that of the leaves")
    for size in sorted(wanted):
        yield Fault("V32", f"checkpoint {size}", f"the log has only {edge.size} leaves")


def _node_faults(made: Any) -> Iterator[Fault]:
    for level, place, one in made:
        kept = ProofNode.objects.filter(level=level, place=place).values_list("hash", flat=True)
        if [bytes(found) for found in kept] != [one]:
            yield Fault("V32", f"node {level}/{place}", "is gone or not the hash of its tile")


def checkpoints_are_signed() -> Iterator[Fault]:
    """V33: each checkpoint's note says what its row says, and a key of the log signed it."""
    log = ProofLog.objects.first()
    keys = list(ProofKey.objects.order_by("pk"))
    yield from _key_faults(keys)
    for one in ProofCheckpoint.objects.order_by("size").iterator(chunk_size=1000):
        signing = [key.verifier for key in keys if key.pk == one.key_id]
        try:
            said, _note = notes.open_checkpoint(one.note, signing)
        except notes.BadNote as error:
            yield Fault("V33", f"checkpoint {one.size}", str(error))
            continue
        if log is None or said != notes.Checkpoint(log.origin, one.size, bytes(one.root)):
            yield Fault(
                "V33", f"checkpoint {one.size}", "its note says something else than its row"
            )


def _key_faults(keys: list[ProofKey]) -> Iterator[Fault]:
    """Each key but the first is signed by the one before it."""
    for before, key in pairwise(keys):
        try:
            note = notes.parse_note(key.endorsement)
            is_signed = notes.signers(note, [before.verifier]) and key.verifier.vkey in note.text
        except notes.BadNote:
            is_signed = False
        if not is_signed:
            yield Fault("V33", f"key {key.pk}", "the key before it did not sign it")


def log_extends_what_was_kept() -> Iterator[Fault]:
    """V34: the last checkpoint kept in a file is one of this log's."""
    raw, log = keyring.kept_checkpoint(), ProofLog.objects.first()
    if not raw or log is None:
        return
    kept = notes.parse_checkpoint(notes.parse_note(raw).text)
    if kept.origin != log.origin:
        yield Fault("V34", "proof log", f"the checkpoint kept outside is of {kept.origin}")
    elif kept.size > reads.log_size():
        yield Fault("V34", "proof log", f"is shorter than the {kept.size} entries signed before")
    elif reads.root_at(kept.size) != kept.root:
        yield Fault("V34", "proof log", f"is another than the {kept.size} entries signed before")


PROOF_CHECKS = (
    Check(("V31",), rows_are_as_logged),
    Check(("V32",), tree_is_that_of_its_leaves),
    Check(("V33",), checkpoints_are_signed),
    Check(("V34",), log_extends_what_was_kept),
)
