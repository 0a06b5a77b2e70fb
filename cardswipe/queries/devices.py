"""Reads for the device engineer: controllers with their sessions, frames with their words."""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from cardswipe.hj212.frame import read_segment
from cardswipe.hj212.stream import FrameBuffer
from cardswipe.models import (
    Controller,
    DeviceSession,
    Factor,
    LiveMeter,
    RawFrame,
    StrangerHour,
)
from cardswipe.models.devices import ControllerState
from parties.models import Membership
from shell.figures import named
from shell.rules import RuleBroken


def controllers(actor: Membership | None) -> "QuerySet[Controller]":
    """The controllers this person may see, with whether each has a live session."""
    live = DeviceSession.objects.filter(controller=OuterRef("pk"), closed_at=None)
    rows = Controller.objects.for_actor(actor).annotate(is_connected=Exists(live))
    return rows.select_related("outlet__site__enterprise", "profile")


def meters(controller: Controller) -> "QuerySet[LiveMeter]":
    """The controller's live meters."""
    return LiveMeter.objects.filter(controller=controller).select_related("pollutant")


def controllers_beside(outlet_id: int | str, own: int | None = None) -> "QuerySet[Controller]":
    """The controllers registered at an outlet and not stopped, but for the own one."""
    stood = Controller.objects.filter(outlet_id=outlet_id).exclude(state=ControllerState.STOPPED)
    return stood.exclude(pk=own).order_by("mn")


class Shown(NamedTuple):
    """A frame laid out for reading: header fields, plain data fields, figures by factor."""

    header: list[tuple[str, str]]
    plain: list[tuple[str, str]]
    items: list[tuple[str, list[tuple[str, str]]]]


def laid_out(body: bytes) -> Shown | None:
    """The fields of a frame, or None if it cannot be read."""
    buffer = FrameBuffer()
    pieces = buffer.feed(body) + buffer.flush()
    try:
        frame = read_segment(pieces[0].segment or b"")
    except (IndexError, RuleBroken):
        return None
    header = [
        ("QN", frame.qn),
        ("ST", frame.st),
        ("CN", frame.cn),
        ("MN", frame.mn),
        ("Flag", str(frame.flag)),
    ]
    if frame.pnum:
        header += [("PNUM", str(frame.pnum)), ("PNO", str(frame.pno))]
    return Shown(
        header,
        list(frame.cp.items()),
        [(code, list(attributes.items())) for code, attributes in frame.items.items()],
    )


def factor_names(codes: Iterable[str]) -> dict[str, str]:
    """What factors are called, by code; the newest standard that names one counts."""
    rows = Factor.objects.filter(code__in=list(codes)).order_by("-standard", "code")
    return {row.code: named(row.name_zh, row.name_en) for row in reversed(rows)}


def without_password(body: bytes) -> bytes:
    """The bytes with the password's characters covered, for those who need not know it."""
    start = body.find(b"PW=")
    if start < 0:
        return body
    end = body.find(b";", start)
    stop = end if end >= 0 else len(body)
    return body[: start + 3] + b"*" * (stop - start - 3) + body[stop:]


class Strangers(NamedTuple):
    """What came lately from senders that are no controller."""

    senders: int
    frames: int
    dropped: int


def strangers_lately(now: datetime.datetime) -> Strangers:
    """The last day's count of unknown senders, their frames, and those not kept."""
    rows = StrangerHour.objects.filter(hour__gt=now - datetime.timedelta(days=1))
    senders = rows.exclude(address="").aggregate(count=Count("address", distinct=True))["count"]
    whole = rows.filter(address="").aggregate(frames=Sum("frames"), kept=Sum("kept"))
    frames, kept = whole["frames"] or 0, whole["kept"] or 0
    return Strangers(senders, frames, frames - kept)


def frames(actor: Membership | None) -> "QuerySet[RawFrame]":
    """The raw frames this person may see, without their bytes."""
    return RawFrame.objects.for_actor(actor).defer("body")
