"""Card sessions with the minutes their controllers sent: what their own loads are computed from.

Everything is read for some sessions at once by the primary key of the readings (controller,
command, time) and by the events' unique index, so the cost does not grow with history.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from cardswipe.load_rules import Neighbour, SessionSpan
from cardswipe.models import Controller, SessionReport
from cardswipe.queries.hours import (
    COLUMNS,
    FigureReader,
    Figures,
    Measured,
    valid_marks,
)
from cardswipe.queries.rhythms import MINUTES_CN, rhythms
from cardswipe.queries.sources import gas_rules, terms_on
from cardswipe.rules import LONGEST_EVENT

# The longest minute interval: no period that begins earlier reaches into a session.
EDGE = datetime.timedelta(minutes=30)
# A report that was on its way while another session was booked may not have been seen by it.
ON_ITS_WAY = datetime.timedelta(minutes=10)

WANTED = """
unnest(%(places)s::integer[], %(controllers)s::bigint[], %(begins)s::timestamptz[],
       %(ends)s::timestamptz[], %(sequences)s::bigint[])
    AS w (place, controller_id, started_at, ended_at, sequence)
"""
# The bounds over all sessions let PostgreSQL leave out the months that none of them touches.
MINUTES = f"""
SELECT w.place, {COLUMNS}
FROM {WANTED} JOIN cardswipe_reading r ON r.controller_id = w.controller_id
 AND r.cn = %(cn)s AND r.data_time > w.started_at - %(edge)s AND r.data_time < w.ended_at
WHERE r.data_time > %(first)s AND r.data_time < %(last)s
ORDER BY w.place, r.data_time, r.pno
"""
# Sessions at the edges: those booked, and those kept until their minutes are in. A number is never
# used again: the same one under another begin is the same session told twice, not a neighbour.
BESIDE = f"""
SELECT DISTINCT ON (w.place, n.started_at, n.sequence)
       w.place, n.started_at, n.ended_at, n.booked_at
FROM {WANTED} JOIN LATERAL (
    SELECT e.id, e.started_at, e.ended_at, e.sequence, e.booked_at
    FROM cardswipe_dischargeevent e
    WHERE e.controller_id = w.controller_id AND e.kind = 'SESSION'
      AND e.started_at > w.started_at - %(edge)s - %(longest)s
      AND e.started_at < w.ended_at + %(edge)s
    UNION ALL
    SELECT s.id, s.started_at, s.ended_at, s.sequence, NULL
    FROM cardswipe_sessionreport s
    WHERE s.controller_id = w.controller_id AND s.event_id IS NULL
      AND s.started_at > w.started_at - %(edge)s - %(longest)s
      AND s.started_at < w.ended_at + %(edge)s) AS n ON true
WHERE n.ended_at > w.started_at - %(edge)s
  AND n.sequence <> w.sequence
ORDER BY w.place, n.started_at, n.sequence, n.booked_at, n.id
"""


@dataclass(frozen=True, kw_only=True)
class SessionData(Measured):
    """A card session: what the controller reported of it, and the minutes that it touches."""

    reported: SessionReport
    span: SessionSpan

    @property
    def session(self) -> SessionSpan:
        return self.span

    @property
    def pollutants(self) -> list[str]:
        """What the report or the minutes measure, without the flow of gas."""
        return sorted(self.measured | self.reported.device_loads.keys())

    def device(self, code: str) -> int | None:
        """The controller's own figure (mg, water L); None when it reported none."""
        return self.reported.device_loads.get(code)


def sessions_of(
    reports: Sequence[SessionReport], known: Mapping[int, Controller]
) -> list[SessionData]:
    """Each session with its minutes, its neighbours and the device's interval, in their order."""
    if not reports:
        return []
    given = _given(reports)
    minutes, beside = _minutes(given), _beside(given, reports)
    intervals = rhythms([(one.controller_id, one.started_at, one.ended_at) for one in reports])
    gas = gas_rules({row.outlet_id for row in known.values()})
    days = [timezone.localdate(one.started_at) for one in reports]
    regions = {row.outlet.site.region_id for row in known.values()}
    marks = {day: valid_marks(regions, day) for day in set(days)}
    found = []
    for place, (one, day) in enumerate(zip(reports, days, strict=True)):
        controller = known[one.controller_id]
        span = SessionSpan(one.started_at, one.ended_at, intervals[place], tuple(beside[place]))
        found.append(
            SessionData(
                controller=controller,
                begin=one.started_at,
                minutes=minutes[place],
                valid_marks=marks[day][controller.outlet.site.region_id],
                gas=terms_on(gas.get(controller.outlet_id, ()), day),
                reported=one,
                span=span,
            )
        )
    return found


def _given(reports: Sequence[SessionReport]) -> dict[str, Any]:
    return {
        "places": list(range(len(reports))),
        "controllers": [one.controller_id for one in reports],
        "begins": [one.started_at for one in reports],
        "ends": [one.ended_at for one in reports],
        "sequences": [one.sequence for one in reports],
        "cn": MINUTES_CN,
        "edge": EDGE,
        "longest": LONGEST_EVENT,
        "first": min(one.started_at for one in reports) - EDGE,
        "last": max(one.ended_at for one in reports),
    }


def _minutes(given: Mapping[str, Any]) -> list[list[Figures]]:
    found: list[list[Figures]] = [[] for _ in given["places"]]
    reader = FigureReader()
    with connection.cursor() as cursor:
        cursor.execute(MINUTES, given)
        for place, *columns in cursor.fetchall():
            found[place].append(reader.figures(*columns))
    return found


def _beside(given: Mapping[str, Any], reports: Sequence[SessionReport]) -> list[list[Neighbour]]:
    found: list[list[Neighbour]] = [[] for _ in reports]
    with connection.cursor() as cursor:
        cursor.execute(BESIDE, given)
        for place, begin, end, booked_at in cursor.fetchall():
            seen_until = reports[place].received_at + ON_ITS_WAY
            has_taken = booked_at is not None and booked_at < seen_until
            found[place].append(Neighbour(begin, end, has_taken))
    return found
