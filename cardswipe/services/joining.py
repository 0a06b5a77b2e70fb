"""Hours that come in several frames: booked once all parts are there.

HJ 212-2017 6.3.3: each part is a frame of its own with its own QN, repeats DataTime and carries
whole items; in 2005 the parts share the QN. So parts belong together by controller, command,
DataTime and PNUM. Each part is kept as a reading; the last to come makes the hour.
"""

import datetime
from collections.abc import Sequence

from cardswipe import intake
from cardswipe.arrivals import Link, Outcome, arrival, deciphered
from cardswipe.hj212.fields import FactorTable
from cardswipe.hj212.frame import Frame
from cardswipe.hj212.stream import FrameBuffer
from cardswipe.intake import OTHER_CONTENT, PART, Discharge, Reading
from cardswipe.models import RawFrame
from cardswipe.models import Reading as StoredReading
from shell.rules import RuleBroken

PARTS_MAX = 64  # 64 KB of an hour; more is no hour but an attack on memory
NOWHERE = Link(0, "", 0)
Items = dict[str, dict[str, str]]


def join_hours(
    parts: Sequence[tuple[Outcome, Reading]], *, table: FactorTable, now: datetime.datetime
) -> list[tuple[Outcome, Discharge]]:
    """The hours that these parts complete, each with the outcome of its last part.

    A part of an hour that still lacks others gets the verdict C132: kept, answered, not booked.
    """
    last: dict[tuple[int, datetime.datetime, int], Outcome] = {}
    here = {outcome.frame_id: outcome.frame for outcome, _reading in parts}
    for outcome, reading in parts:
        if outcome.verdict == OTHER_CONTENT:
            continue
        outcome.verdict, outcome.is_reported = PART, True
        last[outcome.known.id, reading.data_time, outcome.frame.pnum] = outcome
    found = []
    for (controller, moment, count), outcome in last.items():
        try:
            items = _joined(outcome, controller, moment, count, here)
            if items is None:
                continue
            whole = outcome.frame._replace(items=items)
            hour = intake.hour_of(outcome.known, whole, table, now=now, notes=outcome.notes)
        except RuleBroken as fault:
            outcome.is_reported = False
            outcome.refuse(fault)
        else:
            found.append((outcome, hour))
    return found


def _joined(
    outcome: Outcome,
    controller: int,
    moment: datetime.datetime,
    count: int,
    here: dict[int, Frame],
) -> Items | None:
    """The items of all parts together; None while parts are missing."""
    if count > PARTS_MAX:
        raise RuleBroken("C108", pnum=count, pno=outcome.frame.pno)
    rows = StoredReading.objects.filter(
        controller_id=controller, cn=2061, data_time=moment, pno__range=(1, count)
    ).values_list("frame_id", flat=True)
    ids = sorted(rows)
    if len(ids) < count:
        return None
    missing = [pk for pk in ids if pk not in here]
    stored = RawFrame.objects.in_bulk(missing)
    items: Items = {}
    for pk in ids:
        frame = here[pk] if pk in here else _again(outcome, bytes(stored[pk].body))
        if frame.pnum != count:
            return None  # a part of another division of the hour: this one still lacks its own
        for code, attributes in frame.items.items():
            if items.setdefault(code, attributes) != attributes:
                raise RuleBroken("C104")
    return items


def _again(outcome: Outcome, body: bytes) -> Frame:
    """A part that is stored already, read once more."""
    buffer = FrameBuffer()
    (piece,) = buffer.feed(body) + buffer.flush()
    read = arrival(NOWHERE, outcome.arrival.received_at, piece)
    if outcome.known.key is not None:
        read = deciphered(read, outcome.known.key)
    if read.frame is None:
        raise RuleBroken("C132")
    return read.frame
