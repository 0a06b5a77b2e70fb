"""The posting path: one set-based way for a single approval and for ten thousand discharge events.

Two calls whatever the size: `ledger_ask` locks the accounts in id order and says all that must be
known (sql/asking.sql), `writing` puts operations and transfers into the journal; between them
the plan, which is pure. Inserting transfers moves the balances (sql/movements.sql).
"""

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
from .writing import Booking, array, array_of_texts, write

GIVEN = frozenset({ApprovalState.GRANTED, ApprovalState.USED})

ASK = """
SELECT * FROM ledger_ask(
    %(accounts)s::bigint[], %(scopes)s::text[], %(keys)s::text[], %(kinds)s::text[],
    %(approvals)s::bigint[], %(count)s, %(now)s::timestamptz, %(today)s::date,
    %(first_day)s::date, %(zone)s)
"""


@dataclass(frozen=True)
class Facts:
    """What the database says about a batch once its accounts are locked."""

    accounts: dict[int, AccountState]
    posted_at: datetime.datetime
    ids: list[int]
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
    with connection.cursor() as cursor:
        facts = _ask(cursor, by, postings, now)
        try:
            known = {name: digest for name, (_id, digest) in facts.known.items()}
            planned = plan(postings, facts.accounts, facts.tables, known)
            booked = _write(cursor, by, planned, facts) if planned.fresh else {}
        except (RuleBroken, KeyReused) as error:
            refusal = spoken(error)
            if isinstance(refusal, KeyReused):
                _report(by, refusal, postings, facts, now)
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
    facts: Facts,
    now: datetime.datetime,
) -> None:
    """Tell the auditors of the region which key was used for two bookings."""
    number = refusal.params.get("item")
    same = (p for p in postings if p.key == refusal.params["key"])
    posting = postings[number - 1] if number else next(same)
    first = facts.known.get(posting.name)
    account = facts.accounts.get(posting.moves[0].source) if posting.moves else None
    report_misuse(
        by=by,
        posting=posting,
        first=first[0] if first else None,
        region_code=account.region_id if account else "",
        now=now,
    )


def _ask(cursor: Any, by: Membership, postings: Sequence[Posting], now: datetime.datetime) -> Facts:
    """Lock the accounts and learn all that the plan needs."""
    today = timezone.localdate(now)
    cursor.execute(ASK, _question(postings, now, today))
    row = cursor.fetchone()
    columns = [column or [] for column in row[:8]]
    posted_at, ids, closed, kinds, spans, known, consents, holidays = row[8:]
    accounts = dict(zip(columns[0], map(AccountState, *columns), strict=True))
    for state in accounts.values() if closed else ():
        state.is_period_open = state.asset_id not in closed
    days = {_day(day): kind for day, kind in holidays or ()}
    tables = Tables(
        kinds=_kinds(kinds or "[]"),
        acts=ROLES[Role(by.role)],
        is_process=by.role == Role.SYSTEM,
        today=today,
        closed=[ClosedSpan(code, _day(first), _day(last)) for code, first, last in spans],
        consents={
            int(number): Consent(state in GIVEN, _day(asked))
            for number, state, asked in consents or ()
        },
        days_off=frozenset(day for day, kind in days.items() if kind == HolidayKind.DAY_OFF),
        make_up_days=frozenset(day for day, kind in days.items() if kind == HolidayKind.MAKE_UP),
    )
    first = {(scope, key): (int(op), bytes.fromhex(digest)) for scope, key, op, digest in known}
    return Facts(accounts, posted_at, ids, tables, first)


def _question(
    postings: Sequence[Posting], now: datetime.datetime, today: datetime.date
) -> dict[str, Any]:
    names = [posting.name for posting in postings if is_key(posting)]
    return {
        "now": now,
        "today": today,
        "zone": settings.TIME_ZONE,
        "first_day": min(posting.effective_date for posting in postings),
        "count": len(postings),
        "accounts": array(_accounts(postings)),
        "kinds": array_of_texts({posting.kind.replace("\0", "") for posting in postings}),
        "approvals": array(p.approval_id for p in postings if p.approval_id is not None),
        "scopes": array_of_texts(scope for scope, _ in names),
        "keys": array_of_texts(key for _, key in names),
    }


def _accounts(postings: Sequence[Posting]) -> set[int]:
    """The accounts that the postings name; a number that no account can have is left out."""
    named = {
        account_id
        for posting in postings
        for move in posting.moves
        for account_id in (move.source, move.target, move.overflow)
    }
    return {number for number in named if number is not None and abs(number) <= BIGINT_MAX}


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@lru_cache(maxsize=256)
def _kinds(text: str) -> Mapping[str, KindTable]:
    """The kinds asked for with their rules in force. They come as one text, read once as long as
    the tables say the same."""
    return {
        code: KindTable(
            frozenset((source, target) for source, target in movements),
            frozenset(starters),
            frozenset(documents),
            must_correct,
            {region: KindRule(*rule) for region, *rule in rules or ()},
        )
        for code, starters, documents, must_correct, movements, rules in json.loads(text)
    }


def _write(cursor: Any, by: Membership, planned: Plan, facts: Facts) -> dict[tuple[str, str], int]:
    """Put the plan into the journal; returns the new operations' numbers."""
    try:
        write(cursor, Booking(planned, facts.ids, by.pk, facts.posted_at))
    except IntegrityError as error:
        if "operation_key_is_used_once" in str(error):
            raise _taken_meanwhile(planned, error) from error
        raise
    return {p.name: number for p, number in zip(planned.fresh, facts.ids, strict=False)}


def _taken_meanwhile(planned: Plan, error: IntegrityError) -> KeyReused:
    """Another process booked one of the keys at this moment, on other accounts: another body."""
    detail = str(getattr(getattr(error.__cause__, "diag", None), "message_detail", ""))
    for posting in planned.fresh:
        if f"=({posting.name[0]}, {posting.key})" in detail:
            return KeyReused(key=posting.key)
    return KeyReused(key=planned.fresh[0].key)


def ensure_partitions(*, now: datetime.datetime, months: int = 3) -> None:
    """Make the journal's partitions of this month and the next ones (run monthly by the clock)."""
    with connection.cursor() as cursor:
        for ahead in range(months + 1):
            cursor.execute(
                "SELECT ledger_ensure_partition(%s::timestamptz + make_interval(months => %s))",
                [now, ahead],
            )
