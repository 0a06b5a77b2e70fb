"""Reads of the proof log: rows as records, the tree from its tables, proofs of a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from psycopg import sql

from ledger.models import (
    PersonalSalt,
    ProofCheckpoint,
    ProofKey,
    ProofLeaf,
    ProofRecord,
    ProofShape,
    ProofSource,
)
from ledger.proof import canonical, merkle
from ledger.proof.tiles import WIDTH, full_from
from ledger.sources import sources

HASH = merkle.HASH_BYTES

COLUMNS = """
SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attname COLLATE "C"
"""
# How a value is written in a record, by the type of its column; all others by `::text`.
AS_TEXT = {
    "timestamp with time zone": (
        "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    ),
    "date": "to_char({0}, 'YYYY-MM-DD')",
    # Long bytes stand in the record as their hash.
    "bytea": (
        "CASE WHEN octet_length({0}) <= 64 THEN encode({0}, 'hex')"
        " ELSE 'sha256:' || encode(sha256({0}), 'hex') END"
    ),
}
# The transfers of an operation belong to its record, a line each.
LINES = {
    "ledger_operation": """,
       (SELECT array_agg(concat_ws(' ', t.line, t.source_id, t.target_id, t.asset_id, t.amount,
                                   t.source_version, t.source_balance,
                                   t.target_version, t.target_balance) ORDER BY t.line)
        FROM ledger_transfer t WHERE t.operation_id = r.id AND t.posted_at = r.posted_at)"""
}


@dataclass(frozen=True)
class Row:
    """A row as texts: its columns in the order of the shape, and the lines that belong to it."""

    values: Sequence[str | None]
    lines: Sequence[str] | None


def columns_now(table: str) -> list[list[str]]:
    """The columns of a table and their types, by name."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [table])
        return [list(row) for row in cursor.fetchall()]


