"""How a planned posting enters the journal: COPY for the many, one call for the few.

Both write the same rows under the same constraints and triggers. COPY carries a row in a tenth
of the time, but each takes two round trips, which a single posting would feel.
"""

import datetime
import json
import struct
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db import connection

from ledger.rules import Plan, Posting

PG_EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
PG_EPOCH_DATE = datetime.date(2000, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)
FEW = 40  # transfers from which on the COPYs are quicker

COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
COPY_TAIL = struct.pack(">h", -1)
NULL = struct.pack(">i", -1)
# Eleven columns, each with its length before it; all are int8 but the line.
TRANSFER_ROW = struct.Struct(">h" + "iq" + "ii" + "iq" * 9)
TRANSFER_COLUMNS = (
    "operation_id, line, source_id, target_id, asset_id, amount,"
    " source_version, source_balance, target_version, target_balance, posted_at"
)
OPERATION_COLUMNS = (
    "id, kind, scope, key, body_hash, by_id, reason, effective_date, posted_at,"
    " document_type, document_id, approval_id, reverses_id, corrects_id"
)
BOOK = "SELECT ledger_book(%s, %s::bigint[], %s)"


class Booking(NamedTuple):
    """A plan with what only the database could say: the operations' numbers and the time."""

    plan: Plan
    ids: list[int]
    by_id: int
    posted_at: datetime.datetime

    @property
    def operations(self) -> Iterator[tuple[int, Posting, bytes]]:
        """Each new operation's number, what was asked, and its hash."""
        return zip(self.ids, self.plan.fresh, self.plan.digests, strict=False)


def write(cursor: Any, booking: Booking) -> None:
    """Insert the operations and their transfers, whose trigger moves the balances."""
    if len(booking.plan.legs) < FEW:
        asked = [operations_as_json(booking), transfers_as_array(booking), booking.posted_at]
        cursor.execute(BOOK, asked)
        return
    copy(cursor, "ledger_operation", OPERATION_COLUMNS, operation_rows(booking))
    copy(cursor, "ledger_transfer", TRANSFER_COLUMNS, transfer_rows(booking))


# --- few -----------------------------------------------------------------------------------


def operations_as_json(booking: Booking) -> str:
    """The operations as `ledger_book` reads them."""
    return json.dumps(
        [
            {
                "id": number,
                "kind": posting.kind,
                "scope": posting.name[0],
                "key": posting.key,
                "body_hash": digest.hex(),
                "by_id": booking.by_id,
                "reason": posting.reason[:200],
                "effective_date": posting.effective_date.isoformat(),
                "document_type": posting.document.type,
                "document_id": posting.document.id,
                "approval_id": posting.approval_id,
                "reverses_id": posting.reverses_id,
                "corrects_id": posting.corrects_id,
            }
            for number, posting, digest in booking.operations
        ]
    )


def transfers_as_array(booking: Booking) -> str:
    """The transfers as rows of ten numbers, in PostgreSQL's spelling of an array."""
    return array(array((booking.ids[leg[0]], *leg[1:])) for leg in booking.plan.legs)


def array(items: Iterable[object]) -> str:
    """Numbers, or arrays of them, as PostgreSQL spells an array: quicker than its own adapter."""
    return f"{{{','.join(map(str, items))}}}"


def array_of_texts(items: Iterable[str]) -> str:
    """The same of texts, each in quotes."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in items)
    return array(f'"{text}"' for text in quoted)


# --- many ----------------------------------------------------------------------------------


def copy(cursor: Any, table: str, columns: str, rows: Iterable[bytes]) -> None:
    """Send rows in PostgreSQL's binary form."""
    statement = f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)"
    with connection.wrap_database_errors, cursor.copy(statement) as stream:
        stream.write(COPY_HEAD + b"".join(rows) + COPY_TAIL)


def transfer_rows(booking: Booking) -> Iterator[bytes]:
    """The transfers, each as the bytes of a row."""
    ids, pack = booking.ids, TRANSFER_ROW.pack
    at = (booking.posted_at - PG_EPOCH) // MICROSECOND
    for index, line, source, target, asset, amount, *held in booking.plan.legs:
        source_version, source_balance, target_version, target_balance = held
        yield pack(
            11,
            8, ids[index],
            4, line,
            8, source,
            8, target,
            8, asset,
            8, amount,
            8, source_version,
            8, source_balance,
            8, target_version,
            8, target_balance,
            8, at,
        )  # fmt: skip


def _field(value: bytes) -> bytes:
    return struct.pack(">i", len(value)) + value


def _int8(value: int | None) -> bytes:
    return NULL if value is None else struct.pack(">iq", 8, value)


class Texts(dict[str, bytes]):
    """Texts as fields of a row; those that all postings of a batch share are made once."""

    def __missing__(self, text: str) -> bytes:
        self[text] = field = _field(text.encode())
        return field


def operation_rows(booking: Booking) -> Iterator[bytes]:
    """The operations, each as the bytes of a row."""
    at = _int8((booking.posted_at - PG_EPOCH) // MICROSECOND)
    actor, texts = _int8(booking.by_id), Texts()
    for number, posting, digest in booking.operations:
        days = (posting.effective_date - PG_EPOCH_DATE).days
        yield b"".join(
            (
                struct.pack(">hiq", 14, 8, number),
                texts[posting.kind],
                texts[posting.name[0]],
                _field(posting.key.encode()),
                _field(digest),
                actor,
                texts[posting.reason[:200]],
                struct.pack(">ii", 4, days),
                at,
                texts[posting.document.type],
                _int8(posting.document.id),
                _int8(posting.approval_id),
                _int8(posting.reverses_id),
                _int8(posting.corrects_id),
            )
        )
