"""The rules of card-swipe discharge, pure: states, reports, warning steps, forecasts.

Quantities are whole numbers of the ledger's unit: milligrams, water in litres.
"""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from enum import IntEnum, StrEnum
from typing import Any

from shell.rules import RuleBroken


class CardState(StrEnum):
    ISSUED = "ISSUED"
    ACTIVE = "ACTIVE"
    LOST = "LOST"
    REPLACED = "REPLACED"
    CANCELLED = "CANCELLED"


class CardAct(StrEnum):
    """What can be done with a card."""

    BIND = "BIND"
    UNBIND = "UNBIND"
    LOAD = "LOAD"
    UNLOAD = "UNLOAD"
    LOSE = "LOSE"
    FIND = "FIND"
    REPLACE = "REPLACE"
    CANCEL = "CANCEL"


# In which states each act is possible.
CARD_ACTS: Mapping[CardAct, frozenset[CardState]] = {
    CardAct.BIND: frozenset({CardState.ISSUED, CardState.ACTIVE}),
    CardAct.UNBIND: frozenset({CardState.ISSUED, CardState.ACTIVE, CardState.LOST}),
    CardAct.LOAD: frozenset({CardState.ISSUED, CardState.ACTIVE}),
    CardAct.UNLOAD: frozenset({CardState.ISSUED, CardState.ACTIVE, CardState.LOST}),
    CardAct.LOSE: frozenset({CardState.ISSUED, CardState.ACTIVE}),
    CardAct.FIND: frozenset({CardState.LOST}),
    CardAct.REPLACE: frozenset({CardState.ISSUED, CardState.ACTIVE, CardState.LOST}),
    CardAct.CANCEL: frozenset({CardState.ISSUED, CardState.ACTIVE, CardState.LOST}),
}


def may(act: CardAct, state: str) -> bool:
    """Whether the act is possible in the card's state."""
    return state in CARD_ACTS[act]


def check_card(act: CardAct, state: str, card_no: str) -> None:
    """Refuse (C201 lost, C202 any other) an act that the card's state does not allow."""
    if may(act, state):
        return
    raise RuleBroken("C201" if state == CardState.LOST else "C202", card=card_no, state=state)


class LoadMode(StrEnum):
    YEARLY = "YEARLY"  # 按年度充值: into one quota period
    PERIOD = "PERIOD"  # 按周期充值: the same quantity into each period left of the permit


class VoucherKind(StrEnum):
    LOAD = "LOAD"
    UNLOAD = "UNLOAD"
    MOVE_IN = "MOVE_IN"
    MOVE_OUT = "MOVE_OUT"


class EventKind(StrEnum):
    SESSION = "SESSION"  # a card was swiped, the valve opened and closed
    HOUR = "HOUR"  # an hour of a continuous outlet (HJ 212-2017, CN 2061)


class EventState(StrEnum):
    BOOKED = "BOOKED"
    NOT_DEBITED = "NOT_DEBITED"
    WAITING = "WAITING"
    DISMISSED = "DISMISSED"


class AlarmKind(StrEnum):
    STEP = "STEP"
    OVERRUN = "OVERRUN"
    NO_CARD = "NO_CARD"
    CARD_UNKNOWN = "CARD_UNKNOWN"
    CARD_FOREIGN = "CARD_FOREIGN"
    CARD_BLOCKED = "CARD_BLOCKED"
    NO_PERMIT = "NO_PERMIT"
    NO_PERIOD = "NO_PERIOD"
    LATE = "LATE"
    CONFLICT = "CONFLICT"
    BAD_REPORT = "BAD_REPORT"
    SECOND_LINK = "SECOND_LINK"
    BAD_ACCESS = "BAD_ACCESS"
    CLOCK_AHEAD = "CLOCK_AHEAD"
    HELD = "HELD"
    MONTH = "MONTH"
    OFFLINE = "OFFLINE"
    LOAD_DIFFERS = "LOAD_DIFFERS"
    FROZEN = "FROZEN"
    IMPLAUSIBLE = "IMPLAUSIBLE"
    DATA_GAP = "DATA_GAP"
    CLOCK_SHIFT = "CLOCK_SHIFT"
    TOTALISER = "TOTALISER"
    MISSING = "MISSING"
    ESTIMATED = "ESTIMATED"
    TRUE_FIGURES = "TRUE_FIGURES"
    GAS_STATE = "GAS_STATE"
    FEW_MINUTES = "FEW_MINUTES"


class AlarmLevel(StrEnum):
    YELLOW = "YELLOW"
    ORANGE = "ORANGE"
    RED = "RED"


class AlarmState(StrEnum):
    OPEN = "OPEN"
    HANDLED = "HANDLED"