def rows_of(shape: ProofShape, ids: Sequence[int]) -> dict[int, Row]:
    """The rows with these numbers, as they stand; a row that is gone is not among them."""
    table = shape.source.table_name
    texts = [
        sql.SQL(AS_TEXT.get(kind, "{0}::text")).format(sql.Identifier("r", name))
        for name, kind in shape.columns
    ]
    asked = sql.SQL("SELECT r.{key}, ARRAY[{texts}]::text[] {lines} FROM {table} r"
                    " WHERE r.{key} = ANY(%s)").format(
        key=sql.Identifier(key_of(table)),
        texts=sql.SQL(", ").join(texts),
        lines=sql.SQL(LINES.get(table, "")),
        table=sql.Identifier(table),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(asked, [list(ids)])
        has_lines = table in LINES
        return {
            row[0]: Row(row[1], (row[2] or []) if has_lines else None) for row in cursor.fetchall()
        }


def key_of(table: str) -> str:
    """The column that numbers a source's rows."""
    known = sources().get(table)
    return known.key if known else "id"


def personal_of(source: ProofSource, ids: Sequence[int]) -> dict[int, dict[str, PersonalSalt]]:
    """The commitments to personal data in these rows, by row and column."""
    found: dict[int, dict[str, PersonalSalt]] = {}
    for one in PersonalSalt.objects.filter(source=source, row_id__in=ids):
        found.setdefault(one.row_id, {})[one.column] = one
    return found


def record_of(
    shape: ProofShape,
    row_id: int,
    row: Row | None,
    *,
    secret: bytes,
    personal: Mapping[str, PersonalSalt],
) -> bytes:
    """The canonical bytes of a row, with its commitments in place of personal data."""
    fields: dict[str, str | None] = {}
    if row is not None:
        names = (name for name, _kind in shape.columns)
        fields = dict(zip(names, row.values, strict=True))
        for column, one in personal.items():
            fields[column] = one.commitment
    return canonical.record(
        source=shape.source.table_name,
        row=row_id,
        salt=canonical.salt_of(secret, row_id),
        fields=fields,
        lines=row.lines if row else None,
    )


def records_of(leaf: ProofLeaf, row_ids: Sequence[int]) -> dict[int, bytes]:
    """These rows of a leaf as records, as they stand now; a row that is gone has none."""
    shape = leaf.shape
    rows = rows_of(shape, row_ids)
    personal = personal_of(shape.source, row_ids) if shape.personal else {}
    secret = bytes(leaf.secret)
    return {
        row_id: record_of(shape, row_id, row, secret=secret, personal=personal.get(row_id, {}))
        for row_id, row in rows.items()
    }


# --- the tree ------------------------------------------------------------------------------------


def read_tile(level: int, number: int) -> list[bytes]:
    """The hashes of a tile, so far as they stand."""
    first, end = number * WIDTH, (number + 1) * WIDTH
    with connection.cursor() as cursor:
        if level == 0:
            cursor.execute(
                'SELECT leaf_hash FROM ledger_proofleaf WHERE "index" >= %s AND "index" < %s'
                ' ORDER BY "index"',
                [first, end],
            )
        else:
            cursor.execute(
                "SELECT hash FROM ledger_proofnode WHERE level = %s AND place >= %s AND place < %s"
                " ORDER BY place",
                [level, first, end],
            )
        return [bytes(row[0]) for row in cursor.fetchall()]


def read_bundle(number: int, width: int) -> list[bytes]:
    """The entries of a bundle."""
    first = number * WIDTH
    found = ProofLeaf.objects.filter(index__gte=first, index__lt=first + width).order_by("index")
    return [bytes(entry) for entry in found.values_list("entry", flat=True)]


def log_size() -> int:
    """How many leaves stand in the log."""
    last = ProofLeaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def root_at(size: int) -> bytes:
    """The root of the first so many leaves, from the stored tree."""
    return merkle.subtree(0, size, full_from(read_tile))


def consistency(old: int, new: int) -> list[bytes]:
    """The proof that the log of the new size extends that of the old."""
    return merkle.consistency_proof(old, new, full_from(read_tile))


# --- one row's proof --------------------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """Everything a receipt says of a row: record → batch → leaf → checkpoint."""

    leaf: ProofLeaf
    position: int
    record: bytes
    batch_proof: list[bytes]
    checkpoint: ProofCheckpoint | None
    leaf_proof: list[bytes]

    @property
    def record_hash(self) -> bytes:
        return canonical.record_hash(self.record)


def place_of(table: str, row_id: int) -> ProofLeaf | None:
    """The leaf in which a row stands, or None while it waits."""
    source = ProofSource.objects.filter(table_name=table).first()
    if source is None:
        return None
    found = ProofRecord.objects.filter(source_id=source.pk, row_id=row_id).first()
    if found is None:
        return None
    return ProofLeaf.objects.select_related("shape__source").get(index=found.leaf_index)


def proof_of(table: str, row_id: int) -> Proof | None:
    """The proof of a row under the latest checkpoint; None while the row waits."""
    leaf = place_of(table, row_id)
    if leaf is None:
        return None
    position = leaf.row_ids.index(row_id)
    record = records_of(leaf, [row_id]).get(row_id, b"")
    hashes = split_hashes(bytes(leaf.record_hashes))
    checkpoint = latest_checkpoint(covering=leaf.index)
    path: list[bytes] = []
    if checkpoint:
        path = merkle.inclusion_proof(leaf.index, checkpoint.size, full_from(read_tile))
    return Proof(leaf, position, record, merkle.inclusion_of(position, hashes), checkpoint, path)


def split_hashes(raw: bytes) -> list[bytes]:
    """Hashes that were stored one after another."""
    return [raw[at : at + HASH] for at in range(0, len(raw), HASH)]


def latest_checkpoint(*, covering: int = -1) -> ProofCheckpoint | None:
    """The last checkpoint signed, if it covers the leaf."""
    found = ProofCheckpoint.objects.first()
    return found if found and found.size > covering else None


def note_of(checkpoint: ProofCheckpoint) -> str:
    """The signed checkpoint with the cosignatures gathered so far."""
    lines = checkpoint.cosignatures.order_by("pk").values_list("line", flat=True)
    return checkpoint.note + "".join(lines)


def log_keys() -> QuerySet[ProofKey]:
    """The log's keys, the first one first."""
    return ProofKey.objects.order_by("pk")


def waiting() -> tuple[int, Any]:
    """How many batches wait for the log, and since when the oldest does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(queued_at) FROM ledger_proofqueue")
        count, since = cursor.fetchone()
        return count, since
