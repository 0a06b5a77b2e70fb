"""The newest operations of some days that touched some accounts, by index, without counting."""

from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from ledger.models import Account, Operation, Transfer
from ledger.queries.statements import Span
from parties.models import Enterprise

OF_ACCOUNTS = """
SELECT DISTINCT l.operation_id FROM unnest(%(accounts)s::bigint[]) AS a (id)
CROSS JOIN LATERAL (
    (SELECT t.operation_id FROM ledger_transfer t
     WHERE t.source_id = a.id AND t.posted_at >= %(start)s AND t.posted_at <= %(end)s
       AND t.operation_id < %(before)s
     ORDER BY t.posted_at DESC, t.source_version DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT t.operation_id FROM ledger_transfer t
     WHERE t.target_id = a.id AND t.posted_at >= %(start)s AND t.posted_at <= %(end)s
       AND t.operation_id < %(before)s
     ORDER BY t.posted_at DESC, t.target_version DESC LIMIT %(limit)s)
) l ORDER BY l.operation_id DESC LIMIT %(limit)s
"""
LAST_OF = "SELECT max(operation_id) FROM ledger_transfer WHERE posted_at <= %s AND posted_at >= %s"
NONE_BEFORE = 2**63 - 1


def of_enterprise(
    enterprise: Enterprise, span: Span, *, before: int | None, limit: int
) -> "QuerySet[Operation]":
    """The newest operations of the enterprise, at most `limit`, older than one of them."""
    accounts = Account.objects.filter(enterprise=enterprise).values_list("pk", flat=True)
    params: dict[str, Any] = {
        "accounts": list(accounts),
        "start": span.start,
        "end": span.end,
        "before": before or NONE_BEFORE,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(OF_ACCOUNTS, params)
        return Operation.objects.filter(pk__in=[row[0] for row in cursor.fetchall()])


def of_region(prefix: str, span: Span) -> "QuerySet[Operation]":
    """The operations of a region; the caller takes a page of them by falling number."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_OF, [span.end, span.start])
        last = cursor.fetchone()[0] or 0
    reachable = Account.objects.filter(region__code__startswith=prefix).values("pk")
    touched = Transfer.objects.filter(
        Q(source_id__in=reachable) | Q(target_id__in=reachable),
        operation_id=OuterRef("pk"),
        posted_at=OuterRef("posted_at"),
    )
    return Operation.objects.filter(
        Exists(touched), pk__lte=last, posted_at__gte=span.start, posted_at__lte=span.end
    )
