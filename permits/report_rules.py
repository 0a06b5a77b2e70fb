"""Execution reports: periods, who owes one, and what keeps it from being handed in. Pure.

Source: Regulation on Discharge Permits art. 22; HJ 944-2018 (contents, periods, exemptions).
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

DAY = datetime.timedelta(days=1)


class ReportKind(StrEnum):
    """How long the reported period is."""

    YEAR = "YEAR"
    QUARTER = "QUARTER"
    MONTH = "MONTH"


class ReportState(StrEnum):
    """Where a report stands; whether it is late follows from its deadline."""

    OPEN = "OPEN"  # waits for the enterprise
    SUBMITTED = "SUBMITTED"


MONTHS = {ReportKind.YEAR: 12, ReportKind.QUARTER: 3, ReportKind.MONTH: 1}


@dataclass(frozen=True)
class Period:
    """A calendar period, both days included."""

    start: datetime.date
    end: datetime.date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


def last_ended(kind: ReportKind, today: datetime.date) -> Period:
    """The last calendar year, quarter or month that ended before today."""
    months = MONTHS[kind]
    this = datetime.date(today.year, (today.month - 1) // months * months + 1, 1)
    end = this - DAY
    return Period(datetime.date(end.year, (end.month - 1) // months * months + 1, 1), end)


def held_days(period: Period, first: datetime.date, last: datetime.date) -> int:
    """On how many days of the period a permit that ran from `first` to `last` was held."""
    return max((min(period.end, last) - max(period.start, first)).days + 1, 0)


@dataclass(frozen=True)
class Figures:
    """One outlet and pollutant of a report, in whole milligrams or litres.

    `recorded` is what the devices booked in the period, `running_year` the same over the twelve
    months that end with it; `gap_days` are days of the period without any record. A mean
    concentration is known where water was measured beside the mass.
    """

    where: str
    recorded: int
    reported: int | None = None
    permitted: int | None = None
    running_year: int = 0
    estimated: int = 0
    gap_days: int = 0
    is_over_concentration: bool = False
    note: str = ""


@dataclass(frozen=True)
class Found:
    """A rule that does not hold, by its number, with what it names."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


def findings(lines: Iterable[Figures], *, is_committed: bool) -> list[Found]:
    """All that keeps a report from being handed in; nothing when it may go."""
    found = [one for line in lines for one in line_findings(line)]
    return found if is_committed else [*found, Found("P405")]


def line_findings(line: Figures) -> Iterator[Found]:
    """A figure must be there; what is unusual must be explained."""
    where = {"where": line.where}
    if line.reported is None:
        yield Found("P401", where)
    if line.note:
        return
    if line.reported is not None and line.reported != line.recorded:
        yield Found("P402", where)
    if line.permitted is not None and line.running_year > line.permitted:
        yield Found("P403", where)
    if line.gap_days:
        yield Found("P404", where | {"days": line.gap_days})
    if line.is_over_concentration:
        yield Found("P408", where)
