"""What became of a certified right, pure: the one table from its lot's state to its standing."""

import dataclasses
import datetime
import re
from enum import StrEnum


class VoidCause(StrEnum):
    """Why a certificate of a right is void."""

    SPLIT = "SPLIT"  # a part went into a lot of the same holder
    TRANSFERRED = "TRANSFERRED"  # a part, or all of it, went to somebody else
    MERGED = "MERGED"
    ENDED = "ENDED"  # taken back, bought back or lapsed before its term
    RETIRED = "RETIRED"  # what exceeds the replacement ratio
    RENEWED = "RENEWED"  # the holder's own data changed, and a new one was issued


class RightsVerdict(StrEnum):
    """What the public verification answers about a certificate of a right."""

    VALID = "VALID"  # genuine, and the right stands as it says
    BURDENED = "BURDENED"  # genuine and valid, but leased, pledged, frozen or renamed since
    VOID = "VOID"  # genuine, but void: what replaced it is named
    OVER = "OVER"  # genuine, and the right's term is over
    MISMATCH = "MISMATCH"  # no certificate of this number says that
    UNKNOWN = "UNKNOWN"  # no certificate has that number


CERTIFICATE_STEPS: dict[str, frozenset[str]] = {"VALID": frozenset({"VOID"})}
NUMBER = re.compile(r"^[0-9]{6}-[0-9]{4}-PZ-[0-9]{5,7}$")


def is_rights_no(text: str) -> bool:
    """Whether the text has the form of a certificate number: 339901-2026-PZ-00001."""
    return NUMBER.match(text) is not None


@dataclasses.dataclass(frozen=True)
class Right:
    """A lot as far as its certificate goes; quantities per year in the smallest unit."""

    gives: int
    leased: int
    has_ended: bool
    is_merged: bool
    went_to_others: bool  # a part cut off since went to another holder
    was_split: bool  # a part cut off since stayed with the holder
    valid_to: datetime.date


def void_cause(certified: int, right: Right) -> VoidCause | None:
    """Why a certificate of so much per year no longer holds; None while it does.

    What is leased out is still the holder's, so a lease alone makes nothing void.
    """
    if right.is_merged:
        return VoidCause.MERGED
    if right.has_ended:
        return VoidCause.ENDED
    if right.gives + right.leased >= certified:
        return None
    if right.went_to_others:
        return VoidCause.TRANSFERRED
    return VoidCause.SPLIT if right.was_split else VoidCause.RETIRED
