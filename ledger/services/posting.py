"""The posting path: one set-based way for a single approval and for ten thousand discharge events.

Lock the accounts in id order, look up the keys, plan (pure), COPY operations and transfers;
inserting transfers moves the balances (sql/journal.sql). The order matters: a repeated key
locks the same accounts, so after the lock its first booking is visible.
"""

import datetime
import struct
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction

from ledger.refusals import ApprovalNeeded, KeyReused, KindUnknown
from ledger.rules import (
    AccountState,
    Plan,
    Posting,
    Receipt,
    body_hash,
    check_posting,
    plan,
)
from parties.models import Membership
from shell.refusals import spoken
from shell.rules import RuleBroken

PG_EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
PG_EPOCH_DATE = datetime.date(2000, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)

COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
COPY_TAIL = struct.pack(">h", -1)
# Eleven columns, each with its length before it; all are int8 but the line.
TRANSFER_ROW = struct.Struct(">h" + "iq" + "ii" + "iq" * 9)
TRANSFER_COLUMNS = (
    "operation_id, line, source_id, target_id, asset_id, amount,"
    " source_version, source_balance, target_version, target_balance, posted_at"
)
OPERATION_COLUMNS = (
    "id, kind, scope, key, body_hash, by_id, reason, effective_date, posted_at,"
    " document_type, document_id, approval_id, reverses_id"
)


@transaction.atomic
def post(*, by: Membership, postings: Sequence[Posting], now: datetime.datetime) -> list[Receipt]:
    """Book all postings in their order, or none.

    A key used before with the same body gets its first receipt (`is_new` False); with
    another body the batch is refused (L102). `now` is the posting time; it never lies
    before the last movement of an account it touches.
    """
    try:
        for posting in postings:
            check_posting(posting)
        kinds = _kinds(postings)
        accounts, moved_at = _lock_accounts(postings)
        known = _known_keys(postings)
        fresh = _fresh(postings, known)
        planned = plan(fresh, accounts, kinds)
    except RuleBroken as error:
        raise spoken(error) from error
    if fresh:
        posted_at = max(now, moved_at) if moved_at else now
        known |= _write(by, fresh, planned, posted_at)
    fresh_names = {posting.name for posting in fresh}
    return [Receipt(known[p.name][0], p.name in fresh_names, p.key) for p in postings]


def _kinds(postings: Sequence[Posting]) -> dict[str, frozenset[tuple[str, str]]]:
    """What each kind in the batch may move; refuses unknown kinds and missing approvals."""
    codes = sorted({posting.kind for posting in postings})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.code, t.needs_approval, m.source_purpose, m.target_purpose"
            " FROM ledger_operationtype t JOIN ledger_operationtypemovement m ON m.type_id = t.code"
            " WHERE t.code = ANY(%s)",
            [codes],
        )
        rows = cursor.fetchall()
    movements: dict[str, set[tuple[str, str]]] = {}
    strict = {code for code, needs_approval, *_ in rows if needs_approval}
    for code, _needs, source, target in rows:
        movements.setdefault(code, set()).add((source, target))
    for posting in postings:
        if posting.kind not in movements:
            raise KindUnknown(kind=posting.kind)
        if posting.kind in strict and posting.approval_id is None:
            raise ApprovalNeeded(kind=posting.kind)
    return {code: frozenset(pairs) for code, pairs in movements.items()}


def _lock_accounts(
    postings: Sequence[Posting],
) -> tuple[dict[int, AccountState], datetime.datetime | None]:
    ids = {
        account_id
        for posting in postings
        for move in posting.moves
        for account_id in (move.source, move.target, move.overflow)
        if account_id is not None
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, a.asset_id, a.purpose, a.balance, a.version, a.min_balance,"
            "       a.restriction, p.state IS DISTINCT FROM 'CLOSED', a.moved_at"
            " FROM ledger_account a"
            " JOIN ledger_asset s ON s.id = a.asset_id"
            " LEFT JOIN ledger_quotaperiod p ON p.id = s.period_id"
            " WHERE a.id = ANY(%s) ORDER BY a.id FOR NO KEY UPDATE OF a",
            [sorted(ids)],
        )
        rows = cursor.fetchall()
    moved = [row[8] for row in rows if row[8] is not None]
    return {row[0]: AccountState(*row[:8]) for row in rows}, max(moved, default=None)


