"""The form of a command to a device: only the fields that this command takes."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cardswipe.device_forms import MomentField
from cardswipe.hj212.requests import MINUTE_INTERVALS, REQUESTS, Kind
from shell.forms import CountField, OnceForm


def code_field(label: Any, hint: Any) -> forms.CharField:
    """A factor's or an information's code."""
    return forms.CharField(label=label, max_length=10, help_text=hint)


def interval_field(kind: Kind) -> forms.Field:
    """The interval of real-time data (s) or of minute data (min)."""
    if kind == Kind.SET_REALTIME:
        return CountField(label=_("Every"), unit_word=_("s"), least=30, most=3600)
    choices = [(number, str(number)) for number in MINUTE_INTERVALS]
    return forms.TypedChoiceField(label=_("Every (minutes)"), choices=choices, coerce=int)


def field_of(name: str, kind: Kind) -> forms.Field:
    """The form's field for one field of a command."""
    if name == "interval":
        return interval_field(kind)
    made: Mapping[str, Any] = {
        "over_time": lambda: CountField(label=_("Time-out"), unit_word=_("s"), least=1, most=99),
        "resend_count": lambda: CountField(
            label=_("Repeats"), unit_word=_("times"), least=1, most=99
        ),
        "password": lambda: forms.RegexField(
            r"\A[0-9A-Za-z]{6}\Z",
            label=_("New password (PW)"),
            widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
            help_text=_("Six letters or digits, as HJ 212 has it."),
        ),
        "begin": lambda: MomentField(label=_("From")),
        "end": lambda: MomentField(label=_("To"), help_text=_("At most 31 days at a time.")),
        "factor": lambda: code_field(_("Factor code"), _("Such as w01018 (2005: 011).")),
        "info": lambda: code_field(_("Information code"), _("Such as i11001 (work log).")),
        "value": lambda: forms.CharField(label=_("Value"), max_length=40),
        "start": lambda: forms.RegexField(
            r"\A(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]\Z",
            label=_("First sample at"),
            help_text=_("Six digits: hours, minutes, seconds."),
        ),
        "hours": lambda: CountField(label=_("Every"), unit_word=_("h"), least=1, most=24),
    }
    found: forms.Field = made[name]()
    return found


def asked_of(kind: Kind) -> list[str]:
    """The fields that a person fills in; a new SM4 key is made by the platform."""
    return [name for name in REQUESTS[kind].takes if name != "key"]


class CommandForm(OnceForm):
    """What one kind of command needs, and why it is sent."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Stands in the proof log with your name.")
    )

    def __init__(self, *args: Any, kind: Kind, **given: Any) -> None:
        super().__init__(*args, **given)
        self.kind = kind
        self.fields = {
            **{name: field_of(name, kind) for name in asked_of(kind)},
            **self.fields,
        }

    def params(self) -> dict[str, Any]:
        """The fields as the service takes them."""
        values = {name: self.cleaned_data[name] for name in asked_of(self.kind)}
        return {
            name: value.isoformat() if name in {"begin", "end"} else value
            for name, value in values.items()
        }
