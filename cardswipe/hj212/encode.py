"""Writes frames: our answers to devices, and what devices send (for the simulator)."""

import datetime
from collections.abc import Sequence

from cardswipe.hj212 import crc, sm4
from cardswipe.hj212.frame import CP_CLOSE, CP_OPEN, Frame

FLAG_OF_VERSION = {2005: 0, 2017: 4, 2025: 8}
REPLY_ST = "91"
REQUEST_READY, REQUEST_REFUSED = 1, 2  # QnRtn
DONE, FAILED = 1, 2  # ExeRtn
CP_MAX = 950  # what stands between CP=&& and && (2017; 960 in 2005)


def frame_bytes(segment: bytes, crc_profile: str = "hj", key: bytes | None = None) -> bytes:
    """The whole frame around a data segment; with the profile "off" the standard's CRC.

    With a key the data area travels under SM4; the checksum is that of the clear segment.
    """
    if len(segment) > 9999:
        raise ValueError("a segment of more than 9999 bytes has no length field")
    compute = crc.KINDS.get(crc_profile, crc.hj)
    sent = encrypted(segment, key) if key else segment
    return b"##%04d%b%04X\r\n" % (len(sent), sent, compute(segment))


def encrypted(segment: bytes, key: bytes) -> bytes:
    """The segment with its data area under SM4, its length unchanged (HJ 212-2025 6.4)."""
    head, opened, rest = segment.partition(CP_OPEN)
    return head + opened + sm4.encrypt(rest[:-2], key) + CP_CLOSE


def qn_of(moment: datetime.datetime) -> str:
    """QN: the moment to the millisecond, in the zone the moment carries."""
    return f"{moment:%Y%m%d%H%M%S}{moment.microsecond // 1000:03d}"


def upload(
    *,
    version: int,
    qn: str,
    st: str,
    cn: str,
    pw: str,
    mn: str,
    cp: str,
    wants_answer: bool = True,
    packet: tuple[int, int] | None = None,
    is_resent: bool = False,
) -> bytes:
    """The data segment of a message; `packet` is (PNUM, PNO) of a split one."""
    flag = FLAG_OF_VERSION[version] | (2 if packet else 0) | (1 if wants_answer else 0)
    parts = f"PNUM={packet[0]};PNO={packet[1]};" if packet else ""
    resent = "RF=1;" if is_resent and version == 2025 else ""
    return (
        f"QN={qn};ST={st};CN={cn};PW={pw};MN={mn};Flag={flag};{parts}{resent}CP=&&{cp}&&"
    ).encode()


def parts_of(fields: Sequence[str], *, room: int = CP_MAX) -> list[str]:
    """Whole fields shared out over as many data areas as needed; each repeats the first field.

    HJ 212-2017 6.3.3: a split message repeats DataTime and never cuts an item.
    """
    first, parts = fields[0], [fields[0]]
    for field in fields[1:]:
        if len(parts[-1]) + 1 + len(field) > room:
            parts.append(first)
        parts[-1] = f"{parts[-1]};{field}"
    return parts


def reply(frame: Frame, *, cn: str, cp: str = "") -> bytes:
    """The data segment of an answer: ST=91, no answer wanted, the QN of what it answers.

    In 2005 the QN stands inside CP and 9013, 9014 also name the command they answer.
    """
    if frame.version == 2005:
        return _reply_2005(frame, cn=cn, cp=cp)
    flag = FLAG_OF_VERSION[frame.version]
    return (
        f"QN={frame.qn};ST={REPLY_ST};CN={cn};PW={frame.pw};MN={frame.mn};Flag={flag};CP=&&{cp}&&"
    ).encode()


def _reply_2005(frame: Frame, *, cn: str, cp: str) -> bytes:
    named = f"CN={frame.cn}" if cn in {"9013", "9014"} else ""
    packet = f"PNUM={frame.pnum};PNO={frame.pno}" if frame.pnum else ""
    fields = ";".join(field for field in (f"QN={frame.qn}", named, packet, cp) if field)
    return f"ST={REPLY_ST};CN={cn};PW={frame.pw};MN={frame.mn};Flag=0;CP=&&{fields}&&".encode()


def data_answer(frame: Frame) -> bytes:
    """9014: the upload is stored."""
    return reply(frame, cn="9014")


def notice_answer(frame: Frame) -> bytes:
    """9013: the notice is stored."""
    return reply(frame, cn="9013")


def request_answer(frame: Frame, *, result: int = REQUEST_READY) -> bytes:
    """9011: the request is taken (1), or why it is not."""
    return reply(frame, cn="9011", cp=f"QnRtn={result}")


def execution_answer(frame: Frame, *, result: int = DONE) -> bytes:
    """9012: how the request ended."""
    return reply(frame, cn="9012", cp=f"ExeRtn={result}")
