"""What the ledger holds as debited for an event, its corrections included."""

from collections.abc import Mapping

from django.db.models import Q

from cardswipe.models import DischargeEvent
from cardswipe.substitution import Part
from ledger.models import Operation, Transfer
from ledger.rules import Purpose

EVENT = "discharge_event"
DISCHARGE, LATE_DISCHARGE = "DISCHARGE", "LATE_DISCHARGE"
DEBITS = (DISCHARGE, LATE_DISCHARGE)  # the kinds of operation that debit an event
Parts = Mapping[str, list[Part]]


def operation_of(event: DischargeEvent) -> Operation | None:
    """The operation that debited the event."""
    rows = Operation.objects.filter(
        document_type=EVENT, document_id=event.pk, kind_id__in=DEBITS, reverses__isnull=True
    )
    return rows.order_by("pk").first()


def parts_of(operation: Operation) -> Parts:
    """By pollutant, what the operation moved into the sink, net of its corrections."""
    later = Operation.objects.filter(Q(corrects=operation) | Q(reverses=operation))
    ids = [operation.pk, *later.values_list("pk", flat=True)]
    rows = Transfer.objects.filter(operation_id__in=ids).select_related("source", "target", "asset")
    sums: dict[tuple[str, int, int, bool], int] = {}
    for row in rows:
        is_back = row.source.purpose == Purpose.DISCHARGED
        account, sink = (row.target, row.source) if is_back else (row.source, row.target)
        is_overrun = account.purpose == Purpose.OVERRUN
        key = (row.asset.pollutant_id or "", account.pk, sink.pk, is_overrun)
        sums[key] = sums.get(key, 0) + (-row.amount if is_back else row.amount)
    found: dict[str, list[Part]] = {}
    for (code, account_id, sink_id, is_overrun), amount in sums.items():
        found.setdefault(code, []).append(Part(account_id, sink_id, is_overrun, amount))
    return found


def booked_loads(event: DischargeEvent) -> dict[str, int]:
    """By pollutant, what the ledger now holds as debited for the event (mg, water L)."""
    operation = operation_of(event)
    if operation is None:
        return {}
    parts = parts_of(operation)
    debited = event.loads.filter(is_debited=True).order_by("pollutant__position")
    return {
        code: sum(part.amount for part in parts.get(code, ()))
        for code in debited.values_list("pollutant_id", flat=True)
    }
