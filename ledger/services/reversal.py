"""Reversal: a new operation with the transfers the other way round; history stays."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from ledger.models import Asset, Operation, OperationRule, Transfer
from ledger.models.assets import PeriodState
from ledger.refusals import AlreadyReversed, NotReversible, ReversedPeriodClosed
from ledger.rules import DocumentRef, Move, Posting, Receipt
from parties.models import Membership

from .posting import post


@transaction.atomic
def reverse(
    *,
    by: Membership,
    operation_id: int,
    key: str,
    reason: str,
    now: datetime.datetime,
    approval_id: int | None = None,
) -> Receipt:
    """Undo an operation by a linked counter-operation, once (L401), within its kind's time (L402).

    What was booked in a quota period that is closed since stays (L403): `correct` books the
    difference in the open one.
    """
    operation = Operation.objects.select_related("kind").get(pk=operation_id)
    first = Operation.objects.filter(reverses_id=operation_id).first()
    if first:
        if first.key != key:
            raise AlreadyReversed
        return Receipt(first.pk, is_new=False, key=key)
    transfers = list(operation.transfers.order_by("-line"))
    if is_in_closed_period(transfers):
        raise ReversedPeriodClosed
    if now - operation.posted_at > reversible_for(operation, transfers, timezone.localdate(now)):
        raise NotReversible
    posting = Posting(
        kind="REVERSAL",
        key=key,
        moves=tuple(Move(t.target_id, t.source_id, t.amount) for t in transfers),
        effective_date=timezone.localdate(now),
        document=DocumentRef(operation.document_type, operation.document_id),
        reason=reason,
        approval_id=approval_id,
        reverses_id=operation_id,
    )
    return post(by=by, postings=[posting], now=now)[0]


def is_in_closed_period(transfers: Sequence[Transfer]) -> bool:
    """Whether any of the transfers moved a right of a quota period that is closed."""
    assets = {transfer.asset_id for transfer in transfers}
    closed = Asset.objects.filter(pk__in=assets, period__state=PeriodState.CLOSED)
    return closed.exists()


def reversible_for(
    operation: Operation, transfers: Sequence[Transfer], today: datetime.date
) -> datetime.timedelta:
    """How long after its posting the operation may be reversed where it was booked."""
    region = transfers[0].source.region
    rule = OperationRule.objects.of_region(operation.kind_id, region, today)
    return datetime.timedelta(days=rule.reversible_days if rule else 0)
