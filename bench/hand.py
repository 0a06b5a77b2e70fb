"""The yardstick: the same rows in hand-written set-based SQL, without a rule, key look-up or guard.

Tables and indexes are those of the ledger, accounts among them; there are no triggers, foreign
keys, checks or partitions. It writes what the ledger writes: operations, transfers, the accounts'
balance, version and time, and the one row by which a batch waits for the proof log. Everything
that can be prepared is prepared before the clock starts: the bytes of both COPYs and the new
balances.
"""

import itertools
import struct
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import connection, transaction

from bench.books import DAY, Book
from ledger.rules import Posting
from ledger.services.writing import (
    COPY_HEAD,
    COPY_TAIL,
    PG_EPOCH_DATE,
    TRANSFER_COLUMNS,
    TRANSFER_ROW,
)

TABLES = """
CREATE TABLE bench_operation (LIKE ledger_operation INCLUDING INDEXES);
CREATE TABLE bench_transfer (LIKE ledger_transfer);
CREATE TABLE bench_balance (LIKE ledger_account INCLUDING INDEXES) WITH (fillfactor = 50);
CREATE TABLE bench_queue (LIKE ledger_proofqueue INCLUDING INDEXES INCLUDING IDENTITY);
INSERT INTO bench_balance SELECT * FROM ledger_account;
UPDATE bench_balance SET balance = 0, version = 0;
ALTER TABLE bench_transfer ADD PRIMARY KEY (operation_id, line, posted_at);
CREATE UNIQUE INDEX ON bench_transfer (source_id, posted_at, source_version);
CREATE UNIQUE INDEX ON bench_transfer (target_id, posted_at, target_version);
"""
COLUMNS = (
    "id, kind, scope, key, body_hash, by_id, reason, effective_date, posted_at, document_type,"
    " document_id"
)
LOCK = "SELECT id FROM bench_balance WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
UPDATE = """
UPDATE bench_balance b SET balance = n.balance, version = n.version, moved_at = now()
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS n (id, balance, version) WHERE b.id = n.id
"""
QUEUE = """
INSERT INTO bench_queue (table_name, row_ids, xid, queued_at)
VALUES ('ledger_operation', %s, pg_current_xact_id()::text::bigint, transaction_timestamp())
"""


class Hand:
    """Writes batches one after the other, prepared before they are measured."""

    def __init__(self, book: Book) -> None:
        self.state = {a: [0, 0] for pairs in book.pairs for pair in pairs for a in pair}
        self.by = book.by.pk
        self.numbers = itertools.count(1)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_operation, bench_transfer, bench_balance")
            cursor.execute("DROP TABLE IF EXISTS bench_queue")
            cursor.execute(TABLES)
            cursor.execute("VACUUM FULL ANALYZE bench_balance")

    def prepared(self, batch: list[Posting], *, is_copy_only: bool = False) -> Callable[[], None]:
        """The batch as bytes and arrays; the call writes them in one transaction."""
        at = int((datetime.now(UTC) - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds() * 10**6)
        numbers = [next(self.numbers) for _ in batch]
        operations = self._operations(batch, numbers, at)
        transfers = self._transfers(batch, numbers, at)
        ids = sorted({a for p in batch for m in p.moves for a in (m.source, m.target)})
        state = [self.state[a] for a in ids]
        new = [ids, [s[0] for s in state], [s[1] for s in state]]

        def write() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                if not is_copy_only:
                    cursor.execute(LOCK, [ids])
                copy(cursor, "bench_operation", COLUMNS, operations)
                copy(cursor, "bench_transfer", TRANSFER_COLUMNS, transfers)
                if not is_copy_only:
                    cursor.execute(UPDATE, new)
                    cursor.execute(QUEUE, [numbers])

        return write

    def _operations(self, batch: list[Posting], numbers: list[int], at: int) -> bytes:
        rows = []
        day = struct.pack(">i", (DAY - PG_EPOCH_DATE).days)
        eight = struct.Struct(">q").pack
        for number, posting in zip(numbers, batch, strict=True):
            kind, type_ = posting.kind.encode(), posting.document.type.encode()
            values = (eight(number), kind, kind, posting.key.encode(), bytes(32), eight(self.by))
            values += (b"", day, eight(at), type_, eight(1))
            fields = b"".join(struct.pack(">i", len(value)) + value for value in values)
            rows.append(struct.pack(">h", 11) + fields)
        return COPY_HEAD + b"".join(rows) + COPY_TAIL

    def _transfers(self, batch: list[Posting], numbers: list[int], at: int) -> bytes:
        rows = []
        for number, posting in zip(numbers, batch, strict=True):
            for line, move in enumerate(posting.moves):
                source, target = self.state[move.source], self.state[move.target]
                source[0] -= move.amount
                target[0] += move.amount
                source[1] += 1
                target[1] += 1
                eights = (move.source, move.target, 1, move.amount)
                eights += (source[1], source[0], target[1], target[0], at)
                lengths = itertools.chain.from_iterable((8, value) for value in eights)
                rows.append(TRANSFER_ROW.pack(11, 8, number, 4, line, *lengths))
        return COPY_HEAD + b"".join(rows) + COPY_TAIL


def copy(cursor, table: str, columns: str, data: bytes) -> None:
    """Send prepared rows."""
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)") as stream:
        stream.write(data)
