"""Records of whole blocks of rows, put together by PostgreSQL byte for byte as `canonical` does.

Only rows without personal data; a record that does not give the hash it was logged under is put
together once more from its values by `canonical.record`, and that one counts.
"""

from collections.abc import Iterator, Sequence

from django.db import connection
from psycopg import sql

from ledger.models import ProofLeaf, ProofShape
from ledger.proof import canonical

from . import proof as reads
from .faults import stream

# Types whose text has nothing that JSON escapes.
PLAIN = {"bigint", "integer", "smallint", "boolean", "date", "timestamp with time zone", "bytea"}
MIDDLE = '"row":"'
# What stands before the salt; the rest is the same for every row of a table.
TEXTS = """
SELECT r.{key}, convert_to('{{"fields":{{' || {fields} || {middle} || r.{key}
       || '","salt":"', 'UTF8')
FROM {table} r {lines} WHERE r.{key} = ANY(%s)
"""
LINES = """
LEFT JOIN (
    SELECT operation_id, posted_at, string_agg('"' || concat_ws(' ', line, source_id, target_id,
           asset_id, amount, source_version, source_balance, target_version, target_balance)
           || '"', ',' ORDER BY line) AS texts
    FROM ledger_transfer WHERE operation_id = ANY(%s) GROUP BY operation_id, posted_at
) m ON m.operation_id = r.id AND m.posted_at = r.posted_at
"""


def proved(shape: ProofShape, leaves: Sequence[ProofLeaf]) -> set[tuple[int, int]]:
    """Of these leaves of one shape: leaf and place of each record that still gives its hash."""
    places: dict[int, list[tuple[ProofLeaf, int, bytes]]] = {}
    for leaf in leaves:
        hashes = reads.split_hashes(bytes(leaf.record_hashes))
        for place, (row_id, logged) in enumerate(zip(leaf.row_ids, hashes, strict=False)):
            places.setdefault(row_id, []).append((leaf, place, logged))
    tail = b'","source":"' + shape.source.table_name.encode() + b'"}'
    found = set()
    for row_id, head in heads(shape, list(places)):
        for leaf, place, logged in places[row_id]:
            salt = canonical.salt_of(bytes(leaf.secret), row_id).hex().encode()
            if canonical.record_hash(head + salt + tail) == logged:
                found.add((leaf.index, place))
    return found


def heads(shape: ProofShape, ids: list[int]) -> Iterator[tuple[int, bytes]]:
    """Each row's record up to its salt."""
    table = shape.source.table_name
    has_lines = table in reads.LINES
    middle = f'}},"format":"{canonical.RECORD}",' + ("" if has_lines else MIDDLE)
    parts: list[sql.Composable] = [sql.Literal(middle)]
    if has_lines:
        parts += [sql.SQL("'\"lines\":[' || coalesce(m.texts, '') || ']," + MIDDLE + "'")]
    question = sql.SQL(TEXTS).format(
        key=sql.Identifier(reads.key_of(table)),
        fields=sql.SQL(" || ',' || ").join(_field(name, kind) for name, kind in shape.columns),
        middle=sql.SQL(" || ").join(parts),
        table=sql.Identifier(table),
        lines=sql.SQL(LINES if has_lines else ""),
    )
    text = question.as_string(connection.connection)
    yield from stream(text, *([ids] * (2 if has_lines else 1)))


def _field(name: str, kind: str) -> sql.Composable:
    """`"name":"value"` or `"name":null`, with the value as `reads.rows_of` gives it."""
    value = sql.SQL(reads.AS_TEXT.get(kind, "{0}::text")).format(sql.Identifier("r", name))
    quoted = sql.SQL("'\"' || {} || '\"'" if kind in PLAIN else "to_json({})::text").format(value)
    return sql.SQL("{} || coalesce({}, 'null')").format(sql.Literal(f'"{name}":'), quoted)
