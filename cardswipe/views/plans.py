"""The monthly plan against use."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe.models import Reallocation, WarningStep
from cardswipe.plans import MonthLine, first_of
from cardswipe.queries.plans import Plan, plans_of
from cardswipe.rules import StepBase
from parties.access import ActorRequest, allow
from parties.models import Enterprise
from parties.rules import Act
from shell.charts import Chart, Series
from shell.tables import Column, Status, Table, table_page
from shell.units import plain

from .asked import asked_period, asked_plan, own_periods, reach_enterprise
from .reallocations import reallocation_table


@allow(Act.SEE_CARDS)
def month_plan(request: ActorRequest, enterprise_id: int) -> HttpResponse:
    """The plan of one pollutant, month by month, with what was discharged and moved."""
    enterprise = reach_enterprise(request, enterprise_id)
    today = timezone.localdate(timezone.now())
    period = asked_period(request, enterprise, today)
    plans = plans_of(enterprise, period) if period else []
    plan = asked_plan(request, plans)
    context: dict[str, Any] = {
        "enterprise": enterprise,
        "period": period,
        "periods": own_periods(enterprise),
        "plans": plans,
        "plan": plan,
    }
    if plan is None:
        return render(request, "cardswipe/month_plan.html", context)
    warn_at = lowest_step(enterprise, today)
    context |= {
        "present": plan.month(first_of(today)),
        "chart": plan_chart(plan, today),
        "warn_at": warn_at,
        "may_ask": request.actor.may(Act.LOAD_CARD) and plan.period.end_date >= today,
        "reallocations": reallocation_table(
            request,
            Reallocation.objects.for_actor(request.actor).filter(
                enterprise=enterprise, period=period, pollutant=plan.pollutant
            ),
            _("Reallocations of this plan"),
            name="moves",
        ),
    }
    table = plan_table(request, plan, today, warn_at)
    return table_page(request, "cardswipe/month_plan.html", table, context)


def lowest_step(enterprise: Enterprise, today: datetime.date) -> int | None:
    """At how many percent of the month's plan the region warns first; None: it does not."""
    rows = WarningStep.objects.nearest(enterprise.region_id, today)
    return min((row.percent for row in rows if row.base == StepBase.MONTH), default=None)


def plan_table(
    request: HttpRequest, plan: Plan, today: datetime.date, warn_at: int | None
) -> Table:
    """The months with even share, moved, plan, use and what is left."""
    kind = "m3" if plan.pollutant.unit == "L" else "t"

    def standing(line: MonthLine) -> Status:
        if line.percent >= 100:
            return Status("red", _("plan used up") if line.left >= 0 else _("over the plan"))
        if warn_at and line.percent >= warn_at:
            return Status("yellow", f"{line.percent} %")
        if line.month > today:
            return Status("waiting", _("not begun"))
        if line.month == first_of(today):
            return Status("active", f"{line.percent} %")
        return Status("normal", _("within the plan"))

    return Table(
        plan.lines,
        [
            Column("month", _("Month"), value=lambda line: f"{line.month:%Y-%m}"),
            Column("even", _("Even share"), kind=kind),
            Column("moved", _("Moved"), kind=kind),
            Column("planned", _("Plan"), kind=kind),
            Column("used", _("Discharged"), kind=kind),
            Column("left", _("Left"), kind=kind),
            Column("standing", _("State"), kind="status", value=standing),
        ],
        request=request,
        caption=_("Monthly plan"),
        sums={
            name: sum(getattr(line, name) for line in plan.lines)
            for name in ("even", "moved", "planned", "used")
        },
        row_tone=lambda line: "now" if line.month == first_of(today) else "",
        empty="",
    )


def plan_chart(plan: Plan, today: datetime.date) -> Chart:
    """Plan and use side by side; a month that has not begun has no use."""
    unit = "m3" if plan.pollutant.unit == "L" else "t"
    used = [plain(line.used, unit=unit) if line.month <= today else None for line in plan.lines]
    return Chart(
        key="plan",
        title=_("Plan and discharge of %(pollutant)s") % {"pollutant": plan.pollutant},
        unit="m³" if unit == "m3" else "t",
        axis=_("Month"),
        labels=[f"{line.month:%Y-%m}" for line in plan.lines],
        series=[
            Series(_("Discharged"), used, kind="bar"),
            Series(_("Plan"), [plain(line.planned, unit=unit) for line in plan.lines], kind="step"),
        ],
    )
