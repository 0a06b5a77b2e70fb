"""The certificate's parts that permits itself has: what is pledged or frozen, and the reports."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Hold
from ledger.models.holds import HoldState
from parties.rules import Act
from permits.models import Permit
from permits.parts import MOST_ROWS, Part
from permits.queries.timeline import event
from permits.report_tables import list_columns
from permits.tables import shown_quantity
from shell.tables import Column

HOLD_TONES = {"HELD": "waiting", "CAPTURED": "closed", "RELEASED": "normal"}


def hold_amount(hold: Hold) -> str:
    """What is held, with the unit of its pollutant; one year's share of a right."""
    pollutant = hold.account.asset.pollutant
    return f"{pollutant} {shown_quantity(hold.amount, pollutant.unit if pollutant else 'MG')}"


HOLD_COLUMNS = [
    Column("purpose", gettext_lazy("Purpose")),
    Column("amount", gettext_lazy("Quantity"), kind="amount", value=hold_amount),
    Column("account.asset.period", gettext_lazy("Quota period")),
    Column("expires_at", gettext_lazy("expires at"), kind="moment"),
    Column(
        "get_state_display",
        gettext_lazy("State"),
        kind="status",
        tone=lambda hold: HOLD_TONES[hold.state],
    ),
]


def own_parts(permit: Permit) -> Iterator[Part]:
    """Holds on the enterprise's rights, then the execution reports of this permit."""
    holds = (
        Hold.objects.filter(
            account__enterprise=permit.site.enterprise, account__asset__pollutant__isnull=False
        )
        .select_related("account__asset__pollutant", "account__asset__period", "purpose")
        .order_by("-pk")
    )
    held = holds.filter(state=HoldState.HELD)
    yield Part(
        "holds",
        _("Pledged, frozen and held rights"),
        Act.SEE_PERMITS,
        HOLD_COLUMNS,
        list(held[:MOST_ROWS]),
        _("No right of the unit is pledged, frozen or held."),
    )
    reports = list(permit.reports.select_related("permit", "submitted_by__user")[:MOST_ROWS])
    yield Part(
        "reports",
        _("Execution reports"),
        Act.SEE_PERMITS,
        list_columns(timezone.localdate())[1:],
        reports,
        _("No report is owed yet."),
        row_url=lambda row: reverse("report", args=[row.pk]),
        events=[handed_in(report) for report in reports if report.submitted_at],
    )


def handed_in(report: Any) -> Any:
    """A report as a line of the timeline."""
    return event(
        report.submitted_by, report.submitted_at, _("Handed in: %(report)s") % {"report": report}
    )
