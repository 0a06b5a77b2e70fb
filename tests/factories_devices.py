"""Frames as controllers send them, and their way through the platform, for tests."""

import datetime
import itertools
from typing import Any

from cardswipe.arrivals import Link, Outcome, arrival
from cardswipe.hj212 import encode
from cardswipe.hj212.stream import FrameBuffer
from cardswipe.models import Controller
from cardswipe.queries.registry import Registry
from cardswipe.services import ensure_partitions, take_frames
from cardswipe.services.telemetry import idle, months_ahead
from parties.services import system_actor
from tests.factories_cards import NOW

GATEWAY = 7
_serial = itertools.count(1)
LINK = Link(1, "10.0.0.8", 40001)


def local(moment: datetime.datetime = NOW) -> str:
    """A moment as DataTime: 14 digits in China's time."""
    china = datetime.timezone(datetime.timedelta(hours=8))
    return f"{moment.astimezone(china):%Y%m%d%H%M%S}"


def frame(box: Controller, cn: str = "2011", cp: str = "", **given: Any) -> bytes:
    """A whole frame of a controller; its QN differs from every other one."""
    values: dict[str, Any] = {
        "version": box.protocol_version,
        "qn": f"{local()}{next(_serial) % 1000:03d}",
        "st": "32",
        "cn": cn,
        "pw": box.password,
        "mn": box.mn,
        "cp": cp or f"DataTime={local()};w01018-Rtd=40.1,w01018-Flag=N;w00000-Rtd=10.0",
    }
    profile = given.pop("crc", box.crc_profile)
    return encode.frame_bytes(encode.upload(**values | given), profile)


def hour(box: Controller, kg: str = "12.5", *, begin: datetime.datetime | None = None) -> bytes:
    """An hour's data that ended at NOW."""
    start = begin or NOW - datetime.timedelta(hours=1)
    cp = f"DataTime={local(start)};w00000-Cou=36.0;w01018-Avg=40.1,w01018-Cou={kg},w01018-Flag=N"
    return frame(box, "2061", cp)


def session(box: Controller, card_no: str, kg: str = "10", *, number: int = 1, **given: str):
    """A closed card session of half an hour."""
    begin = NOW - datetime.timedelta(minutes=30)
    mark = given.get("mark", "N")
    cp = (
        f"BeginTime={local(begin)};EndTime={local()};CardNo={card_no};SwipeNo={number};"
        f"w00000-Cou=5.0;w01018-Cou={kg},w01018-Flag={mark}"
    )
    return frame(box, "3903", cp)


def take(
    *frames: bytes, link: Link = LINK, now: datetime.datetime = NOW, **given: Any
) -> list[Outcome]:
    """The outcomes of these bytes, as if they had come over one connection."""
    ensure_partitions(months=months_ahead(now.date(), 1))
    buffer = FrameBuffer()
    pieces = [piece for data in frames for piece in buffer.feed(data)] + buffer.flush()
    return take_frames(
        by=system_actor("gateway"),
        arrivals=[arrival(link, now, piece) for piece in pieces],
        registry=given.get("registry") or Registry(),
        held=given.get("held", {}),
        gateway=given.get("gateway", GATEWAY),
        meanwhile=given.get("meanwhile", idle),
        now=now,
    )


def verdicts(*frames: bytes, **given: Any) -> list[str]:
    """The verdict codes alone; each call is a connection of its own that has ended before."""
    from cardswipe.services.sessions import close_all_sessions

    outcomes = take(*frames, **given)
    close_all_sessions(gateway=GATEWAY, end="CLOSED", now=NOW)
    return [outcome.verdict for outcome in outcomes]
