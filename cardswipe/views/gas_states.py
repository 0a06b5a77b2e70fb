"""In which state the analysers of an outlet of gas report: one row, and entering the next."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.measuring_forms import GasStateForm
from cardswipe.models import GasStateRule
from parties.access import ActorRequest, allow
from parties.rules import Act
from shell.dated import place
from shell.figures import count
from shell.tables import Column

from .regulation import enter_at_outlet, one, outlet_link

HOME = "measuring_rules"


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
    title = _("State of the gas as reported at %(outlet)s")
    return enter_at_outlet(request, outlet_id, GasStateForm, services.set_gas_state, title)
