"""The life of a command to a device, pure: states, moves, what an answer means."""

import datetime
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from cardswipe.hj212.requests import REQUESTS, Kind
from cardswipe.hj212.tables import NO_DATA
from shell.rules import RuleBroken


class CommandState(StrEnum):
    """Where a command stands."""

    ASKED = "ASKED"
    SENT = "SENT"
    ACCEPTED = "ACCEPTED"
    DONE = "DONE"
    REFUSED = "REFUSED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"


S = CommandState
ON_THE_WIRE = (S.SENT, S.ACCEPTED)
OPEN_STATES = (S.ASKED, *ON_THE_WIRE)
MOVES: Mapping[CommandState, frozenset[CommandState]] = {
    S.ASKED: frozenset({S.SENT, S.EXPIRED, S.WITHDRAWN}),
    # The data or 9012 may come although 9011 was lost.
    S.SENT: frozenset({S.ACCEPTED, S.DONE, S.REFUSED, S.FAILED, S.EXPIRED}),
    S.ACCEPTED: frozenset({S.DONE, S.FAILED, S.EXPIRED}),
}
# Only the engineer changes a device; officers may ask it for data and samples.
CHANGES = frozenset(
    {Kind.SET_TIME, Kind.SET_LINK, Kind.SET_REALTIME, Kind.SET_MINUTE, Kind.SET_PASSWORD,
     Kind.START_REALTIME, Kind.STOP_REALTIME, Kind.START_STATE, Kind.STOP_STATE, Kind.CALIBRATE,
     Kind.CLEAN, Kind.SET_SAMPLING, Kind.SET_PARAMETER, Kind.SET_KEY, Kind.START_CHECK}
)  # fmt: skip
# What a command gives a device that nobody may read afterwards, by the name of its field.
SECRETS: Mapping[Kind, str] = {Kind.SET_PASSWORD: "password", Kind.SET_KEY: "key"}
HISTORIES = frozenset({Kind.MINUTE_HISTORY, Kind.HOUR_HISTORY, Kind.DAY_HISTORY, Kind.RUN_HISTORY})


class Patience(NamedTuple):
    """How long to wait, from the device profile."""

    answer: datetime.timedelta
    resends: int
    result: datetime.timedelta
    connection: datetime.timedelta


def check_move(state: str, to: CommandState) -> None:
    """Refuse (C163) a step that a command's life does not know."""
    if to not in MOVES.get(CommandState(state), frozenset()):
        raise RuleBroken("C163", state=state, to=str(to))


def meant_by(kind: Kind, cn: str, cp: Mapping[str, str]) -> tuple[CommandState, str]:
    """What a reply (9011, 9012 or 9013) makes of a command, and its words.

    Raises RuleBroken C131 for a reply that does not belong to such a command.
    """
    is_notice = REQUESTS[kind].is_notice
    if is_notice and cn == "9013":
        return S.DONE, ""
    if cn == "9011" and not is_notice:
        result = cp.get("QnRtn", "")
        return (S.ACCEPTED, "") if result == "1" else (S.REFUSED, f"QnRtn={result[:4]}")
    if cn == "9012" and not is_notice:
        result = cp.get("ExeRtn", "")
        if result == "1":
            return S.DONE, ""
        return S.FAILED, "no data" if result == NO_DATA else f"ExeRtn={result[:4]}"
    raise RuleBroken("C131", qn="")


def missing_parts(parts: Mapping[str, tuple[int, set[int]]]) -> list[str]:
    """Which moments lack parts: moment → (PNUM, PNOs that came); PNUM 0 is an unsplit frame."""
    return sorted(moment for moment, (count, got) in parts.items() if len(got) < count)
