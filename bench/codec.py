"""How fast one process reads and answers frames of five factors, without network or database.

The frames are those that `bench.devices` floods the gateway with, in the same order and as many
at a time, so that the gateway's rate can be divided by this one.
"""

import datetime
from collections.abc import Iterator

from bench import devices, field
from bench.report import Figure
from bench.timing import rate
from cardswipe.hj212 import crc, encode
from cardswipe.hj212.frame import Frame, read_segment
from cardswipe.hj212.stream import FrameBuffer, Piece
from cardswipe.intake import Reading, reading_of
from cardswipe.queries.registry import Registry

DEVICES, AT_ONCE = 500, 6


def measure(*, quick: bool) -> Iterator[Figure]:
    """The codec-only rate: all that is computed from a frame's bytes, to the row and the answer."""
    field.registered(DEVICES)
    came = chunks()
    count, rounds = DEVICES * AT_ONCE, 5 if quick else 15
    codec = Codec()
    note = "cut out, checksum, fields, answer with its checksum"
    median, spread = rate(lambda: [codec.read(data) for data in came], count, rounds)
    yield Figure("codec_fields_per_s", median, "frames/s", "", f"{note}; {spread}")
    median, spread = rate(lambda: [codec.understand(data) for data in came], count, rounds)
    note = f"the same with factors, figures and times, ready to be stored; {spread}"
    yield Figure("codec_frames_per_s", median, "frames/s", "", note)


def chunks() -> list[bytes]:
    """What each device sends at once."""
    at = devices.moments(AT_ONCE)
    return [
        b"".join(devices.frame(devices.mn(number), moment, number) for moment in at)
        for number in range(DEVICES)
    ]


class Codec:
    """The gateway's way with bytes, alone."""

    def __init__(self) -> None:
        self.registry = Registry()
        self.now = datetime.datetime.now(tz=datetime.UTC)
        self.devices = self.registry.find(map(devices.mn, range(DEVICES)), now=self.now)

    def read(self, data: bytes) -> list[bytes]:
        """The answers to the frames in what arrived."""
        return [answer(frame_of(piece)) for piece in FrameBuffer().feed(data)]

    def understand(self, data: bytes) -> list[tuple[Reading, bytes]]:
        """The same with the reading that each frame brings."""
        frames = map(frame_of, FrameBuffer().feed(data))
        return [(self.reading(frame), answer(frame)) for frame in frames]

    def reading(self, frame: Frame) -> Reading:
        """The row that the frame is stored as."""
        _at, device = self.devices[frame.mn]
        assert device is not None, "the bench's devices are registered"
        return reading_of(device, frame, self.registry.table, now=self.now, notes=[])


def frame_of(piece: Piece) -> Frame:
    """The frame, whose checksum holds."""
    segment = piece.segment or b""
    assert crc.holds(segment, piece.crc, "hj"), "the frame arrived whole"
    return read_segment(segment)


def answer(frame: Frame) -> bytes:
    """The bytes of the answer."""
    return encode.frame_bytes(encode.data_answer(frame), "hj")
