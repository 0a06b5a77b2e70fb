"""At what interval a device sends its minute data, as the day before shows it."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from cardswipe.load_rules import USUAL_INTERVAL, Timed, interval_of, rhythm_of

MINUTES_CN = 2051
HOUR = datetime.timedelta(hours=1)
# Long enough to see the interval even where most of an hour's or session's minutes were lost.
BEFORE = datetime.timedelta(days=1)
# The bounds over all spans let PostgreSQL leave out the months that none of them touches.
TIMES = """
SELECT DISTINCT w.place, r.data_time
FROM unnest(%(controllers)s::bigint[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
     WITH ORDINALITY AS w (controller_id, begins_at, ends_at, place)
JOIN cardswipe_reading r ON r.controller_id = w.controller_id AND r.cn = %(cn)s
 AND r.data_time > w.begins_at - %(before)s AND r.data_time < w.ends_at
WHERE r.data_time > %(first)s AND r.data_time < %(last)s
"""
# A controller and the begin and end of an hour or session.
Span = tuple[int, datetime.datetime, datetime.datetime]


def rhythms(spans: Sequence[Span]) -> list[int]:
    """The interval in minutes at which each span's device sent, by the day before its end."""
    if not spans:
        return []
    controllers, begins, ends = map(list, zip(*spans, strict=True))
    given: dict[str, Any] = {
        "controllers": controllers,
        "begins": begins,
        "ends": ends,
        "cn": MINUTES_CN,
        "before": BEFORE,
        "first": min(begin for _controller, begin, _end in spans) - BEFORE,
        "last": max(end for _controller, _begin, end in spans),
    }
    times: list[list[datetime.datetime]] = [[] for _ in spans]
    with connection.cursor() as cursor:
        cursor.execute(TIMES, given)
        for place, at in cursor.fetchall():
            times[place - 1].append(at)
    return [rhythm_of(found) for found in times]


def slow_rhythms(
    minutes: Mapping[tuple[int, datetime.datetime], Sequence[Mapping[str, Timed]]],
) -> dict[tuple[int, datetime.datetime], int]:
    """The devices' intervals where an hour's minutes lie further apart than usual: two that are
    left of six must not pass for all that a slow device sends."""
    doubtful = [
        key
        for key, rows in minutes.items()
        if interval_of([next(iter(row.values())) for row in rows if row]) > USUAL_INTERVAL
    ]
    spans = [(controller, begin, begin + HOUR) for controller, begin in doubtful]
    return dict(zip(doubtful, rhythms(spans), strict=True))
