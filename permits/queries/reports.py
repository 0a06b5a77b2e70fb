"""Reads about execution reports: their figures, what differs, what keeps them open."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from ledger.models import Pollutant, Transfer
from ledger.rules import Purpose
from parties.models import Enterprise
from permits.models import ExecutionReport, PermitVersion, ReportLine
from permits.report_rules import Figures, Found, Period, ReportState, findings


def version_of_period(permit_id: int, period: Period) -> PermitVersion | None:
    """The version in force at the period's end, else the last that was in force in it."""
    found: PermitVersion | None = (
        PermitVersion.objects.filter(
            Q(in_force_until__isnull=True) | Q(in_force_until__gt=period.start),
            permit_id=permit_id,
            in_force_from__lte=period.end,
        )
        .order_by("-number")
        .first()
    )
    return found


def lines_of(report: ExecutionReport) -> "QuerySet[ReportLine]":
    """The report's lines with what they name, outlet by outlet."""
    return report.lines.select_related("outlet", "pollutant").order_by(
        "outlet__code", "pollutant__position"
    )


def mean_concentrations(lines: Sequence[ReportLine]) -> dict[int, Decimal]:
    """Per line: recorded mass by recorded water of the same outlet, in mg/L; where both are."""
    water = {line.outlet_id: line.recorded for line in lines if line.pollutant.unit == "L"}
    return {
        line.pk: (Decimal(line.recorded) / water[line.outlet_id]).quantize(Decimal("0.001"))
        for line in lines
        if line.pollutant.unit == "MG" and line.outlet.medium == "WATER"
        if water.get(line.outlet_id)
    }


def figures_of(lines: Sequence[ReportLine]) -> list[Figures]:
    """The lines as the rules see them."""
    means = mean_concentrations(lines)
    return [
        Figures(
            where=str(line),
            recorded=line.recorded,
            reported=line.reported,
            permitted=line.permitted,
            running_year=line.running_year,
            estimated=line.estimated,
            gap_days=line.gap_days,
            is_over_concentration=line.concentration is not None
            and means.get(line.pk, Decimal(0)) > line.concentration,
            note=line.note,
        )
        for line in lines
    ]


def report_findings(report: ExecutionReport, lines: Sequence[ReportLine]) -> list[Found]:
    """What keeps the report from being handed in."""
    return findings(figures_of(lines), is_committed=report.is_committed)


@dataclass(frozen=True)
class Comparison:
    """One pollutant of the whole site, as five books have it; None where a book is silent."""

    pollutant: Pollutant
    permitted: int | None
    recorded: int
    booked: int
    reported: int | None
    taxed: int | None

    @property
    def is_even(self) -> bool:
        """Whether devices, ledger, report and tax say the same."""
        said = {self.recorded, self.booked, self.reported, self.taxed} - {None}
        return len(said) == 1


def comparisons(report: ExecutionReport, lines: Sequence[ReportLine]) -> list[Comparison]:
    """Permit, devices, ledger, report and environmental tax side by side, per pollutant.

    The ledger's figure is the enterprise's: an enterprise of several sites has one quota.
    """
    booked = discharged(report.permit.site.enterprise, report.start_date, report.end_date)
    by_pollutant: dict[str, list[ReportLine]] = {}
    for line in lines:
        by_pollutant.setdefault(line.pollutant_id, []).append(line)
    return [
        Comparison(
            pollutant=found[0].pollutant,
            permitted=total(found, "permitted"),
            recorded=sum(line.recorded for line in found),
            booked=booked.get(code, 0),
            reported=total(found, "reported"),
            taxed=total(found, "taxed"),
        )
        for code, found in by_pollutant.items()
    ]


def total(lines: Sequence[ReportLine], name: str) -> int | None:
    """The sum of what is entered; None when nothing is."""
    said = [value for line in lines if (value := getattr(line, name)) is not None]
    return sum(said) if said else None


def discharged(
    enterprise: Enterprise, first: datetime.date, last: datetime.date
) -> Mapping[str, int]:
    """What the ledger booked as discharged with effect in the days, less what was taken back."""
    rows = Transfer.objects.filter(operation__effective_date__range=(first, last))
    found: dict[str, int] = {}
    for side, sign in (("target", 1), ("source", -1)):
        own = rows.filter(
            **{f"{side}__enterprise": enterprise, f"{side}__purpose": Purpose.DISCHARGED}
        )
        totals = own.values_list("asset__pollutant").annotate(Sum("amount")).order_by()
        for code, amount in totals:
            found[code] = found.get(code, 0) + sign * amount
    return found


def owed(reports: "QuerySet[ExecutionReport]", today: datetime.date) -> dict[str, int]:
    """How many wait, are late, were handed in late; for the list's head."""
    late = Q(state=ReportState.SUBMITTED, submitted_at__date__gt=F("due_on"))
    return {
        "waiting": reports.filter(state=ReportState.OPEN, due_on__gte=today).count(),
        "missing": reports.filter(state=ReportState.OPEN, due_on__lt=today).count(),
        "handed_in_late": reports.filter(late).count(),
    }


def content_of(report: ExecutionReport, lines: Sequence[ReportLine]) -> dict[str, Any]:
    """Everything the report says on the day it is handed in; this is hashed and kept."""
    return {
        "format": "yizheng-report-1",
        "report_no": report.report_no,
        "permit_no": report.permit.permit_no,
        "unit": report.permit.holder_name,
        "kind": report.kind,
        "start_date": report.start_date.isoformat(),
        "end_date": report.end_date.isoformat(),
        "treatment": report.treatment,
        "monitoring": report.monitoring,
        "events": report.events,
        "is_committed": report.is_committed,
        "lines": [
            {
                "outlet": line.outlet.code,
                "pollutant": line.pollutant_id,
                "unit": line.pollutant.unit,
                "permitted": line.permitted,
                "recorded": line.recorded,
                "estimated": line.estimated,
                "running_year": line.running_year,
                "gap_days": line.gap_days,
                "reported": line.reported,
                "taxed": line.taxed,
                "note": line.note,
            }
            for line in lines
        ],
    }
