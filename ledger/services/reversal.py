"""Reversal: a new operation with the transfers the other way round; history stays."""

import datetime

from django.db import transaction

from ledger.models import Operation
from ledger.refusals import AlreadyReversed, NotReversible
from ledger.rules import DocumentRef, Move, Posting, Receipt
from parties.models import Membership

from .posting import post


@transaction.atomic
def reverse(
    *, by: Membership, operation_id: int, key: str, reason: str, now: datetime.datetime
) -> Receipt:
    """Undo an operation by a linked counter-operation, once and within its kind's time."""
    operation = Operation.objects.select_related("kind").get(pk=operation_id)
    age = now - operation.posted_at
    if age > datetime.timedelta(days=operation.kind.reversible_days):
        raise NotReversible
    first = Operation.objects.filter(reverses_id=operation_id).first()
    if first:
        if first.key != key:
            raise AlreadyReversed
        return Receipt(first.pk, is_new=False, key=key)
    transfers = operation.transfers.order_by("-line")
    posting = Posting(
        kind="REVERSAL",
        key=key,
        moves=tuple(Move(t.target_id, t.source_id, t.amount) for t in transfers),
        effective_date=now.date(),
        document=DocumentRef(operation.document_type, operation.document_id),
        reason=reason,
        reverses_id=operation_id,
    )
    return post(by=by, postings=[posting], now=now)[0]
