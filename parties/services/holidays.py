"""The State Council's calendar, which every legal term counts by."""

import datetime
from collections.abc import Iterable

from chinese_calendar.constants import holidays as days_off
from chinese_calendar.constants import workdays as make_up_days
from django.db import transaction
from django.utils.translation import gettext_noop

from parties.models import Holiday, Membership
from parties.models.calendar import HolidayKind
from parties.rules import is_weekend

from .records import record, strike

# The notice is published every autumn for the next year, always under this title.
NOTICE = "国务院办公厅关于{year}年部分节假日安排的通知"
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}


@transaction.atomic
def load_holidays(*, by: Membership, first_year: int) -> int:
    """Enter the published calendars from a year on; what officers corrected stays. The number
    of days that were new."""
    known = set(Holiday.objects.values_list("date", flat=True))
    new = [row for row in published(first_year) if row.date not in known]
    for row in new:
        record(row, by=by, reason=gettext_noop("calendar loaded"))
    return len(new)


def published(first_year: int) -> Iterable[Holiday]:
    """The days of the notices that differ from the week: weekdays off, weekend days worked."""
    for kind, days in ((HolidayKind.DAY_OFF, days_off), (HolidayKind.MAKE_UP, make_up_days)):
        for date, name in sorted(days.items()):
            if date.year >= first_year and is_weekend(date) == (kind == HolidayKind.MAKE_UP):
                yield Holiday(
                    date=date,
                    kind=kind,
                    name=NAMES.get(name, name),
                    legal_basis=NOTICE.format(year=date.year),
                )


@transaction.atomic
def set_holiday(
    *,
    by: Membership,
    date: datetime.date,
    name: str,
    legal_basis: str,
    reason: str,
) -> Holiday:
    """Enter or correct one day: a weekday becomes a day off, a weekend day a working day."""
    holiday = Holiday.objects.select_for_update().filter(date=date).first() or Holiday(date=date)
    holiday.kind = HolidayKind.MAKE_UP if is_weekend(date) else HolidayKind.DAY_OFF
    holiday.name, holiday.legal_basis = name, legal_basis
    return record(holiday, by=by, reason=reason)


@transaction.atomic
def remove_holiday(*, by: Membership, holiday: Holiday, reason: str) -> None:
    """Make the day an ordinary one again; the history keeps what stood there."""
    strike(holiday, by=by, reason=reason)
