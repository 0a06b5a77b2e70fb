"""Forms of the regulation of measuring."""

from django.utils.translation import gettext_lazy as _

from cardswipe.models import LoadCheckRule
from cardswipe.regulation_forms import RuleForm
from shell.forms import CountField


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
