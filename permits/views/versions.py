"""The versions of a permit one by one, and the twelve months beside its quantities."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.access import ActorRequest, allow, door
from parties.rules import Act
from permits.differences import differences, facility, measured
from permits.models import PermitVersion
from permits.queries.running_year import RunningYear, running_years
from permits.tables import LIMIT_COLUMNS, limit_rows, shown_quantity
from shell.tables import Column, Status

from .permits import reach, small_table


@allow(Act.SEE_PERMITS)
def permit_version(request: ActorRequest, permit_id: int, version_id: int) -> HttpResponse:
    """One version: what it says differently from the one before, and what it permits."""
    shown = reach(request, permit_id)
    version: PermitVersion = door(shown.versions.select_related("application"), pk=version_id)
    before = shown.versions.filter(number__lt=version.number).order_by("-number").first()
    said = version.content
    context = {
        "permit": shown,
        "version": version,
        "before": before,
        "differences": differences(before.content, said) if before else [],
        "limits": small_table(
            request,
            limit_rows(version.limits.select_related("outlet", "pollutant")),
            LIMIT_COLUMNS,
            _("Permitted limits"),
            _("The version names no limit."),
        ),
        "plan": [measured(item) for item in said.get("monitoring", [])],
        "facilities": [facility(unit) for unit in said.get("facilities", [])],
        "duties": said.get("duties", []),
        "project": said.get("project"),
    }
    return render(request, "permits/version.html", context)


def tone(row: RunningYear) -> Status:
    """Within the limit, near it, or over."""
    if row.is_over:
        return Status("closed", _("over"))
    near = row.percent >= 90
    return Status("yellow" if near else "normal", f"{row.percent} %")


def shown(name: str) -> Any:
    return lambda row: shown_quantity(getattr(row, name), row.pollutant.unit)


@allow(Act.SEE_PERMITS)
def permit_running_year(request: ActorRequest, permit_id: int) -> HttpResponse:
    """What the unit discharged in any twelve months, beside what the permit allows."""
    permit = reach(request, permit_id)
    columns = [
        Column("pollutant", _("Pollutant")),
        Column("permitted", _("Permitted per year"), kind="amount", value=shown("permitted")),
        Column("now", _("Twelve months to today"), kind="amount", value=shown("now")),
        Column("worst", _("Worst twelve months"), kind="amount", value=shown("worst")),
        Column("worst_end", _("up to"), kind="date"),
        Column("state", _("State"), kind="status", value=tone),
    ]
    table = small_table(
        request,
        running_years(permit, timezone.localdate()),
        columns,
        _("Running twelve months"),
        _("No version is in force, so nothing may be discharged."),
    )
    return render(request, "permits/running_year.html", {"permit": permit, "table": table})
