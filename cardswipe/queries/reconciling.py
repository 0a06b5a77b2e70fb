"""Comparing what simulated controllers know they reported with what the ledger holds."""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from cardswipe.hj212 import fields
from cardswipe.models import Controller, DischargeEvent, EventLoad, OfflineBatch
from cardswipe.offline import BatchState
from cardswipe.queries.booked import DEBITS, EVENT
from cardswipe.queries.registry import factor_table, pollutants_by_version
from cardswipe.simulator import SimulatedBox

# What one operation moved into the sink, by event and pollutant.
IN_THE_LEDGER = """
SELECT o.document_id, s.pollutant_id, sum(t.amount)::bigint
FROM ledger_operation o
JOIN ledger_transfer t ON t.operation_id = o.id
JOIN ledger_account a ON a.id = t.target_id AND a.purpose = 'DISCHARGED'
JOIN ledger_asset s ON s.id = t.asset_id
WHERE o.kind = ANY(%s) AND o.document_type = %s AND o.document_id = ANY(%s)
GROUP BY 1, 2
"""


@dataclass
class Outcome:
    """How many events were compared, and every difference in words."""

    events: int = 0
    frames: int = 0
    differences: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """An event as the box reported it: its key's times and number, its loads."""

    started_at: datetime.datetime
    sequence: int
    loads: dict[str, int]


def told_events(box: SimulatedBox, zone: datetime.tzinfo) -> list[Told]:
    """What the box reported and saw acknowledged, each once."""
    table, own = factor_table(), pollutants_by_version()[box.box.version]
    found: dict[tuple[datetime.datetime, int], Told] = {}
    for _cn, cp in box.booked:
        items = [part.split(",")[0].split("=") for part in cp.split(";")]
        head = dict(item for item in items if len(item) == 2)
        begin = fields.moment(head.get("BeginTime") or head["DataTime"], zone)
        number = int(head.get("SwipeNo", 0))
        amounts = dict(
            field.split("=")
            for part in cp.split(";")
            for field in part.split(",")
            if "-Cou" in field
        )
        loads = {}
        for name, text in amounts.items():
            code = name.removesuffix("-Cou")
            factor = table.find(box.box.version, code)
            if factor is None or code not in own:
                continue
            read = fields.volume_l if factor.amount_unit in fields.L_PER else fields.amount_mg
            loads[own[code]] = read(text, factor.amount_unit)
        found[begin, number] = Told(begin, number, loads)
    return list(found.values())


def reconcile(boxes: Iterable[SimulatedBox], zone: datetime.tzinfo) -> Outcome:
    """Event by event: stored as told, and debited in the ledger as stored; totals with them."""
    outcome = Outcome()
    for box in boxes:
        outcome.frames += box.sent
        _reconcile_one(box, told_events(box, zone), outcome)
    return outcome


def _reconcile_one(box: SimulatedBox, told: list[Told], outcome: Outcome) -> None:
    controller = Controller.objects.get(mn=box.box.mn)
    events = {
        (event.started_at, event.sequence): event
        for event in DischargeEvent.objects.filter(
            controller=controller, started_at__in=[one.started_at for one in told]
        )
    }
    ids = [event.pk for event in events.values()]
    stored = _stored(ids)
    moved = _moved(ids)
    debited = set(
        EventLoad.objects.filter(event__in=ids, is_debited=True, quantity__gt=0).values_list(
            "event_id", "pollutant_id"
        )
    )
    sums: Counter[str] = Counter()
    for one in told:
        outcome.events += 1
        event = events.get((one.started_at, one.sequence))
        if event is None:
            outcome.differences.append(f"{box.box.mn} {one.started_at} {one.sequence}: missing")
            continue
        for code, amount in one.loads.items():
            sums[code] += amount - stored.get((event.pk, code), 0)
            if (event.pk, code) in debited and moved.get((event.pk, code)) != amount:
                outcome.differences.append(
                    f"{event}: {code} {moved.get((event.pk, code))}≠{amount}"
                )
    outcome.differences += [f"{box.box.mn}: {code} {off:+}" for code, off in sums.items() if off]
    outcome.differences += _unsettled(box, controller)


def _unsettled(box: SimulatedBox, controller: Controller) -> list[str]:
    """The off-line batches that the box stated and that are not settled, with what was found."""
    settled = OfflineBatch.objects.filter(controller=controller, number__in=box.batches)
    found = {batch.number: batch for batch in settled}
    return [
        f"{box.box.mn}: off-line batch {number} {', '.join(found[number].findings)}"
        if number in found
        else f"{box.box.mn}: off-line batch {number} missing"
        for number in box.batches
        if number not in found or found[number].state != BatchState.SETTLED
    ]


def _stored(ids: list[int]) -> dict[tuple[int, str], int]:
    rows = EventLoad.objects.filter(event__in=ids)
    return {(row.event_id, row.pollutant_id): row.quantity for row in rows}


def _moved(ids: list[int]) -> dict[tuple[int, str], int]:
    with connection.cursor() as cursor:
        cursor.execute(IN_THE_LEDGER, [list(DEBITS), EVENT, ids])
        return {(event_id, code): amount for event_id, code, amount in cursor.fetchall()}
