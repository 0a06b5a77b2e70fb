"""An enterprise's quota as it stands: bars with days left, and the trend of the last days."""

import calendar
import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _

from cardswipe.forecast import forecast
from cardswipe.models import DailyTotal, WarningStep
from cardswipe.queries.plans import month_plan
from cardswipe.rules import StepBase
from ledger.models import QuotaPeriod
from ledger.queries import Position
from parties.models import Enterprise
from shell.charts import Chart, Limit, Series
from shell.quota import QuotaBar
from shell.units import plain

DAYS_SHOWN = 30
USUAL_STEPS = (80, 90, 100)


@dataclass(frozen=True)
class Day:
    """What was discharged of a pollutant on a day, and how much of it is estimated."""

    quantity: int
    estimated: int


def daily_use(
    enterprise: Enterprise, today: datetime.date, days: int = DAYS_SHOWN
) -> dict[str, list[Day | None]]:
    """The last days' discharge per pollutant, oldest first; None where nothing was reported."""
    first = today - datetime.timedelta(days=days - 1)
    rows = (
        DailyTotal.objects.filter(enterprise=enterprise, day__range=(first, today))
        .values_list("pollutant_id", "day")
        .annotate(total=Sum("quantity"), guessed=Sum("estimated"))
    )
    found: dict[str, list[Day | None]] = {}
    for code, day, total, guessed in rows:
        line = found.setdefault(code, [None] * days)
        line[(day - first).days] = Day(total, guessed)
    return found


def warning_marks(region_code: str, day: datetime.date) -> tuple[int, int, int]:
    """The quota's steps in force as the bar shows them: yellow, red, used up."""
    rows = WarningStep.objects.nearest(region_code, day)
    own = sorted(row.percent for row in rows if row.base == StepBase.QUOTA and row.percent < 100)
    return (own[0], own[-1], 100) if own else USUAL_STEPS


def quota_bars(
    enterprise: Enterprise, period: QuotaPeriod, held: Sequence[Position], today: datetime.date
) -> list[QuotaBar]:
    """A bar for each position of the enterprise in the period."""
    use = daily_use(enterprise, today)
    steps = warning_marks(enterprise.region_id, today)
    return [
        _bar(position, use.get(position.pollutant.code, []), period, today, steps)
        for position in held
    ]


def _bar(
    position: Position,
    use: Sequence[Day | None],
    period: QuotaPeriod,
    today: datetime.date,
    steps: tuple[int, int, int],
) -> QuotaBar:
    # No session on a day is no discharge for the forecast, but a gap in the picture.
    outlook = forecast(position.left, [day.quantity if day else 0 for day in use])
    return QuotaBar.of(
        position,
        days=outlook.days,
        days_min=outlook.days_min,
        days_max=outlook.days_max,
        today=today,
        period_end=period.end_date,
        daily=[day.quantity if day else None for day in use],
        steps=steps,
    )


def trend_chart(
    enterprise: Enterprise, period: QuotaPeriod, position: Position, today: datetime.date
) -> Chart:
    """Daily discharge of one pollutant over the last days, with the month plan's daily share."""
    days = daily_use(enterprise, today).get(position.pollutant.code, [None] * DAYS_SHOWN)
    first = today - datetime.timedelta(days=DAYS_SHOWN - 1)
    unit = "m3" if position.pollutant.unit == "L" else "t"
    return Chart(
        key="trend",
        title=_("Daily discharge of %(pollutant)s") % {"pollutant": position.pollutant},
        unit="m³" if unit == "m3" else "t",
        axis=_("Day"),
        labels=[(first + datetime.timedelta(days=n)).isoformat()[5:] for n in range(DAYS_SHOWN)],
        series=[
            Series(
                name=str(position.pollutant),
                values=[plain(day.quantity, unit=unit) if day else None for day in days],
                kind="bar",
                estimates=frozenset(n for n, day in enumerate(days) if day and day.estimated),
            )
        ],
        limits=[_plan_line(month_plan(enterprise, period, position, today), today, unit)]
        if position.granted > 0
        else [],
    )


def _plan_line(plan: int, today: datetime.date, unit: str) -> Limit:
    """The plan of the month as an even daily share."""
    days = calendar.monthrange(today.year, today.month)[1]
    return Limit(_("month plan per day"), plain(plan // days, unit=unit), tone="yellow")
