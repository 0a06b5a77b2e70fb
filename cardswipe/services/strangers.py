"""Frames that belong to no controller: the first of each address and hour are kept, all counted.

Whoever reaches the port could otherwise fill the disk with made-up MNs. How many are kept is a
dated rule (KeepingRule.stranger_frames).
"""

import datetime
import ipaddress
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from cardswipe.arrivals import Outcome
from cardswipe.models import KeepingRule
from cardswipe.models.keeping import STRANGER_FRAMES

from .telemetry import escaped

ALL = ""  # the row of all addresses together
ALL_TIMES = 50  # of all addresses so many times as much is kept as of one

COUNT = """
INSERT INTO cardswipe_strangerhour AS h
    (hour, address, frames, kept, last_mn, last_verdict, last_at)
SELECT %s, n.address, n.frames, 0, n.mn, n.verdict, %s
FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[]) AS n (address, frames, mn, verdict)
ORDER BY n.address
ON CONFLICT (hour, address) DO UPDATE SET
    frames = h.frames + excluded.frames, last_mn = excluded.last_mn,
    last_verdict = excluded.last_verdict, last_at = excluded.last_at
RETURNING address, frames
"""
KEPT = """
UPDATE cardswipe_strangerhour AS h SET kept = h.kept + n.kept
FROM unnest(%s::text[], %s::bigint[]) AS n (address, kept)
WHERE h.hour = %s AND h.address = n.address AND n.kept > 0
"""
Senders = dict[str, list[Outcome]]


def group_of(address: str) -> str:
    """What counts as one sender: an IPv4 address; of IPv6 the /64 that one subscriber holds."""
    host = ipaddress.ip_address(address.partition("%")[0])
    return address if host.version == 4 else str(ipaddress.ip_network((host, 64), strict=False))


def most_kept(today: datetime.date) -> int:
    """How many frames of one address and hour are kept; of several rows the largest."""
    found = KeepingRule.objects.on_day(today).aggregate(most=Max("stranger_frames"))["most"]
    return found or STRANGER_FRAMES


def not_kept(outcomes: Sequence[Outcome], now: datetime.datetime) -> set[int]:
    """Count the frames of strangers among the outcomes; the ids of those that are not stored."""
    by_sender: Senders = {ALL: []}
    for outcome in outcomes:
        if outcome.device is None:
            by_sender.setdefault(group_of(outcome.arrival.link.address), []).append(outcome)
            by_sender[ALL].append(outcome)
    if not by_sender[ALL]:
        return set()
    hour = now.replace(minute=0, second=0, microsecond=0)
    before = _count(by_sender, hour, now)
    most, dropped = most_kept(timezone.localdate(now)), set()
    for sender, own in by_sender.items():
        limit = most * ALL_TIMES if sender == ALL else most
        dropped |= {outcome.frame_id for outcome in own[max(0, limit - before[sender]) :]}
    _note_kept(by_sender, dropped, hour)
    return dropped


def _count(by_sender: Senders, hour: datetime.datetime, now: datetime.datetime) -> dict[str, int]:
    """Add to the counts of this hour; how many each sender had before."""
    last = [own[-1] for own in by_sender.values()]
    columns: list[list[Any]] = [
        list(by_sender),
        [len(own) for own in by_sender.values()],
        [escaped(one.arrival.frame.mn[:32]) if one.arrival.frame else "" for one in last],
        [one.verdict for one in last],
    ]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [hour, now, *columns])
        return {sender: total - len(by_sender[sender]) for sender, total in cursor.fetchall()}


def _note_kept(by_sender: Senders, dropped: set[int], hour: datetime.datetime) -> None:
    kept = [sum(one.frame_id not in dropped for one in own) for own in by_sender.values()]
    with connection.cursor() as cursor:
        cursor.execute(KEPT, [list(by_sender), kept, hour])
