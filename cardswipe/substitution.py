"""Filling hours that no valid report covers, pure: which rule applies, and what it gives.

The rules themselves are dated rows (`SubstitutionRule`); the texts of HJ 356-2019 and HJ 75-2017
were not at hand, so the rows first loaded are switched off and say so. Whole milligrams, water in
litres; shares in thousandths.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

HOURS_OF_A_DAY = 24
ONE_HOUR = datetime.timedelta(hours=1)


class Cause(StrEnum):
    """Why an hour has no valid figure."""

    INVALID = "INVALID"  # no report at all, or maintenance, fault, broken link …
    OUT_OF_CONTROL = "OUT"  # calibration failed or overdue (mark C)


class Method(StrEnum):
    MAX_HOURS = "MAX_HOURS"  # the greatest of so many valid hours before
    MAX_DAYS = "MAX_DAYS"  # a 24th of the greatest of so many valid days before


@dataclass(frozen=True)
class Term:
    """One row of the rules: for gaps up to so many hours (0: of any length) and at least this
    capture of the quarter."""

    id: int
    cause: Cause
    longest_gap_h: int
    least_capture: int
    method: Method
    window: int
    wait_h: int
    is_on: bool


@dataclass(frozen=True)
class Gap:
    """Hours of a controller without a valid figure, one after the other."""

    begin: datetime.datetime
    hours: int

    def each(self) -> list[datetime.datetime]:
        """The begins of its hours."""
        return [self.begin + n * ONE_HOUR for n in range(self.hours)]


def is_within(
    spans: Iterable[tuple[datetime.date, datetime.date | None]], day: datetime.date
) -> bool:
    """Whether the day lies in one of the spans; one without a last day goes on."""
    return any(first <= day and (last is None or day <= last) for first, last in spans)


def cause_of(marks: str) -> Cause:
    """What an event's data marks ("COD:C NH3N:C") say; calibration alone is out of control."""
    letters = {part.rpartition(":")[2] for part in marks.split()}
    return Cause.OUT_OF_CONTROL if letters == {"C"} else Cause.INVALID


def gaps_of(hours: Iterable[datetime.datetime]) -> list[Gap]:
    """Hours joined to gaps, oldest first."""
    gaps: list[Gap] = []
    for begin in sorted(set(hours)):
        last = gaps[-1] if gaps else None
        if last is not None and begin == last.begin + last.hours * ONE_HOUR:
            gaps[-1] = Gap(last.begin, last.hours + 1)
        else:
            gaps.append(Gap(begin, 1))
    return gaps


def capture_rate(valid: int, due: int) -> int:
    """The share of the quarter's hours that are valid, in thousandths, rounded down: the rule of
    the better capture is never reached by rounding. Nothing due counts as complete."""
    return 1000 if due <= 0 else min(valid, due) * 1000 // due


def choose(terms: Iterable[Term], *, cause: Cause, gap_h: int, capture: int) -> Term | None:
    """The row for a gap: of those whose length suffices the shortest, of those the one with the
    highest capture that is reached; None where the rows say nothing."""
    fitting = [
        term
        for term in terms
        if term.cause == cause
        and (not term.longest_gap_h or gap_h <= term.longest_gap_h)
        and capture >= term.least_capture
    ]
    return min(
        fitting,
        key=lambda term: (not term.longest_gap_h, term.longest_gap_h, -term.least_capture),
        default=None,
    )


def value_of(method: Method, figures: Sequence[int]) -> int | None:
    """What one hour is filled with, from the valid hours' (or days') loads before the gap; a
    day's share is rounded half to even, once. None when there is nothing to take it from."""
    if not figures:
        return None
    greatest = max(figures)
    if method == Method.MAX_HOURS:
        return greatest
    whole, rest = divmod(greatest, HOURS_OF_A_DAY)
    half = HOURS_OF_A_DAY // 2
    return whole + (rest > half or (rest == half and whole % 2 == 1))


@dataclass(frozen=True)
class Part:
    """What an event moved from one account into a sink, net of what was corrected since."""

    account_id: int
    sink_id: int
    is_overrun: bool
    amount: int


def given_back(excess: int, parts: Iterable[Part]) -> list[tuple[Part, int]]:
    """By how much of each part too much debited goes back: what was owed as overrun first, then
    the cards' parts; never more of a part than it holds."""
    found: list[tuple[Part, int]] = []
    left = excess
    for part in sorted(parts, key=lambda one: (not one.is_overrun, one.account_id)):
        amount = min(left, part.amount)
        if amount > 0:
            found.append((part, amount))
            left -= amount
    if left:
        raise ValueError("more is to be given back than the event took")
    return found
