"""Readings for people: a window of one controller's figures, by factor, gaps left open.

Figures stay as they were sent (Decimal, in the factor's unit); a mark other than N is kept with
its figure. A window is read by the primary key (controller, command, time), so its cost does not
grow with history.
"""

import dataclasses
import datetime
import itertools
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils import timezone

from cardswipe.models import Controller, Factor, PollutantFactor, Reading

MOST_SLOTS = 1600  # of one chart
NORMAL = frozenset("N-")  # normal, or no mark sent


class Scale(StrEnum):
    """How fine the figures are; each is an upload command of HJ 212."""

    REAL = "real"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


@dataclasses.dataclass(frozen=True)
class Measure:
    """A scale's command, how much of it one page shows, and its rhythm where that is fixed."""

    cn: int
    span: datetime.timedelta
    step: datetime.timedelta | None = None


MEASURES: Mapping[Scale, Measure] = {
    Scale.REAL: Measure(2011, datetime.timedelta(hours=3)),
    Scale.MINUTE: Measure(2051, datetime.timedelta(days=1)),
    Scale.HOUR: Measure(2061, datetime.timedelta(days=7), datetime.timedelta(hours=1)),
    Scale.DAY: Measure(2031, datetime.timedelta(days=62), datetime.timedelta(days=1)),
}


@dataclasses.dataclass(frozen=True)
class Point:
    """One factor's figures at one time, as sent."""

    at: datetime.datetime
    value: Decimal | None
    minimum: Decimal | None
    maximum: Decimal | None
    amount: Decimal | None
    converted: Decimal | None
    mark: str

    @property
    def is_normal(self) -> bool:
        """Whether the device vouches for it: mark N, or none sent."""
        return self.mark in NORMAL


@dataclasses.dataclass(frozen=True)
class Line:
    """A factor's points in the window, oldest first, and the pollutant it measures, if any."""

    factor: Factor
    pollutant: str
    points: list[Point]


@dataclasses.dataclass(frozen=True)
class Window:
    """From `start` (included) to `end` (excluded) of one controller's readings at one scale."""

    controller: Controller
    scale: Scale
    start: datetime.datetime
    end: datetime.datetime

    @property
    def measure(self) -> Measure:
        return MEASURES[self.scale]

    def rows(self) -> Any:
        """The readings themselves, oldest first."""
        return Reading.objects.filter(
            controller=self.controller,
            cn=self.measure.cn,
            data_time__gte=self.start,
            data_time__lt=self.end,
        ).order_by("data_time", "pno")


def window_until(
    controller: Controller, scale: Scale, until: datetime.datetime | None, now: datetime.datetime
) -> Window:
    """The window that ends at `until`, by default with the newest reading."""
    measure = MEASURES[scale]
    end = until or newest(controller, measure.cn) or now
    whole = (measure.step or datetime.timedelta(minutes=1)).total_seconds()
    local = timezone.localtime(end)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    steps = int((local - midnight).total_seconds() // whole) + (0 if until else 1)
    rounded = midnight + datetime.timedelta(seconds=steps * whole)
    return Window(controller, scale, rounded - measure.span, rounded)


def newest(controller: Controller, cn: int) -> datetime.datetime | None:
    """The time of the newest reading of this command."""
    found = Reading.objects.filter(controller=controller, cn=cn).order_by("-data_time")
    return found.values_list("data_time", flat=True).first()


def points_of(reading: Reading) -> Iterator[tuple[int, Point]]:
    """Factor id and figures, for each factor of the frame."""

    def figure(column: list[Decimal | None] | None, place: int) -> Decimal | None:
        return column[place] if column else None

    for place, factor_id in enumerate(reading.factor_ids):
        yield (
            factor_id,
            Point(
                at=reading.data_time,
                value=figure(reading.values, place),
                minimum=figure(reading.minima, place),
                maximum=figure(reading.maxima, place),
                amount=figure(reading.amounts, place),
                converted=figure(reading.converted, place),
                mark=reading.marks[place],
            ),
        )


def lines_of(window: Window) -> list[Line]:
    """The window's figures by factor: pollutants first, then flow, then the others."""
    found: dict[int, list[Point]] = {}
    for reading in window.rows():
        for factor_id, point in points_of(reading):
            found.setdefault(factor_id, []).append(point)
    factors = Factor.objects.in_bulk(found)
    measured = {
        (standard, code): pollutant
        for standard, code, pollutant in PollutantFactor.objects.values_list(
            "standard", "code", "pollutant_id"
        )
    }
    lines = [
        Line(factors[pk], measured.get((factors[pk].standard, factors[pk].code), ""), points)
        for pk, points in found.items()
    ]
    return sorted(lines, key=rank)


def rank(line: Line) -> tuple[bool, bool, str]:
    """Pollutants that are counted by mass, then water and its flow, then what else is measured."""
    return (not line.pollutant, line.pollutant == "WATER", line.factor.code)


def slots(window: Window, lines: Sequence[Line]) -> list[datetime.datetime]:
    """The moments of the chart's axis: every one that has a figure, and those that lack one."""
    times = sorted({point.at for line in lines for point in line.points})
    step = window.measure.step or rhythm(times)
    if not times or not step:
        return times
    first = window.start if window.measure.step else times[0]
    last = min(window.end, timezone.now()) if window.measure.step else times[-1]
    wanted = min(int((last - first) / step) + 1, MOST_SLOTS)
    regular = {first + place * step for place in range(wanted)}
    return sorted({moment for moment in regular if moment < window.end} | set(times))


def rhythm(times: Sequence[datetime.datetime]) -> datetime.timedelta | None:
    """The usual distance of two readings: the middle of all distances."""
    gaps = sorted(later - earlier for earlier, later in itertools.pairwise(times))
    return gaps[len(gaps) // 2] if gaps else None
