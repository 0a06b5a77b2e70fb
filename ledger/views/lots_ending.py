"""Lots that end soon: what lapses if nobody uses, renews or sells it."""

import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.figures import pollutant_amount
from ledger.forms import EndingForm
from ledger.models import Lot
from ledger.queries.lots_ending import lots_ending as found_lots
from ledger.views import lot_parts
from ledger.views.lots import head_columns
from parties.access import ActorRequest, allow
from parties.rules import Act
from shell.tables import Column, Table, table_page

USUAL_DAYS = 180


@allow(Act.SEE_LEDGER)
def lots_ending(request: ActorRequest) -> HttpResponse:
    """The lots within reach that end in the next days, the first on top."""
    form = EndingForm(request.GET if "within" in request.GET else {"within": str(USUAL_DAYS)})
    days = int(form.cleaned_data["within"]) if form.is_valid() else USUAL_DAYS
    today = timezone.localdate()

    def days_left(lot: Lot) -> int:
        return (lot.valid_to - today).days

    columns = [
        *head_columns(),
        Column("valid_to", _("Last day"), kind="date", sort="valid_to"),
        Column("days_left", _("Days left"), kind="count", value=days_left),
        Column(
            "rest",
            _("Free in its last quota period"),
            kind="amount",
            value=lambda lot: pollutant_amount(lot.rest, lot.pollutant),
            sort="rest",
        ),
        Column("state", _("State"), kind="status", value=lot_parts.state_of),
    ]
    if request.actor.enterprise_id:
        del columns[1]
    table = Table(
        found_lots(request.actor, today, today + datetime.timedelta(days=days)),
        columns,
        request=request,
        caption=_("Lots that end soon"),
        row_url=lambda lot: reverse("lot", args=[lot.pk]),
        empty=_("No lot ends in this time."),
    )
    return table_page(request, "ledger/lots_ending.html", table, {"form": form})