# Each kind has one level; warning steps bring their own.
LEVEL_KINDS: Mapping[AlarmLevel, str] = {
    AlarmLevel.RED: "OVERRUN NO_CARD CARD_UNKNOWN CARD_BLOCKED NO_PERMIT LOAD_DIFFERS TOTALISER",
    AlarmLevel.ORANGE: (
        "CARD_FOREIGN NO_PERIOD LATE CONFLICT BAD_REPORT SECOND_LINK BAD_ACCESS HELD OFFLINE "
        "IMPLAUSIBLE MISSING TRUE_FIGURES GAS_STATE FEW_MINUTES"
    ),
    AlarmLevel.YELLOW: "CLOCK_AHEAD MONTH FROZEN DATA_GAP CLOCK_SHIFT ESTIMATED",
}
ALARM_LEVELS: Mapping[AlarmKind, AlarmLevel] = {
    AlarmKind(kind): level for level, kinds in LEVEL_KINDS.items() for kind in kinds.split()
}


# --- reports and verdicts -----------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class EventReport:
    """A discharge event as a controller reported it; `card_no` is empty for an hour.

    `loads` holds (pollutant code, whole milligrams; WATER in litres), `volume_l` whole litres.
    """

    controller_id: int
    kind: str
    started_at: datetime.datetime
    ended_at: datetime.datetime
    sequence: int
    card_no: str = ""
    volume_l: int | None = None
    loads: tuple[tuple[str, int], ...] = ()
    frame_id: int | None = None
    is_estimate: bool = False
    marks: str = ""

    @property
    def key(self) -> tuple[int, str, datetime.datetime, int]:
        """What makes two reports the same event, for ever."""
        return (self.controller_id, str(self.kind), self.started_at, self.sequence)

    def body(self) -> dict[str, Any]:
        """What was reported beyond the key, as plain values; the frame is not part of it."""
        return {
            "card_no": self.card_no,
            "ended_at": self.ended_at.astimezone(datetime.UTC).isoformat(),
            "is_estimate": self.is_estimate,
            "loads": sorted([code, amount] for code, amount in self.loads),
            "marks": self.marks,
            "volume_l": self.volume_l,
        }

    def body_hash(self) -> bytes:
        """SHA-256 of the body: the same key with another hash is a contradiction."""
        text = json.dumps(self.body(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).digest()


class Verdict(StrEnum):
    """What became of a report; the gateway keeps it with the raw frame."""

    BOOKED = "BOOKED"  # new, posted to the ledger
    NOT_DEBITED = "NOT_DEBITED"  # new, stored; the permit limits none of its pollutants
    WAITING = "WAITING"  # new, stored; posted once its quota period is opened
    KEPT = "KEPT"  # new, stored; booked from our integral once its minutes are in
    REPEATED = "REPEATED"  # the same key and body again: nothing done
    CONFLICT = "CONFLICT"  # a known key with another body: kept apart, nothing debited
    INVALID = "INVALID"  # impossible figures: alarm, nothing debited


@dataclasses.dataclass(frozen=True)
class EventVerdict:
    """The answer to one report: whether it was new, the event it names, and the verdict."""

    is_new: bool
    event_id: int | None
    verdict: Verdict
    fault: str = ""


LARGEST_LOAD = 10**15  # a million tonnes in one event is no measurement
LONGEST_EVENT = datetime.timedelta(days=32)
FUTURE_TOLERANCE = datetime.timedelta(hours=1)  # a controller's clock may be a little ahead
MAX_SEQUENCE = 2**63 - 1


def fault_of(report: EventReport, *, now: datetime.datetime) -> str:
    """The code of the first impossible figure, or "" for a report that can be true."""
    amounts = [amount for _code, amount in report.loads]
    codes = [code for code, _amount in report.loads]
    volume = report.volume_l or 0
    checks = (
        ("KIND", report.kind not in set(EventKind)),
        ("SEQUENCE", not 0 <= report.sequence <= MAX_SEQUENCE),
        ("END_BEFORE_BEGIN", report.ended_at < report.started_at),
        ("TOO_LONG", report.ended_at - report.started_at > LONGEST_EVENT),
        ("IN_THE_FUTURE", report.started_at > now + FUTURE_TOLERANCE),
        ("POLLUTANT_TWICE", len(set(codes)) != len(codes)),
        ("LOAD", any(not 0 <= amount <= LARGEST_LOAD for amount in amounts)),
        ("VOLUME", not 0 <= volume <= LARGEST_LOAD),
        ("CARD_NO", len(report.card_no) > 32),
    )
    return next((code for code, broken in checks if broken), "")


# --- which card an event debits -----------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class CardFacts:
    """What is known of a card when an event is booked."""

    id: int
    enterprise_id: int
    state: str
    lost_at: datetime.datetime | None = None
    closed_at: datetime.datetime | None = None

    def is_blocked(self, moment: datetime.datetime) -> bool:
        """Whether the card was lost, replaced or cancelled at the moment."""
        ends = (self.lost_at, self.closed_at)
        return any(end is not None and moment >= end for end in ends)


@dataclasses.dataclass(frozen=True)
class BindingFacts:
    """A controller's binding to a card, open-ended when `valid_to` is None."""

    card_id: int
    valid_from: datetime.datetime
    valid_to: datetime.datetime | None = None

    def holds(self, moment: datetime.datetime) -> bool:
        """Whether the binding is in force at the moment."""
        return self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)


