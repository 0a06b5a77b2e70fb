"""Events that cannot both be true: one discharge told under two names.

What makes an event is its controller, kind, begin and number (storing.py). The same discharge
could still come twice: as a session and as the hour around it, when a controller's registration
changed between them; or as one session under a second begin, when its clock was set in between
(SwipeNo is never used again, docs/card-profile.md). The first report stands.
"""

import datetime
from collections.abc import Sequence

from django.db import connection

from cardswipe.rules import LONGEST_EVENT, EventKind, EventReport

LONGEST_DAYS = LONGEST_EVENT.days
Key = tuple[int, str, datetime.datetime, int]

# One look at the index of names for each report; nothing is looked for twice, and what is booked
# under the very same name is left to the booking.
FIND = """
SELECT n.place, other.id
FROM unnest(%(controllers)s::bigint[], %(kinds)s::text[], %(begins)s::timestamptz[],
            %(ends)s::timestamptz[], %(sequences)s::bigint[])
     WITH ORDINALITY AS n (controller_id, kind, started_at, ended_at, sequence, place)
CROSS JOIN LATERAL (
    SELECT e.id FROM cardswipe_dischargeevent e
    WHERE e.controller_id = n.controller_id AND e.kind <> n.kind
      AND e.kind IN ('SESSION', 'HOUR')
      AND e.started_at < n.ended_at
      AND e.started_at > n.started_at - make_interval(days => %(longest)s)
      AND e.ended_at > n.started_at
    UNION ALL
    SELECT e.id FROM cardswipe_dischargeevent e
    WHERE n.kind = 'SESSION' AND e.controller_id = n.controller_id AND e.kind = 'SESSION'
      AND e.sequence = n.sequence AND e.started_at <> n.started_at
      AND e.started_at < n.ended_at
      AND e.started_at > n.started_at - make_interval(days => %(longest)s)
      AND e.ended_at > n.started_at
    LIMIT 1
) AS other
WHERE NOT EXISTS (
    SELECT FROM cardswipe_dischargeevent e
    WHERE e.controller_id = n.controller_id AND e.kind = n.kind
      AND e.started_at = n.started_at AND e.sequence = n.sequence
)
"""


def clashes(reports: Sequence[EventReport]) -> dict[Key, int]:
    """The reports (by name) that tell a discharge which is stored already under another name:
    each with the event that stands."""
    if not reports:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            FIND,
            {
                "controllers": [report.controller_id for report in reports],
                "kinds": [str(report.kind) for report in reports],
                "begins": [report.started_at for report in reports],
                "ends": [report.ended_at for report in reports],
                "sequences": [report.sequence for report in reports],
                "longest": LONGEST_DAYS,
            },
        )
        return {reports[place - 1].key: event_id for place, event_id in cursor.fetchall()}


def twins(reports: Sequence[EventReport]) -> dict[Key, Key]:
    """Sessions that tell again, under another begin, what an earlier report of the same batch
    tells: each with the name of that one."""
    sessions: dict[tuple[int, int], list[EventReport]] = {}
    found: dict[Key, Key] = {}
    for report in reports:
        if report.kind != EventKind.SESSION:
            continue
        before = sessions.setdefault((report.controller_id, report.sequence), [])
        first = next((other for other in before if _overlap(report, other)), None)
        if first is None:
            before.append(report)
        else:
            found[report.key] = first.key
    return found


def _overlap(one: EventReport, other: EventReport) -> bool:
    return one.started_at < other.ended_at and other.started_at < one.ended_at
