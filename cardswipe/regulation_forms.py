"""Forms of the regulation of card-swipe discharge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cardswipe.models import ContactRule, KeepingRule, LoadRule, OfflineRule, WarningStep
from cardswipe.models.alarms import ALARM_LEVEL_NAMES, STEP_BASE_NAMES
from cardswipe.models.keeping import STRANGER_FRAMES
from parties.forms import DatedRowForm
from shell.forms import CountField, DayField

MINUTES_OF_A_WEEK = 10080


class RuleForm(DatedRowForm):
    """What every row of regulation has: place, first day, legal basis, reason."""

    legal_basis = forms.CharField(
        label=_("Legal basis"),
        max_length=200,
        help_text=_("Title and number of the document, with its article."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class WarningStepForm(RuleForm):
    """A warning step."""

    model = WarningStep
    base = forms.TypedChoiceField(
        label=_("Share of what"), choices=list(STEP_BASE_NAMES.items()), coerce=int
    )
    percent = CountField(label=_("Warn at"), unit_word=_("% used"), least=1, most=200)
    level = forms.ChoiceField(label=_("Level"), choices=list(ALARM_LEVEL_NAMES.items()))
    closes_valve = forms.BooleanField(
        label=_("Order the valve closed at this step"), required=False
    )
    hysteresis = CountField(
        label=_("Left again below the step by"), unit_word=_("percentage points"), most=50
    )
    field_order = (
        "region", "base", "percent", "level", "closes_valve", "hysteresis", "valid_from",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        percent, hysteresis = data.get("percent"), data.get("hysteresis")
        if percent is not None and hysteresis is not None and hysteresis >= percent:
            self.add_error("hysteresis", _("It must be less than the step itself."))
        return data


class LoadRuleForm(RuleForm):
    """What is asked before a card is loaded."""

    model = LoadRule
    must_be_paid = forms.BooleanField(
        label=_("Only lots whose paid-use fee is paid may be loaded"), required=False
    )
    field_order = ("region", "must_be_paid", "valid_from")


class ContactRuleForm(RuleForm):
    """When a silent controller is off line."""

    model = ContactRule
    silent_after_minutes = CountField(
        label=_("Off line after"), unit_word=_("min"), least=1, most=MINUTES_OF_A_WEEK
    )
    field_order = ("region", "silent_after_minutes", "valid_from")


class KeepingRuleForm(RuleForm):
    """How long raw frames and readings are kept."""

    model = KeepingRule
    frame_months = CountField(
        label=_("Raw frames are kept for"), unit_word=_("months"), least=3, most=1200
    )
    reading_months = CountField(
        label=_("Readings are kept for"), unit_word=_("months"), least=3, most=1200
    )
    stranger_frames = CountField(
        label=_("Of an unknown sender are kept"),
        unit_word=_("frames an hour"),
        least=10,
        most=100_000,
        initial=STRANGER_FRAMES,
        help_text=_("Per address; of all addresses together fifty times as many. All are counted."),
    )
    field_order = ("region", "frame_months", "reading_months", "stranger_frames", "valid_from")


class OfflineRuleForm(RuleForm):
    """How much may be discharged without contact, and how long."""

    model = OfflineRule
    percent = CountField(
        label=_("Allowance"), unit_word=_("% of what the card was loaded with"), least=1, most=20
    )
    hours = CountField(label=_("At longest"), unit_word=_("hours"), least=1, most=240)
    field_order = ("region", "percent", "hours", "valid_from")


class EndRuleForm(forms.Form):
    """The last day of a row."""

    last_day = DayField(label=_("Last day"))
    reason = forms.CharField(label=_("Reason"), max_length=80)
