"""Columns of execution reports, for pages and papers alike."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from permits.models import ExecutionReport, ReportLine
from permits.queries.reports import Comparison, mean_concentrations
from permits.report_rules import ReportState
from permits.tables import shown_concentration, shown_quantity
from shell.figures import NOTHING
from shell.tables import Column, Status
from shell.units import plain


def standing(report: ExecutionReport, today: datetime.date) -> Status:
    """Handed in or not, in time or not."""
    if report.state == ReportState.SUBMITTED:
        late = (timezone.localdate(report.submitted_at) - report.due_on).days
        if late > 0:
            return Status("yellow", _("handed in %(days)s days late") % {"days": late})
        return Status("normal", _("handed in"))
    late = (today - report.due_on).days
    if late > 0:
        return Status("closed", _("missing for %(days)s days") % {"days": late})
    return Status("waiting", _("due in %(days)s days") % {"days": -late})


def list_columns(today: datetime.date) -> list[Column]:
    return [
        Column("permit.holder", gettext_lazy("Discharging unit"), sort="permit__holder_name"),
        Column("get_kind_display", gettext_lazy("Kind of report")),
        Column("start_date", gettext_lazy("From"), kind="date"),
        Column("end_date", gettext_lazy("To"), kind="date", sort="end_date"),
        Column("due_on", gettext_lazy("To be handed in by"), kind="date", sort="due_on"),
        Column("submitted_at", gettext_lazy("Handed in"), kind="date"),
        Column(
            "state", gettext_lazy("Standing"), kind="status", value=lambda r: standing(r, today)
        ),
    ]


def of(name: str) -> Any:
    """A line's or comparison's figure with its unit."""
    return lambda row: shown_quantity(getattr(row, name), row.pollutant.unit)


def line_columns(lines: Sequence[ReportLine]) -> list[Column]:
    """Permitted beside actual, with what is unusual in words."""
    means = mean_concentrations(lines)
    return [
        Column("outlet.code", gettext_lazy("Outlet"), kind="code"),
        Column("pollutant", gettext_lazy("Pollutant")),
        Column(
            "permitted", gettext_lazy("Permitted per year"), kind="amount", value=of("permitted")
        ),
        Column("recorded", gettext_lazy("Recorded"), kind="amount", value=of("recorded")),
        Column("reported", gettext_lazy("Reported"), kind="amount", value=of("reported")),
        Column("year", gettext_lazy("In twelve months"), kind="amount", value=of("running_year")),
        Column(
            "mean",
            gettext_lazy("Mean concentration (permitted)"),
            kind="amount",
            value=lambda line: concentration_words(line, means),
        ),
        Column(
            "judged", gettext_lazy("Judgement"), kind="status", value=lambda r: judged(r, means)
        ),
        Column("note", gettext_lazy("Explanation")),
    ]


def concentration_words(line: ReportLine, means: dict[int, Decimal]) -> str:
    """Mean of the period, and the limit in brackets."""
    if line.concentration is None:
        return NOTHING
    limit = shown_concentration(line.concentration, line.outlet.medium)
    mean = means.get(line.pk)
    return f"{plain(mean)} ({limit})" if mean is not None else f"{NOTHING} ({limit})"


def judged(line: ReportLine, means: dict[int, Decimal]) -> Status:
    """Within the limits, over them, or not wholly known."""
    if line.permitted is not None and line.running_year > line.permitted:
        return Status("closed", _("over quantity"))
    if line.concentration is not None and means.get(line.pk, Decimal(0)) > line.concentration:
        return Status("closed", _("over concentration"))
    if line.gap_days:
        return Status("unknown", _("%(days)s days without records") % {"days": line.gap_days})
    return Status("normal", _("within limits"))


def evenness(row: Comparison) -> Status:
    return Status("normal", _("the same")) if row.is_even else Status("yellow", _("they differ"))


COMPARISON_COLUMNS = [
    Column("pollutant", gettext_lazy("Pollutant")),
    Column("permitted", gettext_lazy("Permit, per year"), kind="amount", value=of("permitted")),
    Column("recorded", gettext_lazy("Devices"), kind="amount", value=of("recorded")),
    Column("booked", gettext_lazy("Ledger"), kind="amount", value=of("booked")),
    Column("reported", gettext_lazy("Report"), kind="amount", value=of("reported")),
    Column("taxed", gettext_lazy("Environmental tax"), kind="amount", value=of("taxed")),
    Column("even", gettext_lazy("Comparison"), kind="status", value=evenness),
]


def report_facts(report: ExecutionReport) -> list[tuple[Any, Any]]:
    """A report as label and value pairs."""
    return [
        (_("Discharging unit"), report.permit.holder),
        (_("Permit number"), report.permit.permit_no),
        (_("Kind of report"), report.get_kind_display()),
        (_("Period"), f"{report.start_date} – {report.end_date}"),
        (_("To be handed in by"), report.due_on.isoformat()),
        (_("Legal basis"), report.legal_basis),
        (_("Handed in by"), report.submitted_by and report.submitted_by.user),
        (
            _("Handed in at"),
            report.submitted_at and f"{timezone.localtime(report.submitted_at):%Y-%m-%d %H:%M}",
        ),
        (
            _("SHA-256 of the content"),
            report.content_sha256 and bytes(report.content_sha256).hex(),
        ),
    ]


def report_texts(report: ExecutionReport) -> list[tuple[Any, Any]]:
    """What the enterprise says in words."""
    return [
        (_("Running of the treatment facilities"), report.treatment or None),
        (_("Self-monitoring and ledger"), report.monitoring or None),
        (_("Stoppages, faults and what was done"), report.events or None),
        (_("Letter of commitment"), _("given") if report.is_committed else _("not given")),
    ]
