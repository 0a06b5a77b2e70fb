"""The whole journal of an enterprise or a region, row by row, however long it is."""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from ledger.models import Account
from ledger.queries.statements import Span, server_side
from parties.models import Enterprise


class Entry(NamedTuple):
    """One transfer with its operation and both of its sides, as the journal has it."""

    operation_id: int
    line: int
    posted_at: datetime.datetime
    effective_date: datetime.date
    kind: str
    asset_id: int
    amount: int
    document_type: str
    document_id: int
    reason: str
    by_id: int
    approval_id: int | None
    reverses_id: int | None
    source_id: int
    source_purpose: str
    source_holder: str | None
    source_region: str
    source_enterprise_id: int | None
    source_balance: int
    target_id: int
    target_purpose: str
    target_holder: str | None
    target_region: str
    target_enterprise_id: int | None
    target_balance: int


JOURNAL = """
SELECT t.operation_id, t.line, t.posted_at, o.effective_date, o.kind, t.asset_id, t.amount,
       o.document_type, o.document_id, o.reason, o.by_id, o.approval_id, o.reverses_id,
       s.id, s.purpose, se.name, s.region_id, s.enterprise_id, t.source_balance,
       d.id, d.purpose, de.name, d.region_id, d.enterprise_id, t.target_balance
FROM ledger_transfer t
JOIN ledger_operation o ON o.id = t.operation_id
JOIN ledger_account s ON s.id = t.source_id
JOIN ledger_account d ON d.id = t.target_id
LEFT JOIN parties_enterprise se ON se.id = s.enterprise_id
LEFT JOIN parties_enterprise de ON de.id = d.enterprise_id
WHERE t.posted_at >= %(start)s AND t.posted_at <= %(end)s AND {scope}
ORDER BY t.operation_id, t.line
"""


def enterprise_journal(enterprise: Enterprise, span: Span) -> Iterator[Entry]:
    """Every transfer that touched an account of the enterprise, in the journal's order."""
    accounts = Account.objects.filter(enterprise=enterprise).values_list("pk", flat=True)
    scope = "(t.source_id = ANY(%(accounts)s) OR t.target_id = ANY(%(accounts)s))"
    return _entries(scope, span, {"accounts": list(accounts)})


def region_journal(prefix: str, span: Span) -> Iterator[Entry]:
    """Every transfer that touched an account of the region, in the journal's order."""
    scope = "(s.region_id LIKE %(region)s OR d.region_id LIKE %(region)s)"
    return _entries(scope, span, {"region": f"{prefix}%"})


def _entries(scope: str, span: Span, more: dict[str, object]) -> Iterator[Entry]:
    params = {"start": span.start, "end": span.end, **more}
    for row in server_side("journal", JOURNAL.format(scope=scope), params):
        yield Entry(*row)
