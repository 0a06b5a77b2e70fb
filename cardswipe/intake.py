"""What a frame means for the platform, pure: its verdict, its reading, its event.

A refusal is a RuleBroken with a verdict code (C1xx, sentences in verdicts.py). Time comes
in as `now`; figures stay strings until they become whole milligrams and litres.
"""

import dataclasses
import datetime
import ipaddress
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from cardswipe.hj212 import crc, encode, fields
from cardswipe.hj212.fields import FactorTable
from cardswipe.hj212.frame import REPLIES, Frame
from cardswipe.hj212.tables import NOTICES, UPLOADS
from cardswipe.substitution import is_within
from shell.rules import RuleBroken

TAKEN, REPEATED, OTHER_CONTENT, HELD, PART = "C100", "C121", "C122", "C130", "C132"
OTHER_SOURCE = "C133"
# Data is stored, so the device may forget it; anything else gets no 9014.
ANSWERED = frozenset({TAKEN, REPEATED, HELD, PART, OTHER_SOURCE})
HOUR = datetime.timedelta(hours=1)
SHUT_PER = 5  # an opening of at most 5 of 100 points counts as closed

are_figures = re.compile(f"{fields.FIGURE}(?:,{fields.FIGURE})*").fullmatch
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Meaning(StrEnum):
    """What a command number asks of the platform."""

    READING = "READING"
    SWIPE_OPEN = "SWIPE_OPEN"
    SWIPE_EVENT = "SWIPE_EVENT"
    VALVE_STATE = "VALVE_STATE"
    OFFLINE_BATCH = "OFFLINE_BATCH"
    REPLY = "REPLY"
    NOTICE = "NOTICE"
    KEPT = "KEPT"  # stored raw and acknowledged; nothing further is made of it yet


