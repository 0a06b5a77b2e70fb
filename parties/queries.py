"""Reads about parties."""

import datetime

from parties.models import Holiday
from parties.models.calendar import HolidayKind
from shell.workdays import due_date


def add_workdays(start: datetime.date, days: int) -> datetime.date:
    """The day on which a term of so many working days that begins after `start` ends."""
    # Twelve weeks of reserve cover the longest break of the State Council's calendar.
    horizon = start + datetime.timedelta(days=days * 2 + 84)
    rows = Holiday.objects.filter(date__gt=start, date__lte=horizon).values_list("date", "kind")
    return due_date(
        start,
        days,
        holidays={day for day, kind in rows if kind == HolidayKind.DAY_OFF},
        make_up_days={day for day, kind in rows if kind == HolidayKind.MAKE_UP},
    )
