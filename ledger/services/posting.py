"""The posting path: one set-based way for a single approval and for ten thousand discharge events.

Four statements whatever the size: lock the accounts in id order, ask for the facts, COPY the
operations, COPY the transfers; between them the plan, which is pure. Inserting transfers moves
the balances (sql/journal.sql). The order matters: a repeated key locks the same accounts, so
after the lock its first booking is visible.
"""

import datetime
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


LOCK = """
SELECT id, asset_id, purpose, balance, version, min_balance, restriction
FROM ledger_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""

# Everything else a posting must know, in one statement, which also claims the operation numbers
# and sees to the partition. Runs after the lock, so it sees whatever the lock waited for.
FACTS = """
SELECT posted_at, ledger_ensure_partition(posted_at),
       array(SELECT nextval('ledger_operation_id_seq') FROM generate_series(1, %(count)s)),
       array(SELECT DISTINCT a.asset_id FROM ledger_account a
             JOIN ledger_asset s ON s.id = a.asset_id
             JOIN ledger_quotaperiod p ON p.id = s.period_id AND p.state = 'CLOSED'
             WHERE a.id = ANY(%(accounts)s)),
       array(SELECT ARRAY[t.code, t.needs_approval::text, m.source_purpose, m.target_purpose]
             FROM ledger_operationtype t
             JOIN ledger_operationtypemovement m ON m.type_id = t.code
             WHERE t.code = ANY(%(kinds)s)),
       array(SELECT ARRAY[o.scope, o.key, o.id::text, encode(o.body_hash, 'hex')]
             FROM unnest(%(scopes)s::text[], %(keys)s::text[]) AS asked (scope, key)
             JOIN ledger_operation o ON o.scope = asked.scope AND o.key = asked.key)
FROM (SELECT greatest(%(now)s::timestamptz, max(moved_at)) AS posted_at
      FROM ledger_account WHERE id = ANY(%(accounts)s)) clock
"""


@dataclass(frozen=True)
class Facts:
    """What the database says about a batch once its accounts are locked."""

    posted_at: datetime.datetime
    ids: list[int]
    closed_assets: frozenset[int]
    movements: dict[str, frozenset[tuple[str, str]]]
    strict_kinds: frozenset[str]
    known: dict[tuple[str, str], tuple[int, bytes]]


@transaction.atomic
def post(*, by: Membership, postings: Sequence[Posting], now: datetime.datetime) -> list[Receipt]:
    """Book all postings in their order, or none.

    A key used before with the same body gets its first receipt (`is_new` False); with
    another body the batch is refused (L102). `now` is the posting time; it never lies
    before the last movement of an account it touches.
    """
    if not postings:
        return []
    try:
        for posting in postings:
            check_posting(posting)
        with connection.cursor() as cursor:
            accounts = _lock_accounts(cursor, postings)
            facts = _facts(cursor, postings, list(accounts), now)
            _check_kinds(postings, facts)
            fresh = _fresh(postings, facts.known)
            planned = plan(fresh, _open_or_closed(accounts, facts), facts.movements)
            booked = _write(cursor, by, fresh, planned, facts) if fresh else {}
    except RuleBroken as error:
        raise spoken(error) from error
    return [
        Receipt(booked[p.name], is_new=True, key=p.key)
        if p.name in booked
        else Receipt(facts.known[p.name][0], is_new=False, key=p.key)
        for p in postings
    ]


def _lock_accounts(cursor: Any, postings: Sequence[Posting]) -> dict[int, AccountState]:
    ids = {
        account_id
        for posting in postings
        for move in posting.moves
        for account_id in (move.source, move.target, move.overflow)
        if account_id is not None
    }
    cursor.execute(LOCK, [sorted(ids)])
    return {row[0]: AccountState(*row) for row in cursor.fetchall()}


def _facts(
    cursor: Any, postings: Sequence[Posting], accounts: list[int], now: datetime.datetime
) -> Facts:
    names = [posting.name for posting in postings]
    cursor.execute(
        FACTS,
        {
            "now": now,
            "count": len(postings),
            "accounts": accounts,
            "kinds": sorted({posting.kind for posting in postings}),
            "scopes": [scope for scope, _ in names],
            "keys": [key for _, key in names],
        },
    )
    posted_at, _, ids, closed, kinds, known = cursor.fetchone()
    movements: dict[str, set[tuple[str, str]]] = {}
    for code, _needs, source, target in kinds:
        movements.setdefault(code, set()).add((source, target))
    return Facts(
        posted_at,
        ids,
        frozenset(closed),
        {code: frozenset(pairs) for code, pairs in movements.items()},
        frozenset(code for code, needs, *_ in kinds if needs == "true"),
        {(scope, key): (int(op), bytes.fromhex(digest)) for scope, key, op, digest in known},
    )


def _check_kinds(postings: Sequence[Posting], facts: Facts) -> None:
    """Refuses kinds that do not exist (L113) and missing approvals (L114)."""
    for posting in postings:
        if posting.kind not in facts.movements:
            raise KindUnknown(kind=posting.kind)
        if posting.kind in facts.strict_kinds and posting.approval_id is None:
            raise ApprovalNeeded(kind=posting.kind)


def _open_or_closed(accounts: dict[int, AccountState], facts: Facts) -> dict[int, AccountState]:
    for state in accounts.values() if facts.closed_assets else ():
        state.is_period_open = state.asset_id not in facts.closed_assets
    return accounts


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
    cursor: Any, by: Membership, fresh: list[Posting], planned: Plan, facts: Facts
) -> dict[tuple[str, str], int]:
    """COPY the journal (its trigger moves the balances); returns the new operations' numbers."""
    try:
        _copy(cursor, "ledger_operation", OPERATION_COLUMNS, _operation_rows(by, fresh, facts))
    except IntegrityError as error:
        if "operation_key_is_used_once" in str(error):
            raise KeyReused(key=", ".join(p.key for p in fresh[:3])) from error
        raise
    _copy(cursor, "ledger_transfer", TRANSFER_COLUMNS, _transfer_rows(planned, facts))
    return {posting.name: number for posting, number in zip(fresh, facts.ids, strict=False)}


def _copy(cursor: Any, table: str, columns: str, rows: Iterable[bytes]) -> None:
    copy = f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)"
    with connection.wrap_database_errors, cursor.copy(copy) as stream:
        stream.write(COPY_HEAD)
        stream.write(b"".join(rows))
        stream.write(COPY_TAIL)


def _microseconds(moment: datetime.datetime) -> int:
    return (moment - PG_EPOCH) // MICROSECOND


def _transfer_rows(planned: Plan, facts: Facts) -> Iterable[bytes]:
    at, ids = _microseconds(facts.posted_at), facts.ids
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


def _operation_rows(by: Membership, fresh: list[Posting], facts: Facts) -> Iterable[bytes]:
    at = _int8(_microseconds(facts.posted_at))
    actor = _int8(by.pk)
    for posting, operation_id in zip(fresh, facts.ids, strict=False):
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
