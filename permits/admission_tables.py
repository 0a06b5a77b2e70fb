"""Admission and obligations as rows of tables."""

import dataclasses
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Pollutant
from parties.access import ActorRequest
from permits.models import PurchaseObligation
from permits.queries.obligations import at_ratio, measured
from shell.tables import Column, Status, Table

from .tables import shown_quantity


@dataclasses.dataclass(frozen=True)
class DemandRow:
    """One pollutant of the check, in words and figures."""

    pollutant: str
    steps: list[tuple[Any, str]]
    is_short: bool
    sentence: str


def demand_rows(found: dict[str, Any]) -> list[DemandRow]:
    """Each pollutant with its arithmetic, line by line."""
    names = {row.pk: row for row in Pollutant.objects.all()}
    return [demand_row(line, names[line["pollutant"]]) for line in found["total"]]


def demand_row(line: dict[str, Any], pollutant: Pollutant) -> DemandRow:
    def t(name: str) -> str:
        return shown_quantity(line[name], pollutant.unit)

    steps = [
        (_("Asked for per year"), t("asked")),
        (_("− granted by the present permit"), t("held")),
        (_("− own reduction (以新带老)"), t("own_reduction")),
        (_("= to be acquired"), t("to_own")),
        (_("× replacement ratio"), f"{line['ratio_permille'] / 1000:.3f}"),
        (_("= needed from the region"), t("needed")),
        (_("Free in the reserve"), t("reserve")),
        (_("+ area replacement from named sources"), t("area_replacement")),
    ]
    if line["short"]:
        sentence = _("%(quantity)s are missing in the region.") % {"quantity": t("short")}
    elif line["to_own"]:
        sentence = _("The region can carry it; %(quantity)s per year must be bought.") % {
            "quantity": t("to_own")
        }
    else:
        sentence = _("Nothing has to be acquired.")
    return DemandRow(str(pollutant), steps, bool(line["short"]), sentence)


def state_of(row: Any) -> Status:
    """Whether the obligation is met."""
    if row.rest == 0:
        return Status("normal", _("met"))
    return Status("waiting", _("to be bought"))


def obligation_table(request: ActorRequest) -> Table:
    """The obligations this person may reach, the newest first."""
    rows = PurchaseObligation.objects.for_actor(request.actor).select_related(
        "enterprise", "pollutant", "version__permit"
    )

    def quantity(row: PurchaseObligation) -> str:
        return shown_quantity(row.quantity_per_year, row.pollutant.unit)

    return Table(
        measured(rows, timezone.localdate()).order_by("-id"),
        [
            Column("version.permit.permit_no", _("Permit number"), kind="code"),
            Column("enterprise", _("Enterprise")),
            Column("pollutant", _("Pollutant")),
            Column("quantity", _("To own per year"), kind="amount", value=quantity),
            Column(
                "ratio_permille",
                _("Ratio bought : owned"),
                kind="amount",
                value=lambda row: f"{row.ratio_permille / 1000:.3f} : 1",
            ),
            Column(
                "bought",
                _("Bought"),
                kind="amount",
                value=lambda row: shown_quantity(
                    min(row.bought, row.quantity_per_year), row.pollutant.unit
                ),
            ),
            Column(
                "rest",
                _("Still to buy at the ratio"),
                kind="amount",
                value=lambda row: shown_quantity(
                    at_ratio(row.rest, row.ratio_permille), row.pollutant.unit
                ),
            ),
            Column("until", _("Until"), kind="date"),
            Column("state", _("State"), kind="status", value=state_of),
        ],
        request=request,
        caption=_("Obligations to buy"),
        row_url=lambda row: reverse("permit", args=[row.version.permit_id]),
        empty=_("Nobody has to buy anything for a new project."),
    )
