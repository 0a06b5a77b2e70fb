"""What every part of the demo shares: the moment, the agenda, the cast and the places."""

import dataclasses
import datetime
import random
from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cardswipe.models import Card, Controller
from parties.models import Bureau, Enterprise, Holiday, Membership, Region
from parties.models.calendar import HolidayKind
from permits.models import Outlet, Permit, Site

from .agenda import Agenda
from .plants import Plant, plants

if TYPE_CHECKING:
    from .loads import Course

BEIJING = ZoneInfo("Asia/Shanghai")
DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Scale:
    """How large the city is: which enterprises of the table, how many days of discharge.

    Compressed, the days hold the discharge of the whole year so far, so that even a short
    history comes near the limits and over them.
    """

    places: frozenset[int]
    days: int
    is_compressed: bool = False


SCALES = {
    "full": Scale(frozenset(range(1, 41)), 365),
    # One of each kind that matters, for tests: near, over, renewed, waiting, ended, new.
    "small": Scale(frozenset({1, 2, 3, 4, 8, 10, 17, 35}), 45, is_compressed=True),
}


@dataclasses.dataclass
class Stage:
    """The city while it is built."""

    seed: str
    scale: Scale
    now: datetime.datetime
    tell: Callable[[str], None]
    agenda: Agenda = dataclasses.field(init=False)
    regions: dict[str, Region] = dataclasses.field(default_factory=dict)
    bureaus: dict[str, Bureau] = dataclasses.field(default_factory=dict)
    people: dict[str, Membership] = dataclasses.field(default_factory=dict)
    agents: dict[int, Membership] = dataclasses.field(default_factory=dict)
    enterprises: dict[int, Enterprise] = dataclasses.field(default_factory=dict)
    sites: dict[int, Site] = dataclasses.field(default_factory=dict)
    outlets: dict[tuple[int, str], Outlet] = dataclasses.field(default_factory=dict)
    permits: dict[int, Permit] = dataclasses.field(default_factory=dict)
    ends: dict[int, datetime.date] = dataclasses.field(default_factory=dict)
    controllers: dict[tuple[int, str], Controller] = dataclasses.field(default_factory=dict)
    cards: dict[int, Card] = dataclasses.field(default_factory=dict)
    courses: dict[int, "Course"] = dataclasses.field(default_factory=dict)
    shut: set[int] = dataclasses.field(default_factory=set)
    days_off: dict[datetime.date, str] = dataclasses.field(default_factory=dict)
    make_up_days: set[datetime.date] = dataclasses.field(default_factory=set)

    def __post_init__(self) -> None:
        self.agenda = Agenda(at(self.begin_day))
        self.plants = [plant for plant in plants() if plant.place in self.scale.places]

    @property
    def today(self) -> datetime.date:
        """The last day of the city's history."""
        return self.now.astimezone(BEIJING).date()

    @property
    def begin_day(self) -> datetime.date:
        """The day on which the bureau's books were opened."""
        return datetime.date(self.today.year - 6, 1, 4)

    @property
    def first_day(self) -> datetime.date:
        """The day on which card-swipe discharge was introduced."""
        return self.today - self.scale.days * DAY

    def dice(self, *about: object) -> random.Random:
        """A source of figures for one subject: what one part draws never moves another's."""
        return random.Random("/".join(map(str, (self.seed, *about))))  # noqa: S311 -- no secret

    def read_calendar(self) -> None:
        """Remember the holidays, by which both offices and factories go."""
        for holiday in Holiday.objects.all():
            if holiday.kind == HolidayKind.DAY_OFF:
                self.days_off[holiday.date] = holiday.name
            else:
                self.make_up_days.add(holiday.date)

    def is_workday(self, day: datetime.date) -> bool:
        """Whether offices are open."""
        return day in self.make_up_days or (day.weekday() < 5 and day not in self.days_off)

    def workdays_from(self, day: datetime.date, count: int) -> datetime.date:
        """The working day so many after (or, below zero, before) the day."""
        step = DAY if count >= 0 else -DAY
        left = abs(count)
        while left or not self.is_workday(day):
            day += step
            left -= bool(left) and self.is_workday(day)
        return day

    def workdays_ago(self, count: int) -> datetime.date:
        """So many working days before today."""
        return self.workdays_from(self.today, -count)


def at(day: datetime.date, hour: int = 9, minute: int = 0) -> datetime.datetime:
    """A moment of the day in Beijing time."""
    return datetime.datetime.combine(day, datetime.time(hour, minute), tzinfo=BEIJING)


__all__ = ["BEIJING", "DAY", "SCALES", "Plant", "Scale", "Stage", "at"]
