"""The monthly plan of a quota, pure: split evenly by days, moved by granted reallocations.

Zhejiang practice: Tongxiang (2009) and Pujiang (2011) split the yearly right evenly; what is
moved inside the year is moved on application (调剂). Quantities are whole milligrams, water
in litres.
"""

import calendar
import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from enum import StrEnum


class ReallocationKind(StrEnum):
    MONTHS = "MONTHS"  # from one month's plan to another's
    CARDS = "CARDS"  # from one card, and so its outlets, to another


class ReallocationState(StrEnum):
    ASKED = "ASKED"  # → GRANTED | REFUSED | BACK
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    TAKEN_BACK = "BACK"


def first_of(day: datetime.date) -> datetime.date:
    """The first day of the day's month, which is how a month is named."""
    return day.replace(day=1)


def last_of(month: datetime.date) -> datetime.date:
    """The last day of the month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def months_of(start: datetime.date, end: datetime.date) -> list[datetime.date]:
    """The months that a quota period touches, by their first days."""
    month, found = first_of(start), []
    while month <= end:
        found.append(month)
        month = last_of(month) + datetime.timedelta(days=1)
    return found


@dataclasses.dataclass(frozen=True)
class Term:
    """A right to so much per year, from one day to another (inclusive)."""

    per_year: int
    first: datetime.date
    last: datetime.date

    def weight(self, first: datetime.date, last: datetime.date) -> int:
        """The right times the days of a stretch on which it is in force."""
        days = (min(last, self.last) - max(first, self.first)).days + 1
        return self.per_year * max(days, 0)


def even_split(
    granted: int, start: datetime.date, end: datetime.date, terms: Sequence[Term] = ()
) -> dict[datetime.date, int]:
    """The quota's share of each month, by the days on which the rights behind it are in force.

    Together the shares are the whole quota, so a right that begins in November plans nothing
    for January. Without any term every day of the period counts alike.
    """
    months = months_of(start, end)
    bounds = {month: (max(month, start), min(last_of(month), end)) for month in months}
    weights = {m: sum(term.weight(*bounds[m]) for term in terms) for m in months}
    if not any(weights.values()):
        weights = {m: (last - first).days + 1 for m, (first, last) in bounds.items()}
    whole, passed, before, shares = sum(weights.values()), 0, 0, {}
    for month in months:
        passed += weights[month]
        until = max(granted, 0) * passed // whole
        shares[month] = until - before
        before = until
    return shares


@dataclasses.dataclass(frozen=True)
class MonthLine:
    """A month of the plan: its even share, what reallocations moved, what was discharged."""

    month: datetime.date
    even: int
    moved: int
    used: int

    @property
    def planned(self) -> int:
        """What may be discharged in the month; never below nothing."""
        return max(self.even + self.moved, 0)

    @property
    def left(self) -> int:
        """What of the plan is not used; negative when more was discharged."""
        return self.planned - self.used

    @property
    def percent(self) -> int:
        """The used share in whole percent, rounded down; any use of nothing is all of it."""
        if not self.planned:
            return 100 if self.used else 0
        return self.used * 100 // self.planned


def lines_of(
    shares: Mapping[datetime.date, int],
    moved: Mapping[datetime.date, int],
    used: Mapping[datetime.date, int],
) -> list[MonthLine]:
    """The plan of a quota, month by month."""
    return [MonthLine(m, share, moved.get(m, 0), used.get(m, 0)) for m, share in shares.items()]
