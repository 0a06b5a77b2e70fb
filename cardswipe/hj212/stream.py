"""Cuts frames out of a stream of bytes, by length and never by separators.

HJ 212-2017 6.3: `##`, four digits that count the bytes of the data segment, the segment,
four hex digits, CR LF. Under SM4 the segment holds any byte, so `##`, `&&` and CR LF inside
it mean nothing. When a length leads nowhere the search goes on two bytes later: a false
length never swallows the good frames behind it.
"""

from typing import NamedTuple

START = b"##"
TAIL = b"\r\n"
HEAD_BYTES = 6  # ## and the four digits
FOOT_BYTES = 6  # four hex digits and CR LF
SEGMENT_STANDARD = 1024
SEGMENT_MAX = 9999
JUNK_MAX = 4096

_HEX = frozenset(b"0123456789abcdefABCDEF")


class Piece(NamedTuple):
    """A frame cut out of the stream, or bytes between frames that are none (`segment` None)."""

    raw: bytes
    segment: bytes | None = None
    crc: int | None = None
    notes: tuple[str, ...] = ()


class FrameBuffer:
    """The bytes of one connection that are not yet a frame; never more than one frame's worth."""

    __slots__ = ("_buffer", "_needed", "_segment_max")

    def __init__(self, segment_max: int = SEGMENT_MAX) -> None:
        self._buffer = bytearray()
        self._needed = 0
        self._segment_max = segment_max

    def __len__(self) -> int:
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Piece]:
        """Add what arrived; return the frames it completes and the junk before them."""
        self._buffer += data
        if len(self._buffer) < self._needed:
            return []
        return self._cut(is_final=False)

    def flush(self) -> list[Piece]:
        """Give up waiting (time is out, or the peer is gone): everything left becomes pieces."""
        return self._cut(is_final=True)

    def _cut(self, *, is_final: bool) -> list[Piece]:
        buffer, pieces = self._buffer, []
        taken = at = 0
        self._needed = 0
        while (start := buffer.find(START, at)) >= 0:
            piece, needed = self._frame_at(start, is_final=is_final)
            if needed > len(buffer):
                self._needed = needed - start
                break
            if piece is None:
                at = start + 1
                continue
            pieces += junk(buffer[taken:start])
            pieces.append(piece)
            taken = at = start + len(piece.raw)
        keep = start if start >= 0 else len(buffer) - buffer.endswith(b"#")
        if is_final:
            keep = len(buffer)
        if is_final or keep - taken > JUNK_MAX or not buffer[taken:keep].strip():
            pieces += junk(buffer[taken:keep])
            taken = keep
        del buffer[:taken]
        self._needed += max(0, keep - taken) if self._needed else 0
        return pieces

    def _frame_at(self, start: int, *, is_final: bool) -> tuple[Piece | None, int]:
        """The frame that begins here; or None and the bytes the buffer must hold to tell."""
        digits = self._buffer[start + 2 : start + HEAD_BYTES]
        if len(digits) == 4 and digits.isdigit() and int(digits) <= self._segment_max:
            return self._frame_of(start, int(digits), is_final=is_final)
        could_become_one = len(digits) < 4 and not is_final and (digits + b"0").isdigit()
        return None, start + HEAD_BYTES if could_become_one else 0

    def _frame_of(self, start: int, length: int, *, is_final: bool) -> tuple[Piece | None, int]:
        buffer = self._buffer
        end = start + HEAD_BYTES + length
        if len(buffer) < end + FOOT_BYTES:
            return (self._without_tail(start, end), 0) if is_final else (None, end + FOOT_BYTES)
        if buffer[end + 4 : end + 6] == TAIL:
            return self._piece(start, end, end + FOOT_BYTES), 0
        if buffer[end + 4 : end + 6] == START:
            return self._piece(start, end, end + 4, "no-crlf"), 0
        return self._counted_in_characters(start, length, is_final=is_final)

    def _without_tail(self, start: int, end: int) -> Piece | None:
        """The last frame of a connection may lack its CR LF, but nothing else."""
        if len(self._buffer) != end + 4:
            return None
        return self._piece(start, end, end + 4, "no-crlf")

    def _counted_in_characters(
        self, start: int, length: int, *, is_final: bool
    ) -> tuple[Piece | None, int]:
        """The frame of a device that counts Chinese characters instead of bytes (met, C)."""
        begin = start + HEAD_BYTES
        text = bytes(self._buffer[begin : begin + 4 * length])
        if text[:length].isascii():
            return None, 0
        end = begin + len(text.decode("utf-8", "ignore")[:length].encode())
        if len(self._buffer) < end + FOOT_BYTES:
            return None, 0 if is_final else end + FOOT_BYTES
        if self._buffer[end + 4 : end + 6] != TAIL:
            return None, 0
        return self._piece(start, end, end + FOOT_BYTES, "length-in-characters"), 0

    def _piece(self, start: int, end: int, stop: int, *notes: str) -> Piece:
        raw = bytes(self._buffer[start:stop])
        segment = raw[HEAD_BYTES : end - start]
        sent = raw[end - start : end - start + 4]
        if len(segment) > SEGMENT_STANDARD:
            notes = (*notes, "segment-over-1024")
        if not _HEX.issuperset(sent):
            return Piece(raw, segment, None, notes)
        if sent.upper() != sent:
            notes = (*notes, "crc-in-lower-case")
        return Piece(raw, segment, int(sent, 16), notes)


def junk(data: bytearray) -> list[Piece]:
    """Bytes that are no frame, in pieces of bounded size; blank lines between frames are none."""
    if not data.strip():
        return []
    return [Piece(bytes(data[at : at + JUNK_MAX])) for at in range(0, len(data), JUNK_MAX)]
