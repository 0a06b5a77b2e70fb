"""Writing events, their loads and the day's totals: one statement each for a whole batch."""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from cardswipe.models import DischargeEvent
from cardswipe.rules import EventReport, EventState

from .debiting import Booking
from .resolving import Case

Key = tuple[int, str, datetime.datetime, int]


@dataclass(frozen=True)
class Stored:
    """An event as it stands in the table, and whether this batch put it there."""

    event_id: int
    is_new: bool
    body_hash: bytes
    state: EventState


INSERT = """
INSERT INTO cardswipe_dischargeevent
    (controller_id, kind, started_at, sequence, ended_at, enterprise_id, card_id, card_no,
     volume_l, state, body_hash, frame_id, is_estimate, marks, booked_at)
SELECT n.*, %s FROM unnest(
    %s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[], %s::timestamptz[], %s::bigint[],
    %s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::bytea[], %s::bigint[],
    %s::boolean[], %s::text[]
) AS n
ON CONFLICT (controller_id, kind, started_at, sequence) DO NOTHING
RETURNING controller_id, kind, started_at, sequence, id
"""

FIND = """
SELECT e.controller_id, e.kind, e.started_at, e.sequence, e.id, e.body_hash, e.state
FROM cardswipe_dischargeevent e
JOIN unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[])
     AS w (controller_id, kind, started_at, sequence)
  ON e.controller_id = w.controller_id AND e.kind = w.kind
 AND e.started_at = w.started_at AND e.sequence = w.sequence
"""


def store(cases: Sequence[tuple[Case, EventState]], now: datetime.datetime) -> dict[Key, Stored]:
    """Insert the events that are not there yet, in key order so that writers never deadlock."""
    if not cases:
        return {}
    ordered = sorted(cases, key=lambda pair: pair[0].report.key)
    rows = [_row(case, state) for case, state in ordered]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [now, *(list(column) for column in zip(*rows, strict=True))])
        ids = {_key(row): row[4] for row in cursor.fetchall()}
        found = {
            case.report.key: Stored(
                ids[case.report.key], True, case.report.body_hash(), EventState(state)
            )
            for case, state in ordered
            if case.report.key in ids
        }
        known = [case.report.key for case, _state in ordered if case.report.key not in ids]
        if known:
            cursor.execute(FIND, [list(column) for column in zip(*known, strict=True)])
            for row in cursor.fetchall():
                found[_key(row)] = Stored(row[4], False, bytes(row[5]), EventState(row[6]))
    return found


def _key(row: Sequence[Any]) -> Key:
    return (row[0], row[1], row[2], row[3])


def _row(case: Case, state: EventState) -> tuple[Any, ...]:
    report = case.report
    return (
        *report.key,
        report.ended_at,
        case.controller.enterprise_id,
        case.card_id,
        report.card_no,
        report.volume_l,
        str(state),
        report.body_hash(),
        report.frame_id,
        report.is_estimate,
        report.marks[:40],
    )


def store_loads(bookings: Sequence[Booking]) -> None:
    """Insert the loads of new events."""
    rows = [
        (booking.event_id, load.pollutant, load.quantity, load.is_debited)
        for booking in bookings
        for load in booking.case.loads
    ]
    with connection.cursor() as cursor:
        columns = "event_id, pollutant_id, quantity, is_debited"
        with cursor.copy(f"COPY cardswipe_eventload ({columns}) FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)


ADD_TO_DAYS = """
INSERT INTO cardswipe_dailytotal AS d
    (controller_id, pollutant_id, day, enterprise_id, quantity, estimated, events)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::bigint[], %s::bigint[],
                     %s::bigint[], %s::integer[])
ON CONFLICT (controller_id, pollutant_id, day)
DO UPDATE SET quantity = d.quantity + excluded.quantity,
              estimated = d.estimated + excluded.estimated,
              events = d.events + excluded.events
"""


def add_to_days(bookings: Sequence[Booking]) -> None:
    """Add new events to the totals of their days, in key order."""
    sums: dict[tuple[int, str, datetime.date, int], list[int]] = {}
    for booking in bookings:
        case = booking.case
        for load in case.loads:
            key = (case.controller.id, load.pollutant, case.day, case.controller.enterprise_id)
            total = sums.setdefault(key, [0, 0, 0])
            total[0] += load.quantity
            total[1] += load.quantity if case.report.is_estimate else 0
            total[2] += 1
    if not sums:
        return
    rows = [(*key, *total) for key, total in sorted(sums.items())]
    with connection.cursor() as cursor:
        cursor.execute(ADD_TO_DAYS, [list(column) for column in zip(*rows, strict=True)])


KEEP_CONFLICTS = """
INSERT INTO cardswipe_eventconflict (event_id, body_hash, body, frame_id, received_at)
SELECT n.event_id, n.body_hash, n.body::jsonb, n.frame_id, %s
FROM unnest(%s::bigint[], %s::bytea[], %s::text[], %s::bigint[])
     AS n (event_id, body_hash, body, frame_id)
ON CONFLICT (event_id, body_hash) DO NOTHING
"""


def keep_conflicts(found: Sequence[tuple[int, EventReport]], now: datetime.datetime) -> None:
    """Keep reports that contradict a booked event, each different body once."""
    if not found:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP_CONFLICTS,
            [
                now,
                [event_id for event_id, _report in found],
                [report.body_hash() for _id, report in found],
                [json.dumps(report.body(), ensure_ascii=False) for _id, report in found],
                [report.frame_id for _id, report in found],
            ],
        )


def report_of(event: DischargeEvent) -> EventReport:
    """The report an event was stored from."""
    return EventReport(
        controller_id=event.controller_id,
        kind=event.kind,
        started_at=event.started_at,
        ended_at=event.ended_at,
        sequence=event.sequence,
        card_no=event.card_no,
        volume_l=event.volume_l,
        loads=tuple(event.loads.values_list("pollutant_id", "quantity")),
        frame_id=event.frame_id,
        is_estimate=event.is_estimate,
        marks=event.marks,
    )
