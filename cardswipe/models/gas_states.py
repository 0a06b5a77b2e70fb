"""In which state the analysers of an outlet of gas report, as dated rows."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cardswipe.gas_state import GasState, GasTerms, StateFigure
from permits.models import Outlet
from shell.periods import no_overlap

from .dated import DatedRule

GAS_STATE_NAMES = {
    GasState.DRY_STANDARD: _("dry, standard state"),
    GasState.WET_STANDARD: _("wet, standard state"),
    GasState.WET_ACTUAL: _("wet, as in the duct"),
}
STATE_FIGURE_NAMES = {
    StateFigure.TEMPERATURE: _("temperature of the flue gas (a01012)"),
    StateFigure.STATIC: _("static pressure of the flue gas (a01013)"),
    StateFigure.MOISTURE: _("moisture of the flue gas (a01014)"),
}
# What the standard state is counted with where nobody measures the air pressure (Pa).
USUAL_AIR_PRESSURE = 101_325


class GasStateRule(DatedRule):
    """How flow and concentration of an outlet are reported; our integral converts them.

    Without a row both count as dry standard state, in which HJ 212-2017 annex D.2 sums loads.
    """

    outlet = models.ForeignKey(
        Outlet, verbose_name=_("outlet"), on_delete=models.PROTECT, related_name="gas_states"
    )
    flow = models.CharField(
        _("flow is reported"), max_length=7, choices=list(GAS_STATE_NAMES.items())
    )
    concentration = models.CharField(
        _("concentrations are reported"), max_length=7, choices=list(GAS_STATE_NAMES.items())
    )
    air_pressure = models.PositiveIntegerField(
        _("air pressure where none is measured (Pa)"), default=USUAL_AIR_PRESSURE
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["outlet_id", "valid_from"]
        constraints = [
            no_overlap(
                "gas_states_of_an_outlet_never_overlap",
                same=["outlet_id"],
                start="valid_from",
                end="valid_to",
            ),
            models.CheckConstraint(
                name="gas_state_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="gas_state_is_known",
                condition=Q(flow__in=sorted(GasState), concentration__in=sorted(GasState)),
            ),
            models.CheckConstraint(
                name="gas_state_has_air_around_it",
                condition=Q(air_pressure__gte=50_000, air_pressure__lte=110_000),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outlet_id} {self.flow} {self.concentration} {self.valid_from}"

    def alike(self) -> "models.QuerySet[Any]":
        """The rows of the same outlet."""
        return GasStateRule.objects.filter(outlet_id=self.outlet_id).exclude(pk=self.pk)

    def terms(self) -> GasTerms:
        """The row as the pure rule takes it."""
        flow, concentration = GasState(self.flow), GasState(self.concentration)
        return GasTerms(flow, concentration, Decimal(self.air_pressure))
