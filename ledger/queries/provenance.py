"""The way of a quantity through the chain: the movements of an operation."""

import datetime
from dataclasses import dataclass

from django.db import connection

from ledger.models import Account


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
