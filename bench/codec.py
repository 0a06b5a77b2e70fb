"""How many frames of five factors one process reads and answers, without network or database."""

from collections.abc import Iterator

from bench.report import Figure
from bench.timing import rate
from cardswipe.hj212 import crc, encode
from cardswipe.hj212.frame import read_segment
from cardswipe.hj212.stream import FrameBuffer, Piece

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
    """The codec-only rate, the ceiling of one gateway process: all that is done to the bytes."""
    data = frames()

    def answer_all() -> None:
        answers = [answered(piece) for piece in FrameBuffer().feed(data)]
        assert len(answers) == COUNT

    median, spread = rate(answer_all, COUNT, 5 if quick else 15)
    note = f"cut out, checksum, fields, answer with its checksum; {spread}"
    yield Figure("codec_frames_per_s", median, "frames/s", "", note)


def answered(piece: Piece) -> bytes:
    """The bytes of the answer to a frame whose checksum holds."""
    segment = piece.segment or b""
    assert crc.holds(segment, piece.crc, "hj"), "the frame arrived whole"
    return encode.frame_bytes(encode.data_answer(read_segment(segment)), "hj")
