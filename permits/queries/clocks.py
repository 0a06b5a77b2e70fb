"""Reads about legal terms and the calendar they are counted in."""

import datetime
from collections.abc import Iterable

from parties.models import Holiday, Region
from parties.models.calendar import HolidayKind
from permits.models import ClockPause, LegalAct, LegalClock
from permits.refusals import TermMissing
from shell.workdays import due_date, is_workday, workdays_between

from .dated import in_force

Days = set[datetime.date]


def legal_clock(act: str, *, region: Region, day: datetime.date) -> LegalClock:
    """The term in force for the act on the day: the county's row, else the city's, the
    province's, the country's. P128 when there is none."""
    rows = LegalClock.objects.filter(act__code=act).select_related("act")
    found: LegalClock | None = in_force(rows, region=region, day=day).first()
    if found is None:
        raise TermMissing(act=act, day=day)
    return found


def act_word(code: str) -> str:
    """What the law sets the term for, in the reader's language; an unknown code as itself."""
    found = LegalAct.objects.filter(code=code).first()
    return str(found) if found else code


def calendar(start: datetime.date, end: datetime.date) -> tuple[Days, Days]:
    """Days off and make-up days between the two days, both included."""
    rows = list(Holiday.objects.filter(date__gte=start, date__lte=end).values_list("date", "kind"))
    return (
        {day for day, kind in rows if kind == HolidayKind.DAY_OFF},
        {day for day, kind in rows if kind == HolidayKind.MAKE_UP},
    )


def paused_days(pauses: Iterable[ClockPause]) -> Days:
    """The days on which the clock stood: from the day it was stopped to the day before it ran."""
    return {
        pause.from_date + datetime.timedelta(days=n)
        for pause in pauses
        if pause.to_date
        for n in range((pause.to_date - pause.from_date).days)
    }


def due_on(
    start: datetime.date, workdays: int, *, pauses: Iterable[ClockPause] = ()
) -> datetime.date:
    """The last day of the term; days on which the clock stood do not count."""
    stood = paused_days(pauses)
    # Twelve weeks of reserve cover the longest break of the State Council's calendar.
    horizon = start + datetime.timedelta(days=workdays * 2 + 84 + len(stood))
    holidays, make_up_days = calendar(start, horizon)
    return due_date(start, workdays, holidays=holidays | stood, make_up_days=make_up_days - stood)


class WorkdayCount:
    """Counts working days left for many rows with one read of the calendar."""

    def __init__(self, today: datetime.date, deadlines: Iterable[datetime.date | None]) -> None:
        known = [day for day in deadlines if day] or [today]
        self.today = today
        self.holidays, self.make_up_days = calendar(min(today, *known), max(today, *known))

    def left(self, deadline: datetime.date | None) -> int | None:
        """Working days from tomorrow up to the deadline; negative when it has passed."""
        if deadline is None:
            return None
        return workdays_between(
            self.today, deadline, holidays=self.holidays, make_up_days=self.make_up_days
        )


def renewal_day(valid_to: datetime.date, workdays: int) -> datetime.date:
    """The last day to ask for a renewal: so many working days before the term's end."""
    # Twelve weeks of reserve, as for deadlines that run forward.
    horizon = valid_to - datetime.timedelta(days=workdays * 2 + 84)
    holidays, make_up_days = calendar(horizon, valid_to)
    day = valid_to
    while workdays > 0:
        workdays -= is_workday(day, holidays=holidays, make_up_days=make_up_days)
        day -= datetime.timedelta(days=1)
    return day
