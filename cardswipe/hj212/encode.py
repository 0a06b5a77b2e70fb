"""Writes frames: our answers to devices, and what devices send (for the simulator)."""

import datetime

from cardswipe.hj212 import crc
from cardswipe.hj212.frame import Frame

FLAG_OF_VERSION = {2005: 0, 2017: 4, 2025: 8}
REPLY_ST = "91"
REQUEST_READY, REQUEST_REFUSED = 1, 2  # QnRtn
DONE, FAILED = 1, 2  # ExeRtn


def frame_bytes(segment: bytes, crc_profile: str = "hj") -> bytes:
    """The whole frame around a data segment; with the profile "off" the standard's CRC."""
    if len(segment) > 9999:
        raise ValueError("a segment of more than 9999 bytes has no length field")
    compute = crc.KINDS.get(crc_profile, crc.hj)
    return b"##%04d%b%04X\r\n" % (len(segment), segment, compute(segment))


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
