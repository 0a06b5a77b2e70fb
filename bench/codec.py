"""How many frames of five factors one process parses, without a network or a database."""

from collections.abc import Iterator

from bench.report import Figure
from bench.timing import rate
from cardswipe.hj212 import encode
from cardswipe.hj212.frame import read_segment
from cardswipe.hj212.stream import FrameBuffer

FACTORS = ("w00000", "w01018", "w21003", "w21011", "w01001")
COUNT = 2000


def frames() -> bytes:
    """Minute data as a station sends them, glued together."""
    items = ";".join(f"{code}-Avg=12.34,{code}-Cou=56.78,{code}-Flag=N" for code in FACTORS)
    one = encode.frame_bytes(
        encode.upload(
            version=2017,
            qn="20261120100000000",
            st="32",
            cn="2051",
            pw="123456",
            mn="010000A8900016F000169DC0",
            cp=f"DataTime=20261120100000;{items}",
            wants_answer=True,
        ),
        "hj",
    )
    return one * COUNT


def measure(*, quick: bool) -> Iterator[Figure]:
    """The codec-only rate, the ceiling of one gateway process."""
    data = frames()

    def parse() -> None:
        pieces = FrameBuffer().feed(data)
        assert sum(read_segment(p.segment).cn == "2051" for p in pieces if p.segment) == COUNT

    median, spread = rate(parse, COUNT, 5 if quick else 15)
    yield Figure("codec_frames_per_s", median, "frames/s", "", spread)
