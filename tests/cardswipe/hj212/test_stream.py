"""Cutting frames out of bytes: split, glued, byte by byte, lied about and garbled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswipe.hj212 import encode
from cardswipe.hj212.stream import JUNK_MAX, FrameBuffer

SEGMENT = b"QN=20261120100000001;ST=32;CN=2011;PW=123456;MN=M1;Flag=5;CP=&&w01018-Rtd=1.0&&"
FRAME = encode.frame_bytes(SEGMENT)
OTHER = encode.frame_bytes(SEGMENT.replace(b"001;ST", b"002;ST"))


def cut(*parts: bytes):
    """The pieces of a stream that arrives in these parts and then ends."""
    buffer = FrameBuffer()
    pieces = [piece for part in parts for piece in buffer.feed(part)]
    return pieces + buffer.flush()


def frames(*parts: bytes) -> list[bytes]:
    return [piece.raw for piece in cut(*parts) if piece.segment is not None]


def junk(*parts: bytes) -> bytes:
    return b"".join(piece.raw for piece in cut(*parts) if piece.segment is None)


def test_a_frame_byte_by_byte_is_one_frame():
    assert frames(*(bytes([byte]) for byte in FRAME + OTHER)) == [FRAME, OTHER]


def test_glued_frames_are_two():
    assert frames(FRAME + OTHER) == [FRAME, OTHER]


def test_blank_lines_between_frames_are_no_junk():
    assert [piece.raw for piece in cut(FRAME + b"\r\n\r\n" + OTHER)] == [FRAME, OTHER]


def test_start_signs_inside_the_data_do_not_begin_a_frame():
    inner = encode.frame_bytes(SEGMENT.replace(b"1.0", b"1.0##0012\r\n##"))
    assert frames(inner + FRAME) == [inner, FRAME]


@pytest.mark.parametrize("wrong", [b"0000", b"9999", b"00x1", b"-001", b"0078", b"0080"])
def test_a_false_length_never_swallows_the_good_frame_behind_it(wrong):
    assert FRAME[2:6] == b"0079"
    false = b"##" + wrong + FRAME[6:]
    assert frames(false + OTHER) == [OTHER]
    assert junk(false + OTHER) == false


def test_a_frame_cut_short_is_junk_and_the_next_one_counts():
    assert frames(FRAME[:40] + OTHER) == [OTHER]
    assert junk(FRAME[:40] + OTHER) == FRAME[:40]


def test_every_beginning_of_a_frame_is_no_frame_but_the_one_that_lacks_only_crlf():
    whole = [at for at in range(len(FRAME)) if frames(FRAME[:at])]
    assert whole == [len(FRAME) - 2]
    (piece,) = cut(FRAME[:-2])
    assert piece.notes == ("no-crlf",)


def test_a_frame_without_crlf_before_the_next_is_taken_and_noted():
    first, second = cut(FRAME[:-2] + OTHER)
    assert (first.raw, first.notes) == (FRAME[:-2], ("no-crlf",))
    assert second.raw == OTHER


def test_a_megabyte_without_start_signs_is_handed_on_in_bounded_pieces():
    buffer = FrameBuffer()
    sizes = []
    for _ in range(256):
        sizes += [len(piece.raw) for piece in buffer.feed(b"\xff\x00ab" * 1024)]
        assert len(buffer) <= 2 * JUNK_MAX
    assert sum(sizes) + len(buffer) == 1024 * 1024
    assert max(sizes) <= JUNK_MAX


def test_a_length_that_counts_characters_is_taken_and_noted():
    text = SEGMENT.decode().replace("1.0&&", "1.0;Info=污水处理站&&")
    body = text.encode()
    frame = b"##%04d" % len(text) + encode.frame_bytes(body)[6:]
    (piece,) = cut(frame)
    assert (piece.segment, piece.notes) == (body, ("length-in-characters",))


def test_long_segments_and_lower_case_checksums_are_noted():
    long = encode.frame_bytes(SEGMENT[:-2] + b";x=" + b"1" * 1000 + b"&&")
    low = FRAME[:-6] + FRAME[-6:].lower()
    assert cut(long)[0].notes == ("segment-over-1024",)
    assert FRAME[-6:] == low[-6:] or cut(low)[0].notes == ("crc-in-lower-case",)


@given(st.lists(st.binary(max_size=60) | st.sampled_from([FRAME, OTHER, b"##", b"##0099"])))
def test_no_byte_is_lost_and_none_is_invented(parts):
    pieces = cut(*parts)
    together = b"".join(piece.raw for piece in pieces)
    strip = bytes.maketrans(b"", b"")
    blank = b" \t\n\r\x0b\x0c"
    whole = b"".join(parts)
    assert together.translate(strip, blank) == whole.translate(strip, blank)


@given(st.lists(st.integers(1, 40), max_size=30))
def test_where_the_network_cuts_changes_nothing(steps):
    whole, parts, at = FRAME + OTHER + FRAME, [], 0
    for step in steps:
        parts.append(whole[at : at + step])
        at += step
    assert frames(*parts, whole[at:]) == [FRAME, OTHER, FRAME]
