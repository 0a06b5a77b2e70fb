"""Forms of device profiles."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cardswipe.models import DeviceProfile
from parties.forms import ReasonForm
from shell.forms import CountField, DayField

FOUR_DIGITS = RegexValidator(r"\A[0-9]{4}\Z", _("A command number has four digits."))
NUMBERS = (
    "swipe_open_cn",
    "swipe_answer_cn",
    "swipe_event_cn",
    "offline_batch_cn",
    "voucher_cn",
    "valve_order_cn",
    "valve_state_cn",
)
COUNTS = {
    "clock_ahead_s": (_("s"), 0, 86_400),
    "backfill_days": (_("days"), 0, 400),
    "answer_within_s": (_("s"), 1, 600),
    "resends": (_("times"), 0, 10),
    "result_within_s": (_("s"), 10, 86_400),
    "command_waits_h": (_("h"), 1, 720),
    "bytes_per_s": (_("bytes/s"), 1024, 10_000_000),
    "idle_s": (_("s"), 60, 86_400),
}
CHOICES = ("protocol_version", "crc_profile", "load_source", "checks_password")


def label_of(name: str) -> Any:
    """What the model calls the column."""
    return capfirst(DeviceProfile._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


FIELDS = ("name", "valid_from", *CHOICES, *NUMBERS, *COUNTS, "note")


class ProfileForm(ReasonForm):
    """How a make speaks, and from when controllers may be given it."""

    valid_from = DayField(label=_("Valid from"), initial=timezone.localdate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = ("name", *CHOICES, *NUMBERS, "note")
        self.fields.update(forms.fields_for_model(DeviceProfile, fields=named))
        for name in NUMBERS:
            self.fields[name].validators.append(FOUR_DIGITS)
        self.fields["voucher_cn"].help_text = _("Leave empty if the make has no such message.")
        for name, (word, least, most) in COUNTS.items():
            usual = DeviceProfile._meta.get_field(name).default  # type: ignore[union-attr]
            self.fields[name] = CountField(
                label=label_of(name), unit_word=word, least=least, most=most, initial=usual
            )
        self.fields["note"].widget = forms.Textarea(attrs={"rows": 2})
        self.order_fields([*FIELDS, "reason"])

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


class ProfileEndForm(ReasonForm):
    """The last day of a profile."""

    last_day = DayField(label=_("Last day"), initial=timezone.localdate)
    field_order = ("last_day", "reason")
