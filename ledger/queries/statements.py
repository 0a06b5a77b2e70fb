"""Statements of an account, paged by version, and the way of a quantity through the chain."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import connection

from ledger.models import Account, OperationType

from .balances import balance_at


@dataclass(frozen=True)
class Line:
    """One movement of an account as its holder sees it."""

    version: int
    operation_id: int
    kind: str
    delta: int
    balance: int
    posted_at: datetime.datetime
    effective_date: datetime.date
    document_type: str
    document_id: int
    reason: str
    other_account_id: int
    reverses_id: int | None


@dataclass(frozen=True)
class Statement:
    """A page of an account's movements between two moments, with what it held before and after."""

    account: Account
    opening: int
    closing: int
    lines: list[Line]
    next_after: int | None


STATEMENT = """
SELECT l.version, l.operation_id, o.kind, l.delta, l.balance, l.posted_at, o.effective_date,
       o.document_type, o.document_id, o.reason, l.other_id, o.reverses_id
FROM (
    (SELECT source_version AS version, operation_id, -amount AS delta, source_balance AS balance,
            posted_at, target_id AS other_id
     FROM ledger_transfer
     WHERE source_id = %(account)s AND posted_at >= %(start)s AND posted_at <= %(end)s
       AND source_version > %(after)s
     ORDER BY posted_at, source_version LIMIT %(limit)s)
    UNION ALL
    (SELECT target_version, operation_id, amount, target_balance, posted_at, source_id
     FROM ledger_transfer
     WHERE target_id = %(account)s AND posted_at >= %(start)s AND posted_at <= %(end)s
       AND target_version > %(after)s
     ORDER BY posted_at, target_version LIMIT %(limit)s)
) l JOIN ledger_operation o ON o.id = l.operation_id
ORDER BY l.version LIMIT %(limit)s
"""


def statement(
    account: Account,
    *,
    start: datetime.datetime,
    end: datetime.datetime,
    after: int = 0,
    limit: int = 50,
) -> Statement:
    """Movements posted from `start` to `end`, a page of `limit` after the version `after`."""
    params: dict[str, Any] = {
        "account": account.pk,
        "start": start,
        "end": end,
        "after": after,
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, params)
        lines = [Line(*row) for row in cursor.fetchall()]
    next_after = lines[limit - 1].version if len(lines) > limit else None
    return Statement(
        account=account,
        opening=balance_at(account, start - datetime.timedelta(microseconds=1)),
        closing=balance_at(account, end),
        lines=lines[:limit],
        next_after=next_after,
    )


@dataclass(frozen=True)
class Step:
    """One step of a quantity's way: the operation that moved it, from and to which account."""

    operation_id: int
    kind: str
    amount: int
    posted_at: datetime.datetime
    document_type: str
    document_id: int
    source: Account
    target: Account


def provenance(operation_id: int) -> list[Step]:
    """The movements of an operation, each with its accounts: the links of the chain."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.id, o.kind, t.amount, t.posted_at, o.document_type, o.document_id,"
            "       t.source_id, t.target_id"
            " FROM ledger_operation o JOIN ledger_transfer t"
            "   ON t.operation_id = o.id AND t.posted_at = o.posted_at"
            " WHERE o.id = %s ORDER BY t.line",
            [operation_id],
        )
        rows = cursor.fetchall()
    ids = {account_id for row in rows for account_id in row[6:8]}
    accounts = Account.objects.select_related("asset__pollutant", "enterprise", "region").in_bulk(
        ids
    )
    return [
        Step(*row[:6], accounts[row[6]], accounts[row[7]])  # type: ignore[call-arg]  # six columns
        for row in rows
    ]


def kind_names() -> dict[str, OperationType]:
    """The kinds of operation by code, for showing their names."""
    return OperationType.objects.in_bulk()
