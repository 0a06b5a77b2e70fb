"""What each plant discharges on each day: its yearly right spread over its season."""

import dataclasses
import datetime
from collections.abc import Mapping

from . import seasons
from .stage import DAY, Plant, Stage

# What of each pollutant's right is used when COD (or SO2) is at the plant's pace.
PERCENT_OF_PACE = {"COD": 100, "NH3N": 86, "WATER": 94, "SO2": 92, "NOX": 97}
# In the first quarter of a year a share of the whole year would be an absurd daily load.
LEAST_ELAPSED_PERCENT = 25
# After the end of its permit this plant (place in the table) went on for some days.
WENT_ON = {8: 3}
LAST_YEARS_PERCENT = 96  # the pace of last year's end, against this year's


@dataclasses.dataclass(frozen=True)
class Course:
    """A plant's days: how busy each was, and the divisor and share that make loads of it."""

    weights: Mapping[datetime.date, int]
    totals: Mapping[int, int]
    permille: Mapping[int, int]

    def load(self, quantity_per_year: int, percent_of_pace: int, day: datetime.date) -> int:
        """What is discharged on the day of a right of so much per year."""
        year, weight = day.year, self.weights.get(day, 0)
        if not weight:
            return 0
        share = quantity_per_year * self.permille[year] * percent_of_pace // 100_000
        return share * weight // self.totals[year]


def course_of(stage: Stage, plant: Plant) -> Course:
    """The plant's course from the introduction of cards to today or its end."""
    dice = stage.dice("days", plant.place)
    weights = {}
    day = stage.first_day
    while day <= stage.today:
        weights[day] = seasons.weight(plant.trade, day, stage.days_off, dice)
        day += DAY
    totals = {
        year: sum(weight for day, weight in weights.items() if day.year == year)
        for year in {day.year for day in weights}
    }
    permille = {year: permille_of_year(stage, plant, year) for year in totals}
    last = stage.ends.get(plant.place)
    last = last and last + WENT_ON.get(plant.place, 0) * DAY
    kept = {day: w for day, w in weights.items() if last is None or day < last}
    return Course(kept, totals, permille)


def permille_of_year(stage: Stage, plant: Plant, year: int) -> int:
    """The used share of the year's right by its last day here, in thousandths: the pace for
    this year, and last year's end as busy as that pace makes an ordinary day."""
    first = max(stage.first_day, datetime.date(year, 1, 1))
    last = min(stage.today, datetime.date(year, 12, 31))
    days = (last - first).days + 1
    elapsed = max((stage.today - datetime.date(stage.today.year, 1, 1)).days + 1, 1)
    if year == stage.today.year and stage.scale.is_compressed:
        return plant.pace * 10
    if year == stage.today.year and elapsed * 100 >= 365 * LEAST_ELAPSED_PERCENT:
        return plant.pace * 10 * days // elapsed
    yearly = plant.pace * 365 // max(elapsed, 365 * LEAST_ELAPSED_PERCENT // 100)
    return min(yearly, 100) * LAST_YEARS_PERCENT * days // 3650


def plan_loads(stage: Stage) -> None:
    """Work every plant's course out, once, before anything is scheduled by it."""
    stage.courses = {p.place: course_of(stage, p) for p in stage.plants if not p.is_new}


def loads_on(
    stage: Stage, plant: Plant, day: datetime.date
) -> dict[str, tuple[tuple[str, int], ...]]:
    """Per outlet code what leaves it on the day; nothing on a day without operation."""
    course = stage.courses[plant.place]
    found = {}
    for outlet in plant.outlets:
        loads = tuple(
            (code, course.load(quantity, PERCENT_OF_PACE[code], day))
            for code, _concentration, quantity in outlet.limits
        )
        if all(load > 0 for _code, load in loads):
            found[outlet.code] = loads
    return found


def needed(
    stage: Stage, plant: Plant, first: datetime.date, until: datetime.date
) -> dict[str, int]:
    """What the plant will discharge from `first` to the day before `until`, per pollutant."""
    total: dict[str, int] = {}
    day = first
    while day < until and day <= stage.today:
        for loads in loads_on(stage, plant, day).values():
            for code, load in loads:
                total[code] = total.get(code, 0) + load
        day += DAY
    return total
