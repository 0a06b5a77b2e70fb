"""`manage.py conform hj212`: how this codec reads a frame, without a database."""

import re
from typing import Any

from cardswipe.hj212 import crc, sm4
from cardswipe.hj212.frame import CP_CLOSE, CP_OPEN, Frame, read_segment
from cardswipe.hj212.stream import FrameBuffer, Piece
from shell.rules import RuleBroken

_command_in = re.compile(rb"(?:^|[;,])CN=([0-9]{4})[;,]").search


def text_of(asked: dict[str, Any], name: str) -> str:
    """A field that must be a text."""
    text = asked[name]
    if not isinstance(text, str):
        raise TypeError(f"the field '{name}' is not a text")
    return text


def frame_bytes(asked: dict[str, Any]) -> bytes:
    """The bytes to read, from `frame` (text, sent as UTF-8) or `hex`."""
    if "hex" in asked:
        return bytes.fromhex(text_of(asked, "hex"))
    return text_of(asked, "frame").encode()


def only_piece(data: bytes) -> Piece:
    """The one frame in the bytes; anything before or after it is refused."""
    buffer = FrameBuffer()
    pieces = buffer.feed(data) + buffer.flush()
    if len(pieces) != 1 or pieces[0].segment is None:
        raise RuleBroken("C101")
    return pieces[0]


def key_bytes(text: str) -> bytes:
    """The sixteen bytes of a key, given as 32 hex digits or as sixteen characters."""
    key = text.encode() if len(text) == sm4.BLOCK else bytes.fromhex(text)
    if len(key) != sm4.BLOCK:
        raise ValueError("the field 'sm4_key' is not sixteen bytes")
    return key


def clear_segment(segment: bytes, key: bytes | None) -> bytes:
    """The segment with CP decrypted, if a key is given and the command travels encrypted."""
    head, opened, rest = segment.partition(CP_OPEN)
    command = _command_in(head)
    if key is None or command is None or not rest.endswith(CP_CLOSE):
        return segment
    if command.group(1).decode() not in sm4.ENCRYPTED_COMMANDS:
        return segment
    return head + opened + sm4.decrypt(rest[:-2], key) + CP_CLOSE


def read_piece(piece: Piece, key: bytes | None) -> tuple[bytes, Frame]:
    """The clear segment and its frame; what was sent in clear in spite of a key is noted."""
    sent = piece.segment or b""
    segment = clear_segment(sent, key)
    try:
        return segment, read_segment(segment, piece.notes)
    except RuleBroken:
        if segment == sent or crc.which(sent, piece.crc) == "bad":
            raise
        return sent, read_segment(sent, (*piece.notes, "not-encrypted"))


def check_frame(asked: dict[str, Any]) -> dict[str, Any]:
    """The frame's fields, and whether its checksum is that of the profile asked for."""
    profile = text_of(asked, "crc") if "crc" in asked else "hj"
    if profile not in crc.PROFILES:
        raise ValueError(f"the field 'crc' is none of {', '.join(crc.PROFILES)}")
    key = key_bytes(text_of(asked, "sm4_key")) if asked.get("sm4_key") else None
    try:
        piece = only_piece(frame_bytes(asked))
        segment, frame = read_piece(piece, key)
    except RuleBroken as error:
        return {"ok": False, "error": error.code, **error.params}
    return {
        "ok": crc.holds(segment, piece.crc, profile),
        "crc": crc.which(segment, piece.crc),
        **described(frame),
    }


def described(frame: Frame) -> dict[str, Any]:
    """The frame as the answer's fields."""
    return {
        "version": frame.version,
        "qn": frame.qn,
        "st": frame.st,
        "cn": frame.cn,
        "pw": frame.pw,
        "mn": frame.mn,
        "flag": frame.flag,
        "pnum": frame.pnum or None,
        "pno": frame.pno or None,
        "rf": int(frame.is_resent),
        "cp": frame.cp,
        "items": frame.items,
        "notes": list(frame.notes),
    }


CHECKS = {"hj212": check_frame}