def _known_keys(postings: Sequence[Posting]) -> dict[tuple[str, str], tuple[int, bytes]]:
    scopes, keys = (
        zip(*(posting.name for posting in postings), strict=True) if postings else ((), ())
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.scope, o.key, o.id, o.body_hash FROM ledger_operation o"
            " JOIN unnest(%s::text[], %s::text[]) AS asked (scope, key)"
            "   ON o.scope = asked.scope AND o.key = asked.key",
            [list(scopes), list(keys)],
        )
        return {(row[0], row[1]): (row[2], bytes(row[3])) for row in cursor.fetchall()}


def _fresh(
    postings: Sequence[Posting], known: dict[tuple[str, str], tuple[int, bytes]]
) -> list[Posting]:
    """The postings not booked before; a key with another body refuses the batch."""
    seen = {name: digest for name, (_id, digest) in known.items()}
    fresh = []
    for posting in postings:
        digest = body_hash(posting)
        if posting.name not in seen:
            seen[posting.name] = digest
            fresh.append(posting)
        elif seen[posting.name] != digest:
            raise KeyReused(key=posting.key)
    return fresh


def _write(
    by: Membership, fresh: list[Posting], planned: Plan, posted_at: datetime.datetime
) -> dict[tuple[str, str], tuple[int, bytes]]:
    """COPY the journal (its trigger moves the balances); returns what the new keys stand for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_ensure_partition(%s)", [posted_at])
        cursor.execute(
            "SELECT nextval('ledger_operation_id_seq') FROM generate_series(1, %s)", [len(fresh)]
        )
        ids = [row[0] for row in cursor.fetchall()]
        try:
            rows = _operation_rows(by, fresh, ids, posted_at)
            _copy(cursor, "ledger_operation", OPERATION_COLUMNS, rows)
        except IntegrityError as error:
            if "operation_key_is_used_once" in str(error):
                raise KeyReused(key=", ".join(p.key for p in fresh[:3])) from error
            raise
        _copy(cursor, "ledger_transfer", TRANSFER_COLUMNS, _transfer_rows(planned, ids, posted_at))
    return {p.name: (op, b"") for p, op in zip(fresh, ids, strict=True)}


def _copy(cursor: Any, table: str, columns: str, rows: Iterable[bytes]) -> None:
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)") as stream:
        stream.write(COPY_HEAD)
        stream.write(b"".join(rows))
        stream.write(COPY_TAIL)


def _microseconds(moment: datetime.datetime) -> int:
    return (moment - PG_EPOCH) // MICROSECOND


def _transfer_rows(planned: Plan, ids: list[int], posted_at: datetime.datetime) -> Iterable[bytes]:
    at = _microseconds(posted_at)
    pack = TRANSFER_ROW.pack
    for leg in planned.legs:
        yield pack(
            11,
            8, ids[leg.posting],
            4, leg.line,
            8, leg.source,
            8, leg.target,
            8, leg.asset,
            8, leg.amount,
            8, leg.source_version,
            8, leg.source_balance,
            8, leg.target_version,
            8, leg.target_balance,
            8, at,
        )  # fmt: skip


def _field(value: bytes | None) -> bytes:
    return struct.pack(">i", -1) if value is None else struct.pack(">i", len(value)) + value


def _int8(value: int | None) -> bytes:
    return _field(None if value is None else struct.pack(">q", value))


def _operation_rows(
    by: Membership, fresh: list[Posting], ids: list[int], posted_at: datetime.datetime
) -> Iterable[bytes]:
    at = _int8(_microseconds(posted_at))
    actor = _int8(by.pk)
    for posting, operation_id in zip(fresh, ids, strict=True):
        days = (posting.effective_date - PG_EPOCH_DATE).days
        yield b"".join(
            (
                struct.pack(">h", 13),
                _int8(operation_id),
                _field(posting.kind.encode()),
                _field(posting.name[0].encode()),
                _field(posting.key.encode()),
                _field(body_hash(posting)),
                actor,
                _field(posting.reason[:200].encode()),
                _field(struct.pack(">i", days)),
                at,
                _field(posting.document.type.encode()),
                _int8(posting.document.id),
                _int8(posting.approval_id),
                _int8(posting.reverses_id),
            )
        )


def ensure_partitions(*, now: datetime.datetime, months: int = 3) -> None:
    """Make the journal's partitions of this month and the next ones (run monthly by the clock)."""
    with connection.cursor() as cursor:
        for ahead in range(months + 1):
            cursor.execute(
                "SELECT ledger_ensure_partition(%s::timestamptz + make_interval(months => %s))",
                [now, ahead],
            )
