"""The posting path: one set-based way for a single approval and for ten thousand discharge events.

Four statements whatever the size: lock the accounts in id order, ask for the facts, COPY the
operations, COPY the transfers; between them the plan, which is pure. Inserting transfers moves
the balances (sql/journal.sql). The order matters: a repeated key locks the same accounts, so
after the lock its first booking is visible.
"""

import datetime
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ledger.conduct import ClosedSpan, Consent, KindRule, KindTable, Tables
from ledger.refusals import KeyReused
from ledger.rules import (
    BIGINT_MAX,
    AccountState,
    Plan,
    Posting,
    Receipt,
    is_key,
    plan,
)
from parties.models import Membership
from parties.models.approvals import ApprovalState
from parties.models.calendar import HolidayKind
from parties.rules import ROLES, Role
from shell.refusals import spoken
from shell.rules import RuleBroken

from .misuse import report_misuse

PG_EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
PG_EPOCH_DATE = datetime.date(2000, 1, 1)
GIVEN = frozenset({ApprovalState.GRANTED, ApprovalState.USED})
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
    " document_type, document_id, approval_id, reverses_id, corrects_id"
)

LOCK = """
SELECT id, region_id, asset_id, purpose, balance, version, min_balance, restriction
FROM ledger_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""

# Everything else a posting must know, in one statement, which also claims the operation numbers
# and sees to the partition. Runs after the lock, so it sees whatever the lock waited for.
FACTS = """
SELECT posted_at, ledger_ensure_partition(posted_at),
       array(SELECT nextval('ledger_operation_id_seq') FROM generate_series(1, %(count)s)),
       array(SELECT s.id FROM ledger_asset s
             JOIN ledger_quotaperiod p ON p.id = s.period_id AND p.state = 'CLOSED'
             WHERE s.id = ANY(%(assets)s)),
       array(SELECT ARRAY[t.code, array_to_string(t.starters, ','),
                          array_to_string(t.document_types, ','), t.must_correct::text,
                          m.source_purpose, m.target_purpose]
             FROM ledger_operationtype t
             JOIN ledger_operationtypemovement m ON m.type_id = t.code
             WHERE t.code = ANY(%(kinds)s)),
       array(SELECT ARRAY[r.type_id, coalesce(r.region_id, ''), r.needs_approval::text,
                          r.cool_off_workdays::text, r.backdate_days::text]
             FROM ledger_operationrule r
             WHERE r.type_id = ANY(%(kinds)s) AND r.valid_from <= %(today)s
               AND (r.valid_to IS NULL OR r.valid_to >= %(today)s)),
       array(SELECT ARRAY[p.region_id, p.start_date::text, p.end_date::text]
             FROM ledger_quotaperiod p
             WHERE p.state = 'CLOSED' AND p.end_date >= %(first_day)s),
       array(SELECT ARRAY[a.id::text, a.state, (a.asked_at AT TIME ZONE %(zone)s)::date::text]
             FROM parties_approval a WHERE a.id = ANY(%(approvals)s)),
       array(SELECT ARRAY[h.date::text, h.kind] FROM parties_holiday h
             WHERE h.date > (SELECT min(asked_at) FROM parties_approval
                             WHERE id = ANY(%(approvals)s))::date
               AND EXISTS (SELECT 1 FROM ledger_operationrule r
                           WHERE r.type_id = ANY(%(kinds)s) AND r.cool_off_workdays > 0)),
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
    tables: Tables
    known: dict[tuple[str, str], tuple[int, bytes]]


@transaction.atomic
def post(*, by: Membership, postings: Sequence[Posting], now: datetime.datetime) -> list[Receipt]:
    """Book all postings in their order, or none.

    A key used before with the same body gets its first receipt (`is_new` False), for ever; with
    another body the batch is refused (L102) and auditors are told. A refusal names the first
    bad posting by its place and key. `now` is the posting time; it never lies before the last
    movement of an account it touches.
    """
    if not postings:
        return []
    accounts: dict[int, AccountState] = {}
    facts = None
    try:
        with connection.cursor() as cursor:
            accounts = _lock_accounts(cursor, postings)
            facts = _facts(cursor, by, postings, accounts, now)
            known = {name: digest for name, (_id, digest) in facts.known.items()}
            planned = plan(postings, _open_or_closed(accounts, facts), facts.tables, known)
            booked = _write(cursor, by, planned, facts) if planned.fresh else {}
    except (RuleBroken, KeyReused) as error:
        refusal = spoken(error)
        if isinstance(refusal, KeyReused):
            _report(by, refusal, postings, accounts, facts, now)
        raise refusal from error
    return [
        Receipt(booked[p.name], is_new=True, key=p.key)
        if p.name in booked
        else Receipt(facts.known[p.name][0], is_new=False, key=p.key)
        for p in postings
    ]


def _report(
    by: Membership,
    refusal: KeyReused,
    postings: Sequence[Posting],
    accounts: Mapping[int, AccountState],
    facts: Facts | None,
    now: datetime.datetime,
) -> None:
    """Tell the auditors of the region which key was used for two bookings."""
    number = refusal.params.get("item")
    same = (p for p in postings if p.key == refusal.params["key"])
    posting = postings[number - 1] if number else next(same)
    first = facts.known.get(posting.name) if facts else None
    account = accounts.get(posting.moves[0].source) if posting.moves else None
    report_misuse(
        by=by,
        posting=posting,
        first=first[0] if first else None,
        region_code=account.region_id if account else "",
        now=now,
    )


