"""The live meters: what has probably been discharged since the last event."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from cardswipe.arrivals import Outcome
from cardswipe.hj212 import fields
from cardswipe.hj212.fields import FactorTable
from cardswipe.intake import TAKEN, Discharge, Reading
from shell.rules import RuleBroken

# Between two readings further apart than this the meter stands still: unknown is not zero,
# and not a guess either.
LONGEST_STEP_S = 300

MOVE = """
INSERT INTO cardswipe_livemeter AS meter
    (controller_id, pollutant_id, value, unit, mark, amount, data_time, since_at)
SELECT n.controller_id, n.pollutant_id, n.value, n.unit, n.mark, 0, n.data_time, n.data_time
FROM unnest(%s::bigint[], %s::text[], %s::numeric[], %s::text[], %s::text[], %s::numeric[],
            %s::timestamptz[])
     AS n (controller_id, pollutant_id, value, unit, mark, per_second, data_time)
ORDER BY 1, 2
ON CONFLICT (controller_id, pollutant_id) DO UPDATE SET
    value = excluded.value, unit = excluded.unit, mark = excluded.mark,
    data_time = excluded.data_time
WHERE meter.data_time < excluded.data_time
"""
ADD = """
UPDATE cardswipe_livemeter AS meter SET amount = amount + round(
    n.per_second * extract(epoch FROM n.data_time - meter.data_time))
FROM unnest(%s::bigint[], %s::text[], %s::numeric[], %s::text[], %s::text[], %s::numeric[],
            %s::timestamptz[])
     AS n (controller_id, pollutant_id, value, unit, mark, per_second, data_time)
WHERE meter.controller_id = n.controller_id AND meter.pollutant_id = n.pollutant_id
  AND n.data_time > meter.data_time AND n.data_time <= meter.data_time + make_interval(secs => %s)
"""


class Row(NamedTuple):
    """One pollutant's last reading and the discharge per second it means."""

    controller_id: int
    pollutant: str
    value: Decimal | None
    unit: str
    mark: str
    per_second: Decimal  # milligrams, water in litres
    data_time: datetime.datetime


def move(readings: Iterable[tuple[Outcome, Reading]], *, table: FactorTable) -> None:
    """Move the meters by the newest real-time reading of each controller in the batch."""
    newest: dict[int, tuple[Outcome, Reading]] = {}
    for outcome, reading in readings:
        if reading.cn == 2011 and outcome.verdict == TAKEN:
            held = newest.get(outcome.known.id)
            if held is None or held[1].data_time < reading.data_time:
                newest[outcome.known.id] = (outcome, reading)
    rows = [row for pair in newest.values() for row in _rows(*pair, table)]
    if not rows:
        return
    rows.sort(key=lambda row: row[:2])
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(ADD, [*columns, LONGEST_STEP_S])
        cursor.execute(MOVE, columns)


def _rows(outcome: Outcome, reading: Reading, table: FactorTable) -> Iterable[Row]:
    device, frame = outcome.known, outcome.frame
    flow = _flow(outcome)
    for code, pollutant in device.pollutants.items():
        attributes, factor = frame.items.get(code), table.find(frame.version, code)
        if attributes is None or factor is None:
            continue
        text = attributes.get("Rtd", "")
        value = Decimal(text) if fields.is_figure(text) else None
        mark = attributes.get("Flag", "N")[:1] or "N"
        rate = _per_second(pollutant, value, factor.concentration_unit, flow)
        yield Row(
            device.id,
            pollutant,
            value,
            factor.concentration_unit,
            mark,
            rate if mark == "N" else Decimal(0),
            reading.data_time,
        )


def _flow(outcome: Outcome) -> Decimal:
    """The flow as sent: litres per second of water, cubic metres per second of gas."""
    for code in fields.FLOW_CODES[outcome.frame.version]:
        text = outcome.frame.items.get(code, {}).get("Rtd", "")
        if fields.is_figure(text):
            return max(Decimal(text), Decimal(0))
    return Decimal(0)


def _per_second(pollutant: str, value: Decimal | None, unit: str, flow: Decimal) -> Decimal:
    if value is None or value < 0:
        return Decimal(0)
    if pollutant == "WATER":
        return value
    try:
        return fields.mass_per(unit) * value * flow
    except RuleBroken:
        return Decimal(0)


def restart(discharges: Sequence[tuple[Outcome, Discharge]]) -> None:
    """Begin again at zero where an event was booked: the ledger has counted it now."""
    ended: dict[int, datetime.datetime] = {}
    for outcome, event in discharges:
        if outcome.verdict == TAKEN:
            key = outcome.known.id
            ended[key] = max(event.ended_at, ended.get(key, event.ended_at))
    restart_at(ended)


def restart_at(ended: Mapping[int, datetime.datetime]) -> None:
    """The same by controller and the end of what was booked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cardswipe_livemeter AS meter SET amount = 0, since_at = n.ended_at"
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS n (controller_id, ended_at)"
            " WHERE meter.controller_id = n.controller_id AND meter.since_at < n.ended_at",
            [list(ended), list(ended.values())],
        )