# What carries data or asks for water to run; replies carry our own QN, and a device whose clock
# is wrong must still be able to ask for the time (1013).
SENT_NOW = frozenset(
    {Meaning.READING, Meaning.SWIPE_OPEN, Meaning.SWIPE_EVENT, Meaning.OFFLINE_BATCH}
)
# The suffix under which each data upload carries its main figure (HJ 212-2017 6.6).
MAIN_SUFFIX = {"2011": "Rtd", "2031": "Avg", "2051": "Avg", "2061": "Avg"}
# The columns of a reading: main figure, least, greatest, amount, main figure converted.
COLUMNS = {cn: (main, "Min", "Max", "Cou", f"Zs{main}") for cn, main in MAIN_SUFFIX.items()}
ALL_MEANINGS: Mapping[str, Meaning] = {
    **dict.fromkeys(frozenset().union(*UPLOADS.values()), Meaning.KEPT),
    **dict.fromkeys(frozenset().union(*NOTICES.values()), Meaning.NOTICE),
    **dict.fromkeys(MAIN_SUFFIX, Meaning.READING),
    **dict.fromkeys(REPLIES, Meaning.REPLY),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Device:
    """A registered controller as the gateway must know it."""

    id: int
    mn: str
    password: str
    version: int
    crc: str
    networks: tuple[Network, ...]
    valid_from: datetime.date
    valid_to: datetime.date | None
    state: str
    event_source: str
    load_source: str
    checks_password: bool
    clock_ahead: datetime.timedelta
    backfill: datetime.timedelta
    commands: Mapping[str, Meaning]
    swipe_answer_cn: str
    valve_order_cn: str
    marks: Mapping[str, str]  # data mark → ACCEPT | ESTIMATE | HOLD
    pollutants: Mapping[str, str]  # factor code → pollutant code, in the device's version
    enterprise_id: int
    outlet_id: int
    region_id: str
    is_water: bool
    zone: datetime.tzinfo
    key: bytes | None = None  # SM4, for devices of 2025 that have one
    next_password: str = ""  # asked for and perhaps already in use at the device
    next_key: bytes | None = None  # likewise
    voucher_cn: str = ""  # empty: the make has no message for vouchers
    idle_s: int = 900
    bytes_per_s: int = 65_536
    # Days on which our own integral of the minutes is debited, not what the hour reports.
    own_days: tuple[tuple[datetime.date, datetime.date | None], ...] = ()
    clock_shift: datetime.timedelta | None = None  # beyond it the clock is said to be off

    def debits_own(self, moment: datetime.datetime) -> bool:
        """Whether our own integral is debited on the moment's day, not what the hour reports."""
        return is_within(self.own_days, moment.astimezone(self.zone).date())


class Reading(NamedTuple):
    """One row of readings; the arrays are PostgreSQL literals, the figures in them as sent."""

    cn: int
    data_time: datetime.datetime
    pno: int
    factor_ids: str
    values: str | None
    minima: str | None
    maxima: str | None
    amounts: str | None
    converted: str | None
    marks: str


class Discharge(NamedTuple):
    """A discharge event as the frame tells it: whole milligrams, water in whole litres."""

    kind: str
    started_at: datetime.datetime
    ended_at: datetime.datetime
    sequence: int
    card_no: str
    volume_l: int | None
    loads: tuple[tuple[str, int], ...]
    is_estimate: bool
    marks: str


class Swipe(NamedTuple):
    """A card held to the reader: may a session open?"""

    card_no: str
    sequence: int
    at: datetime.datetime


def check_sender(
    device: Device, frame: Frame, peer: str, *, segment: bytes, sent: int | None
) -> None:
    """Refuse (C102, C111 to C114, C126) a frame that is not surely of this device."""
    if not crc.holds(segment, sent, device.crc):
        raise RuleBroken("C102", fits=crc.which(segment, sent), profile=device.crc)
    if device.networks and not is_inside(peer, device.networks):
        raise RuleBroken("C112")
    if device.checks_password and not has_password(device, frame):
        raise RuleBroken("C113")
    if frame.version != device.version:
        raise RuleBroken("C114", sent=frame.version, registered=device.version)
    if not frame.qn and device.version != 2005:
        raise RuleBroken("C126", qn="")
    if frame.qn and not is_time(frame.qn[:14]):
        raise RuleBroken("C126", qn=frame.qn)


def has_password(device: Device, frame: Frame) -> bool:
    """Whether PW is the device's, or the one that it is just being given."""
    return frame.pw == device.password or (bool(frame.pw) and frame.pw == device.next_password)


def check_service(device: Device, today: datetime.date) -> None:
    """Refuse (C111) a controller that is not in use on the day."""
    ends = device.valid_to or today
    if device.state != "IN_USE" or not device.valid_from <= today <= ends:
        raise RuleBroken("C111", state=device.state)


def is_inside(peer: str, networks: tuple[Network, ...]) -> bool:
    """Whether the peer's address lies in one of the networks."""
    address = ipaddress.ip_address(peer)
    return any(address in network for network in networks)


def is_time(digits: str) -> bool:
    """Whether fourteen digits are a moment that exists."""
    try:
        fields.moment(digits, datetime.UTC)
    except RuleBroken:
        return False
    return True


def meaning_of(device: Device, cn: str) -> Meaning:
    """What the command asks, the device's own numbers first; C120 if it is unknown."""
    meaning = device.commands.get(cn) or ALL_MEANINGS.get(cn)
    if meaning is None:
        raise RuleBroken("C120", cn=cn)
    return meaning


def data_moment(
    device: Device, text: str, *, now: datetime.datetime, is_resent: bool = False
) -> datetime.datetime:
    """A time of the data, refused when it is none (C123), ahead (C124) or too old (C125)."""
    moment = fields.moment(text, device.zone)
    if moment > now + device.clock_ahead:
        raise RuleBroken("C124", time=text)
    if moment < now - device.backfill:
        raise RuleBroken("C125", time=text, days=device.backfill.days)
    return moment


def sending_span(device: Device, now: datetime.datetime) -> tuple[str, str]:
    """The first and the last QN that a device may send now: as old as its oldest data, and no
    further ahead than its clock may be."""
    begin, end = now - device.backfill, now + device.clock_ahead
    return encode.qn_of(begin.astimezone(device.zone)), encode.qn_of(end.astimezone(device.zone))


def check_sending(qn: str, span: tuple[str, str]) -> None:
    """Refuse a QN, digits of a moment, that is ahead (C124) or too old (C125); 2005 has none."""
    if qn > span[1]:
        raise RuleBroken("C124", qn=qn)
    if qn and qn < span[0]:
        raise RuleBroken("C125", qn=qn)


def reading_of(
    device: Device, frame: Frame, table: FactorTable, *, now: datetime.datetime, notes: list[str]
) -> Reading:
    """The reading in a data upload; unknown factors and bad figures are noted and left out."""
    moment = data_moment(device, frame.cp.get("DataTime", ""), now=now)
    codes = tuple(frame.items)
    ids, unknown = table.find_all(frame.version, codes)
    notes += [f"unknown-factor {code[:12]}" for code in unknown]
    if unknown:
        codes = tuple(code for code in codes if code not in unknown)
    items = [frame.items[code] for code in codes]
    sent = set().union(*items)
    values, minima, maxima, amounts, converted = [
        column(codes, items, suffix, notes) if suffix in sent else None
        for suffix in COLUMNS[frame.cn]
    ]
    marks = [mark if len(mark := one.get("Flag", "-")) == 1 else "?" for one in items]
    return Reading(
        int(frame.cn), moment, frame.pno, ids, values, minima, maxima, amounts, converted,
        "".join(marks),
    )  # fmt: skip


def column(
    codes: Sequence[str], items: Sequence[Mapping[str, str]], suffix: str, notes: list[str]
) -> str | None:
    """One figure of each factor as PostgreSQL's literal; one look finds most of them good."""
    figures = [one.get(suffix, "") for one in items]
    text = ",".join(figures)
    if are_figures(text) is None:
        pairs = zip(figures, codes, strict=True)
        good = [figure_or_nothing(figure, code, notes) for figure, code in pairs]
        if not any(good):
            return None
        text = ",".join(figure or "NULL" for figure in good)
    return f"{{{text}}}"


def figure_or_nothing(text: str, code: str, notes: list[str]) -> str:
    """The figure as sent, or "" with a note when it is none."""
    if not text or fields.is_figure(text):
        return text
    notes.append(f"no-figure {code[:12]}")
    return ""


def hour_of(
    device: Device, frame: Frame, table: FactorTable, *, now: datetime.datetime, notes: list[str]
) -> Discharge:
    """The hour event of a continuous outlet; DataTime is the begin of the hour (2017, 6.6)."""
    moment = data_moment(device, frame.cp.get("DataTime", ""), now=now)
    begin = moment.replace(minute=0, second=0)
    if begin != moment:
        notes.append("hour-not-aligned")
    if begin + HOUR > now + device.clock_ahead:
        raise RuleBroken("C124", time=frame.cp["DataTime"])
    return _discharge(device, frame, table, ("HOUR", begin, begin + HOUR, 0, ""))


def session_of(
    device: Device, frame: Frame, table: FactorTable, *, now: datetime.datetime
) -> Discharge:
    """The closed card session in a frame of the card-session profile; it comes in one frame.

    Refused (C133) from a controller that debits by hours: the same discharge would count twice.
    """
    if device.event_source != "SESSION":
        raise RuleBroken(OTHER_SOURCE)
    if frame.pnum > 1:
        raise RuleBroken("C132")
    begin = data_moment(device, frame.cp.get("BeginTime", ""), now=now)
    end = data_moment(device, frame.cp.get("EndTime", ""), now=now)
    if end < begin:
        raise RuleBroken("C123", time=frame.cp["EndTime"])
    number = swipe_number(frame)
    return _discharge(
        device, frame, table, ("SESSION", begin, end, number, frame.cp.get("CardNo", ""))
    )


def swipe_of(device: Device, frame: Frame, *, now: datetime.datetime) -> Swipe:
    """The swipe that asks to open a session."""
    at = data_moment(device, frame.cp.get("DataTime", ""), now=now)
    return Swipe(frame.cp.get("CardNo", "")[:32], swipe_number(frame), at)


def swipe_number(frame: Frame) -> int:
    """SwipeNo: the controller's own running number of sessions."""
    text = frame.cp.get("SwipeNo", "")
    if not (0 < len(text) <= 12 and text.isascii() and text.isdigit()):
        raise RuleBroken("C105", field="SwipeNo")
    return int(text)


def opening_of(frame: Frame) -> int:
    """Per: the valve's opening in points of a hundred."""
    text = frame.cp.get("Per", "")
    if not (0 < len(text) <= 3 and text.isascii() and text.isdigit() and int(text) <= 100):
        raise RuleBroken("C105", field="Per")
    return int(text)


def _discharge(
    device: Device,
    frame: Frame,
    table: FactorTable,
    key: tuple[str, datetime.datetime, datetime.datetime, int, str],
) -> Discharge:
    volume = volume_of(frame, table)
    loads, marks = [], []
    for code, pollutant in device.pollutants.items():
        attributes = frame.items.get(code)
        factor = table.find(frame.version, code)
        if attributes is None or factor is None:
            continue
        loads.append((pollutant, load_of(device, attributes, factor, volume)))
        if (mark := attributes.get("Flag", "N")) != "N":
            marks.append((pollutant, mark))
    if not loads:
        raise RuleBroken("C129")
    treatments = {device.marks.get(mark, "HOLD") for _, mark in marks}
    text = " ".join(f"{pollutant}:{mark}" for pollutant, mark in marks)[:40]
    if "HOLD" in treatments:
        raise RuleBroken("C130", marks=text)
    return Discharge(*key, volume, tuple(loads), "ESTIMATE" in treatments, text)


def volume_of(frame: Frame, table: FactorTable) -> int | None:
    """The volume that the flow's -Cou gives, in whole litres; None when it is not sent."""
    for code in fields.FLOW_CODES[frame.version]:
        factor = table.find(frame.version, code)
        amount = frame.items.get(code, {}).get("Cou")
        if factor is not None and amount is not None:
            return fields.volume_l(amount, factor.amount_unit)
    return None


def load_of(
    device: Device, attributes: Mapping[str, str], factor: fields.FactorInfo, volume: int | None
) -> int:
    """One pollutant's load from the source that the device's profile names, never from both."""
    if factor.amount_unit in fields.L_PER and "Cou" in attributes:
        return fields.volume_l(attributes["Cou"], factor.amount_unit)
    if device.load_source == "COU" and "Cou" in attributes:
        return fields.amount_mg(attributes["Cou"], factor.amount_unit)
    if device.load_source == "MEAN" and "Avg" in attributes and volume is not None:
        return fields.mass_mg(attributes["Avg"], factor.concentration_unit, volume)
    raise RuleBroken("C129", factor=factor.code)
