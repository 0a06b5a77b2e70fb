"""In which state the analysers of an outlet of gas report: one row, and entering the next."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.measuring_forms import GasStateForm
from cardswipe.models import GasStateRule
from parties.access import ActorRequest, allow, door
from parties.rules import Act
from permits.models import Outlet
from shell.dated import place
from shell.figures import count
from shell.refusals import refusals_to
from shell.tables import Column

from .regulation import one

HOME = "measuring_rules"


def outlet_link(row: GasStateRule) -> Any:
    url = reverse("outlet", args=[row.outlet_id])
    return format_html('<a href="{}">{} · {}</a>', url, row.outlet.site.enterprise, row.outlet)


def state_columns() -> list[Column]:
    """What is shown of a row."""
    return [
        Column("flow", _("Flow is reported"), value=lambda row: row.get_flow_display()),
        Column(
            "concentration",
            _("Concentrations are reported"),
            value=lambda row: row.get_concentration_display(),
        ),
        Column(
            "air_pressure",
            _("Air pressure where none is measured"),
            value=lambda row: f"{count(row.air_pressure)} Pa",
        ),
        Column("outlet", _("Outlet"), value=outlet_link),
        Column("region", _("Region"), value=place),
    ]


@allow(Act.SEE_CONTROLLERS, methods=("GET", "POST"))
def gas_state(request: ActorRequest, gas_state_rule_id: int) -> HttpResponse:
    """One row of the state in which an outlet's analysers report."""
    columns, title = state_columns(), _("State of the gas as reported")
    return one(request, GasStateRule.objects, gas_state_rule_id, columns, title, HOME)


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def gas_state_new(request: ActorRequest, outlet_id: int) -> HttpResponse:
    """Say in which state an outlet's analysers report from a day on."""
    rows = Outlet.objects.for_actor(request.actor).select_related("site__region")
    outlet = door(rows, pk=outlet_id)
    form = GasStateForm(request.POST if request.method == "POST" else None, outlet=outlet)
    if form.is_bound and form.is_valid():
        with refusals_to(form):
            services.set_gas_state(
                by=request.actor, rule=form.row(), reason=form.cleaned_data["reason"]
            )
            messages.success(request, _("Entered; the row before it ends on its eve."))
            return redirect("outlet", outlet.pk)
    context = {
        "form": form,
        "title": _("State of the gas as reported at %(outlet)s") % {"outlet": outlet},
        "cancel_url": reverse("outlet", args=[outlet.pk]),
        "home": HOME,
    }
    status = 422 if form.errors else 200
    return render(request, "cardswipe/regulation_form.html", context, status=status)
