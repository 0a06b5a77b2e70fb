"""A frame on its way through the gateway: as it arrived, and what became of it."""

import dataclasses
import datetime
import functools
import logging
from typing import NamedTuple

from cardswipe.hj212 import crc, sm4
from cardswipe.hj212.frame import CP_CLOSE, CP_OPEN, Frame, peek, read_segment
from cardswipe.hj212.stream import Piece
from cardswipe.intake import TAKEN, Device
from shell.rules import RuleBroken

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Link:
    """Who holds the other end: the gateway's number for the connection, address and port.

    `certified` is the MN that the far end's certificate names; empty without one.
    """

    number: int
    address: str
    port: int
    is_tls: bool = False
    certified: str = ""

    @functools.cached_property
    def peer(self) -> str:
        """The far end as it is kept with each frame; "tls" tells it from a clear line."""
        return f"{'tls ' if self.is_tls else ''}{self.address}:{self.port}"


class Heard(NamedTuple):
    """What was cut out of a stream, at the moment it was complete, and not yet read."""

    link: Link
    received_at: datetime.datetime
    piece: Piece


class Arrival(NamedTuple):
    """A frame, or bytes that are none, at the moment it was complete."""

    link: Link
    received_at: datetime.datetime
    piece: Piece
    frame: Frame | None
    fault: RuleBroken | None


def arrival(link: Link, received_at: datetime.datetime, piece: Piece) -> Arrival:
    """Read what was cut out of the stream; what cannot be read keeps its fault."""
    if piece.segment is None:
        return Arrival(link, received_at, piece, None, RuleBroken("C101"))
    try:
        return Arrival(link, received_at, piece, read_segment(piece.segment, piece.notes), None)
    except RuleBroken as fault:
        return Arrival(link, received_at, piece, None, fault)
    except Exception as error:
        # A fault of ours in one frame must not stop the others.
        log.exception("a frame could not be read")
        return Arrival(link, received_at, piece, None, RuleBroken("C190", reason=repr(error)[:500]))


def sealed_sender(arrived: Arrival) -> str:
    """The MN of a frame that may be under SM4 and so could not be read; else nothing."""
    if arrived.frame is not None or arrived.piece.segment is None:
        return ""
    mn, cn, is_2025 = peek(arrived.piece.segment)
    return mn if is_2025 and cn in sm4.ENCRYPTED_COMMANDS else ""


def deciphered(arrived: Arrival, key: bytes) -> Arrival:
    """The arrival with its data area in clear; one that was sent in clear is refused (C116).

    HJ 212-2025 6.4: the checksum is that of the clear segment.
    """
    sent = arrived.piece.segment or b""
    head, opened, rest = sent.partition(CP_OPEN)
    if not rest.endswith(CP_CLOSE):
        return arrived
    clear = head + opened + sm4.decrypt(rest[:-2], key) + CP_CLOSE
    piece = arrived.piece
    if crc.which(clear, piece.crc) == "bad" and arrived.frame is not None:
        return arrived._replace(frame=None, fault=RuleBroken("C116"))
    try:
        frame = read_segment(clear, piece.notes)
    except RuleBroken:
        return arrived._replace(frame=None, fault=RuleBroken("C116"))
    return arrived._replace(piece=piece._replace(segment=clear), frame=frame, fault=None)


def is_sound(arrived: Arrival) -> bool:
    """Whether the arrival could be read and some checksum fits: deciphered with the right key."""
    segment = arrived.piece.segment
    return (
        arrived.frame is not None
        and segment is not None
        and crc.which(segment, arrived.piece.crc) != "bad"
    )


@dataclasses.dataclass(slots=True)
class Outcome:
    """What became of an arrival; `answer` goes out only after the commit."""

    arrival: Arrival
    frame_id: int = 0
    device: Device | None = None
    verdict: str = TAKEN
    notes: list[str] = dataclasses.field(default_factory=list)
    session_id: int | None = None
    answer: bytes | None = None
    has_new_key: bool = False  # it came under the key that the device is just being given
    is_reported: bool = False  # the booking has raised its own alarms

    def refuse(self, fault: RuleBroken) -> None:
        """Keep the verdict and its particulars."""
        self.verdict = fault.code
        self.notes += [f"{name}={value}" for name, value in fault.params.items()]

    @property
    def frame(self) -> Frame:
        """The frame of an outcome that has one."""
        assert self.arrival.frame is not None, "only readable frames get this far"
        return self.arrival.frame

    @property
    def known(self) -> Device:
        """The device of an outcome whose sender is known."""
        assert self.device is not None, "only known senders get this far"
        return self.device
