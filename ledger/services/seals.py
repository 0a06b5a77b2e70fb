"""Sealing a statement: what it says now enters the proof log."""

import datetime
import hashlib

from django.db import transaction

from ledger.models import Account, SealedStatement
from ledger.queries import Span, book_of, statement
from ledger.queries.statements import every_line
from parties.models import Membership


@transaction.atomic
def seal_statement(
    *, by: Membership, account: Account, span: Span, now: datetime.datetime
) -> SealedStatement:
    """Keep balances and the hash of all lines of a statement as it stands now.

    The hash is SHA-256 over the lines `posted_at effective_date operation line delta balance`,
    each ended by a line feed, in the statement's order; moments in UTC, amounts in the smallest
    unit. Memory does not grow with the statement.
    """
    book, digest, count = book_of(account), hashlib.sha256(), 0
    for one in every_line(book, span):
        moment = one.posted_at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
        place = f"{moment} {one.effective_date} {one.operation_id} {one.line}"
        digest.update(f"{place} {one.delta} {one.balance}\n".encode())
        count += 1
    ends = statement(book, span, limit=0)
    return SealedStatement.objects.create(
        account=account,
        first_date=span.first,
        last_date=span.last,
        ordering=span.order.value,
        known_at=span.known_at,
        opening=ends.opening,
        closing=ends.closing,
        line_count=count,
        content_sha256=digest.digest(),
        sealed_by=by,
        sealed_at=now,
    )