def _lock_accounts(cursor: Any, postings: Sequence[Posting]) -> dict[int, AccountState]:
    ids = {
        account_id
        for posting in postings
        for move in posting.moves
        for account_id in (move.source, move.target, move.overflow)
        if account_id is not None and abs(account_id) <= BIGINT_MAX
    }
    cursor.execute(LOCK, [sorted(ids)])
    return {row[0]: AccountState(*row) for row in cursor.fetchall()}


def _facts(
    cursor: Any,
    by: Membership,
    postings: Sequence[Posting],
    accounts: Mapping[int, AccountState],
    now: datetime.datetime,
) -> Facts:
    names = [posting.name for posting in postings if is_key(posting)]
    today = timezone.localdate(now)
    cursor.execute(
        FACTS,
        {
            "now": now,
            "today": today,
            "zone": settings.TIME_ZONE,
            "first_day": min(posting.effective_date for posting in postings),
            "count": len(postings),
            "accounts": list(accounts),
            "assets": list({state.asset_id for state in accounts.values()}),
            "kinds": sorted({posting.kind.replace("\0", "") for posting in postings}),
            "approvals": [p.approval_id for p in postings if p.approval_id is not None],
            "scopes": [scope for scope, _ in names],
            "keys": [key for _, key in names],
        },
    )
    posted_at, _, ids, closed, kinds, rules, spans, approvals, holidays, known = cursor.fetchone()
    tables = Tables(
        kinds=_kinds(kinds, rules),
        acts=ROLES[Role(by.role)],
        is_process=by.role == Role.SYSTEM,
        today=today,
        closed=[ClosedSpan(code, _day(first), _day(last)) for code, first, last in spans],
        consents={
            int(number): Consent(state in GIVEN, _day(asked)) for number, state, asked in approvals
        },
        days_off=frozenset(_day(day) for day, kind in holidays if kind == HolidayKind.DAY_OFF),
        make_up_days=frozenset(_day(day) for day, kind in holidays if kind == HolidayKind.MAKE_UP),
    )
    first = {(scope, key): (int(op), bytes.fromhex(digest)) for scope, key, op, digest in known}
    return Facts(posted_at, ids, frozenset(closed), tables, first)


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _kinds(kinds: Sequence[Sequence[str]], rules: Sequence[Sequence[Any]]) -> dict[str, KindTable]:
    """The kinds asked for: one row came for each movement, one for each rule in force."""
    movements: dict[str, set[tuple[str, str]]] = {}
    by_region: dict[str, dict[str, KindRule]] = {}
    for code, *_rest, source, target in kinds:
        movements.setdefault(code, set()).add((source, target))
    for code, region, needs, workdays, days in rules:
        rule = KindRule(needs == "true", int(workdays), None if days is None else int(days))
        by_region.setdefault(code, {})[region] = rule
    return {
        code: KindTable(
            frozenset(movements[code]),
            frozenset(starters.split(",")),
            frozenset(documents.split(",")) if documents else frozenset(),
            must_correct == "true",
            by_region.get(code, {}),
        )
        for code, starters, documents, must_correct, *_movement in kinds
    }


def _open_or_closed(accounts: dict[int, AccountState], facts: Facts) -> dict[int, AccountState]:
    for state in accounts.values() if facts.closed_assets else ():
        state.is_period_open = state.asset_id not in facts.closed_assets
    return accounts


def _write(cursor: Any, by: Membership, planned: Plan, facts: Facts) -> dict[tuple[str, str], int]:
    """COPY the journal (its trigger moves the balances); returns the new operations' numbers."""
    try:
        _copy(cursor, "ledger_operation", OPERATION_COLUMNS, _operation_rows(by, planned, facts))
    except IntegrityError as error:
        if "operation_key_is_used_once" in str(error):
            raise _taken_meanwhile(planned, error) from error
        raise
    _copy(cursor, "ledger_transfer", TRANSFER_COLUMNS, _transfer_rows(planned, facts))
    return {p.name: number for p, number in zip(planned.fresh, facts.ids, strict=False)}


def _taken_meanwhile(planned: Plan, error: IntegrityError) -> KeyReused:
    """Another process booked one of the keys at this moment, on other accounts: another body."""
    detail = str(getattr(getattr(error.__cause__, "diag", None), "message_detail", ""))
    for posting in planned.fresh:
        if f"=({posting.name[0]}, {posting.key})" in detail:
            return KeyReused(key=posting.key)
    return KeyReused(key=planned.fresh[0].key)


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


def _operation_rows(by: Membership, planned: Plan, facts: Facts) -> Iterable[bytes]:
    at = _int8(_microseconds(facts.posted_at))
    actor = _int8(by.pk)
    rows = zip(planned.fresh, planned.digests, facts.ids, strict=False)
    for posting, digest, operation_id in rows:
        days = (posting.effective_date - PG_EPOCH_DATE).days
        yield b"".join(
            (
                struct.pack(">h", 14),
                _int8(operation_id),
                _field(posting.kind.encode()),
                _field(posting.name[0].encode()),
                _field(posting.key.encode()),
                _field(digest),
                actor,
                _field(posting.reason[:200].encode()),
                _field(struct.pack(">i", days)),
                at,
                _field(posting.document.type.encode()),
                _int8(posting.document.id),
                _int8(posting.approval_id),
                _int8(posting.reverses_id),
                _int8(posting.corrects_id),
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
