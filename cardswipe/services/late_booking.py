"""Late events in the ledger: what is granted, and its debit in the open period."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from cardswipe.models import DischargeEvent, EventLoad, LateDecision

from .debiting import Booking, Late, debit
from .resolving import Case, Load, PeriodFacts

Pair = tuple[DischargeEvent, Case]


def stored_loads(events: Sequence[int]) -> dict[int, list[Load]]:
    """The loads as they were stored on arrival, by event."""
    found: dict[int, list[Load]] = defaultdict(list)
    rows = EventLoad.objects.filter(event__in=events).order_by("event_id", "pollutant_id")
    for row in rows:
        found[row.event_id].append(Load(row.pollutant_id, row.quantity, row.is_debited))
    return found


def content_of(pairs: Sequence[Pair]) -> dict[str, Any]:
    """The events by number and key, and what of each pollutant they debit together."""
    loads = stored_loads([event.pk for event, _case in pairs])
    sums: dict[str, int] = defaultdict(int)
    for one in (load for found in loads.values() for load in found if load.is_debited):
        sums[one.pollutant] += one.quantity
    return {
        "events": [[event.pk, Booking(case, event.pk).key] for event, case in pairs],
        "sums": dict(sorted(sums.items())),
    }


def book(done: LateDecision, pairs: Sequence[Pair], now: datetime.datetime) -> None:
    """Debit the events in the decision's open period, today, each naming its own day."""
    period = done.period
    assert period is not None, "kept by the constraint late_booking_names_its_open_period"
    held = PeriodFacts(
        period.pk, period.region_id, period.start_date, period.end_date, True, period.label
    )
    loads = stored_loads([event.pk for event, _case in pairs])
    bookings = [
        Booking(replace(case, period=held, loads=tuple(loads[event.pk])), event.pk)
        for event, case in pairs
    ]
    late = Late(
        effective_date=timezone.localdate(now),
        reasons={event.pk: _reason(done, case) for event, case in pairs},
        approval_id=done.approval_id,
    )
    debit(by=done.asked_by, bookings=bookings, now=now, late=late)


def _reason(done: LateDecision, case: Case) -> str:
    """The old day and its period stand with the operation, before the officer's words."""
    label = case.closed.label if case.closed else "–"
    return f"{done} · {case.day.isoformat()} ({label}) · {done.reason}"[:200]