def card_of(
    report: EventReport,
    *,
    enterprise_id: int,
    by_number: Mapping[str, CardFacts],
    by_id: Mapping[int, CardFacts],
    bindings: Sequence[BindingFacts],
) -> tuple[CardFacts | None, AlarmKind | None]:
    """The card that the event debits by the state of things at its begin, or why there is none.

    A reported card must be issued, bound to the controller at that moment and not blocked;
    a report without a number (an hour) debits the card that is bound.
    """
    moment = report.started_at
    bound = next((by_id[b.card_id] for b in bindings if b.holds(moment)), None)
    card = by_number.get(report.card_no) if report.card_no else bound
    if card is None:
        return None, AlarmKind.CARD_UNKNOWN if report.card_no else AlarmKind.NO_CARD
    if card.is_blocked(moment):
        return None, AlarmKind.CARD_BLOCKED
    if card.enterprise_id != enterprise_id or bound is None or bound.id != card.id:
        return None, AlarmKind.CARD_FOREIGN
    return card, None


# --- taking from lots -----------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class LoadLine:
    """What a person asks to load or unload: a pollutant's code and a quantity above zero."""

    pollutant: str
    quantity: int


# --- warning steps ------------------------------------------------------------------------


class StepBase(IntEnum):
    QUOTA = 1  # used share of the enterprise's quota of the period
    CARD = 2  # used share of what was loaded on the card
    MONTH = 3  # used share of the month's plan


@dataclasses.dataclass(frozen=True)
class Step:
    """A warning step as the rule needs it; all in whole percent."""

    percent: int
    hysteresis: int
    level: str
    closes_valve: bool = False


def has_reached(used: int, total: int, percent: int) -> bool:
    """Whether `used` is at least so many percent of `total`; any use of nothing is all of it."""
    return used > 0 and used * 100 >= total * percent


def step_after(used: int, total: int, current: int, steps: Sequence[Step]) -> int:
    """The percent of the step that holds now, 0 for none, given the one that held.

    A step is entered when the share reaches it, and left only when the share falls
    below it by its hysteresis, so that a value near the step does not warn every hour.
    """
    reached = max((s.percent for s in steps if has_reached(used, total, s.percent)), default=0)
    held = max(
        (
            s.percent
            for s in steps
            if s.percent <= current and has_reached(used, total, s.percent - s.hysteresis)
        ),
        default=0,
    )
    return max(reached, held)


def steps_passed(before: int, after: int, steps: Sequence[Step]) -> list[Step]:
    """The steps entered on the way up, lowest first; none on the way down."""
    return sorted((s for s in steps if before < s.percent <= after), key=lambda s: s.percent)


# --- valve orders -------------------------------------------------------------------------


class ValveAction(StrEnum):
    CLOSE = "CLOSE"
    OPEN = "OPEN"


class OrderCause(StrEnum):
    RULE = "RULE"
    PERSONS = "PERSONS"


class OrderState(StrEnum):
    ASKED = "ASKED"
    REFUSED = "REFUSED"
    REQUESTED = "REQUESTED"
    SENT = "SENT"
    ACCEPTED = "ACCEPTED"
    MOVED = "MOVED"
    FAILED = "FAILED"


OPEN_ORDER_STATES = (
    OrderState.ASKED,
    OrderState.REQUESTED,
    OrderState.SENT,
    OrderState.ACCEPTED,
)

# MOVED may follow SENT at once: the state frame can overtake the answer 9011.
ORDER_MOVES: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.ASKED: frozenset({OrderState.REQUESTED, OrderState.REFUSED}),
    OrderState.REQUESTED: frozenset({OrderState.SENT, OrderState.FAILED}),
    OrderState.SENT: frozenset({OrderState.ACCEPTED, OrderState.MOVED, OrderState.FAILED}),
    OrderState.ACCEPTED: frozenset({OrderState.MOVED, OrderState.FAILED}),
    OrderState.REFUSED: frozenset(),
    OrderState.MOVED: frozenset(),
    OrderState.FAILED: frozenset(),
}


def check_order_move(state: str, to: OrderState) -> None:
    """Refuse (C302) a step that a valve order's life does not know."""
    if to not in ORDER_MOVES[OrderState(state)]:
        raise RuleBroken("C302", state=state, to=to)
