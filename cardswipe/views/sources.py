"""Tables of both sources of a load, and of sessions that wait for our own integral."""

from typing import Any

from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from cardswipe.models import DischargeEvent, SessionReport
from cardswipe.outlet_tables import compared_columns
from cardswipe.queries.both_sources import BothSources, both_sources
from cardswipe.tables import fine_amount
from ledger.models import Pollutant
from parties.access import ActorRequest
from shell.figures import second
from shell.tables import Column, Table


def source_table(request: ActorRequest, event: DischargeEvent) -> Table | None:
    """The device's figure and our integral, and which of them was debited."""
    rows = both_sources(event)
    if not rows:
        return None
    return Table(
        rows,
        [*compared_columns(), Column("debited", _("Debited"), value=debited_word)],
        request=request,
        caption=_("Both sources"),
        can_export=False,
        name="sources",
    )  # fmt: skip


def debited_word(row: BothSources) -> str:
    return _("substitution rule") if row.debited is None else str(row.debited.label)


def kept_table(request: ActorRequest) -> Table | None:
    """Sessions that are reported and wait for their minutes, the oldest first; None without any."""
    rows = SessionReport.objects.for_actor(request.actor).waiting()
    if not rows.exists():
        return None
    known = Pollutant.objects.in_bulk()
    return Table(
        rows.select_related("controller__outlet__site__enterprise").order_by("started_at", "pk"),
        [
            Column("outlet", _("Outlet"), value=lambda row: row.controller.outlet),
            Column("started_at", _("Begin"), value=lambda row: second(row.started_at)),
            Column("ended_at", _("End"), value=lambda row: second(row.ended_at)),
            Column("card_no", _("Reported card number")),
            Column(
                "device", _("Controller's own figure"),
                value=lambda row: loads_word(row, known),
            ),
        ],
        request=request,
        caption=_("Sessions that wait for our integral"),
        page_size=20,
        can_export=False,
        name="kept",
    )  # fmt: skip


def loads_word(row: SessionReport, known: dict[str, Pollutant]) -> Any:
    """What the controller reported, pollutant by pollutant."""
    return format_html_join(
        " · ",
        "{} {}",
        (
            (known[code], fine_amount(n, known[code]))
            for code, n in row.body["loads"]
            if code in known
        ),
    )
