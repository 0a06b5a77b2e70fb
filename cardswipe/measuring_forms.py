"""Forms of the regulation of measuring, and of correcting what was measured."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cardswipe.models import GasStateRule, LoadCheckRule, LoadSourceRule, MarkRule, SubstitutionRule
from cardswipe.models.estimates import CAUSE_NAMES, METHOD_NAMES, CorrectionCause, Source
from cardswipe.models.factors import MarkTreatment
from cardswipe.models.gas_states import GAS_STATE_NAMES, USUAL_AIR_PRESSURE
from cardswipe.regulation_forms import RuleForm
from cardswipe.rules import LARGEST_LOAD
from ledger.models import Pollutant
from parties.models import Region
from permits.models import Outlet
from permits.models.sites import Medium
from shell.forms import CountField, OnceForm, QuantityField


class LoadCheckRuleForm(RuleForm):
    """When an hour's data are doubtful."""

    model = LoadCheckRule
    tolerance = CountField(label=_("Tolerated difference"), unit_word="‰", most=1000)
    least_valid_water = CountField(
        label=_("Valid minutes of water, at least"), unit_word="‰", most=1000
    )
    least_valid_gas = CountField(
        label=_("Valid minutes of gas, at least"), unit_word="‰", most=1000
    )
    least_day_water = CountField(
        label=_("Valid hours of a day, water, at least"), unit_word="‰", most=1000
    )
    least_day_gas = CountField(
        label=_("Valid hours of a day, gas, at least"), unit_word="‰", most=1000
    )
    frozen_minutes = CountField(
        label=_("The same figure is frozen after"), unit_word=_("min"), least=1, most=60
    )
    gap_minutes = CountField(
        label=_("Missing minutes are a gap after"), unit_word=_("min"), least=1, most=60
    )
    implausible_times = CountField(
        label=_("Impossible above the permitted concentration"),
        unit_word=_("times"),
        least=1,
        most=1000,
    )
    clock_shift_s = CountField(label=_("Clock may be off by"), unit_word=_("s"), most=86400)
    field_order = ("region", "tolerance", "least_valid_water", "least_valid_gas",
                   "least_day_water", "least_day_gas", "frozen_minutes", "gap_minutes",
                   "implausible_times", "clock_shift_s", "valid_from")  # fmt: skip


class MarkRuleForm(RuleForm):
    """What a data mark makes of the figure it stands at."""

    model = MarkRule
    mark = forms.RegexField(
        r"^[A-Za-z0-9]$",
        label=_("Data mark"),
        help_text=_("One letter of HJ 212, as the device sends it: N, F, M, S, D, C, T, B …"),
        error_messages={"invalid": _("A data mark is one letter or digit.")},
    )
    treatment = forms.ChoiceField(label=_("Treatment"), choices=MarkTreatment.choices)
    field_order = ("region", "mark", "treatment", "valid_from")


class SubstitutionRuleForm(RuleForm):
    """With what hours without valid data are filled."""

    model = SubstitutionRule
    medium = forms.ChoiceField(label=_("Medium"), choices=Medium.choices)
    cause = forms.ChoiceField(label=_("Cause"), choices=list(CAUSE_NAMES.items()))
    longest_gap_h = CountField(
        label=_("Gaps up to"), unit_word=_("h (0: of any length)"), most=8784
    )
    least_capture = CountField(
        label=_("Valid hours of the quarter, at least"), unit_word="‰", most=1000
    )
    method = forms.ChoiceField(label=_("Filled with"), choices=list(METHOD_NAMES.items()))
    window = CountField(
        label=_("Of how many before the gap"), unit_word=_("hours or days"), least=1, most=8784
    )
    wait_h = CountField(
        label=_("Missing hours are filled after"), unit_word=_("h"), least=1, most=744
    )
    is_on = forms.BooleanField(
        label=_("Switched on: hours are filled and debited as estimates"),
        required=False,
        help_text=_("Switch it on only when the text of the standard confirms the row."),
    )
    field_order = ("region", "medium", "cause", "longest_gap_h", "least_capture", "method",
                   "window", "wait_h", "is_on", "valid_from")  # fmt: skip


class OutletRuleForm(RuleForm):
    """A row of an outlet; its region is the outlet's."""

    def __init__(self, *args: Any, outlet: Outlet, **kwargs: Any) -> None:
        super().__init__(*args, regions=Region.objects.none(), **kwargs)
        self.outlet = outlet
        del self.fields["region"]

    def row(self) -> Any:
        """The row as entered; it belongs to the region of the outlet."""
        row = super().row()
        row.outlet, row.region = self.outlet, self.outlet.site.region
        return row


class LoadSourceForm(OutletRuleForm):
    """Which source of an outlet's hours and card sessions is debited from a day on."""

    model = LoadSourceRule
    source = forms.ChoiceField(
        label=_("Debited"),
        choices=Source.choices,
        help_text=_(
            "The other source is kept and compared. Card sessions need minute data then: their"
            " report says which session it was, an hour later the minutes say how much."
        ),
    )
    field_order = ("source", "valid_from")


class GasStateForm(OutletRuleForm):
    """In which state an outlet's analysers report from a day on."""

    model = GasStateRule
    flow = forms.ChoiceField(
        label=_("Flow is reported"),
        choices=list(GAS_STATE_NAMES.items()),
        help_text=_("In the duct: as velocity times section gives it, hot and wet."),
    )
    concentration = forms.ChoiceField(
        label=_("Concentrations are reported"),
        choices=list(GAS_STATE_NAMES.items()),
        help_text=_("Analysers that dry and cool the sample report dry standard state."),
    )
    air_pressure = CountField(
        label=_("Air pressure where none is measured"),
        unit_word="Pa",
        least=50_000,
        most=110_000,
        initial=USUAL_AIR_PRESSURE,
        help_text=_("The mean of the place; a reading a01006 of the same minute goes before it."),
    )
    field_order = ("flow", "concentration", "air_pressure", "valid_from")


class CorrectionForm(OnceForm):
    """What is to be booked instead of an event's loads; a field per pollutant."""

    cause = forms.ChoiceField(label=_("Cause"), choices=CorrectionCause.choices)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("The second person reads it; it stands in the ledger for ever."),
    )

    def __init__(self, *args: Any, booked: Mapping[Pollutant, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.booked = booked
        for pollutant in booked:
            unit = "m3" if pollutant.unit == "L" else "kg"
            self.fields[f"load_{pollutant.code}"] = QuantityField(
                unit=unit,
                places=3 if unit == "m3" else 6,
                label=_("%(pollutant)s to be booked") % {"pollutant": pollutant},
                most=LARGEST_LOAD,
            )
        self.order_fields([*(f"load_{one.code}" for one in booked), "cause", "reason", "once"])

    def loads(self) -> dict[str, int]:
        """By pollutant, what is to be booked (mg, water L)."""
        return {one.code: self.cleaned_data[f"load_{one.code}"] for one in self.booked}
