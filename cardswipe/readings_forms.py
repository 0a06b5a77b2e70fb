"""Which readings a page or a file shows: the scale, the end of the window, the days of a file."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cardswipe.queries.readings import Scale
from shell.forms import DayField

SCALE_NAMES = {
    Scale.REAL: _("real-time data"),
    Scale.MINUTE: _("minute data"),
    Scale.HOUR: _("hourly data"),
    Scale.DAY: _("daily data"),
}
MOST_DAYS = 800


class ReadingsForm(forms.Form):
    """The window of the page; whatever makes no sense falls back to the newest hours."""

    scale = forms.ChoiceField(choices=list(SCALE_NAMES.items()), required=False)
    until = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M"], required=False)

    def chosen(self) -> tuple[Scale, datetime.datetime | None]:
        """Scale and end of the window."""
        self.is_valid()
        said = self.cleaned_data
        return Scale(said.get("scale") or Scale.HOUR), said.get("until")


class ReadingsFileForm(forms.Form):
    """The days of a file, both included."""

    scale = forms.ChoiceField(label=_("Scale"), choices=list(SCALE_NAMES.items()))
    first_day = DayField(label=_("From"), required=True)
    last_day = DayField(label=_("To"), required=True)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("first_day"), said.get("last_day")
        if first and last and not 0 <= (last - first).days <= MOST_DAYS:
            self.add_error(
                "last_day", _("The last day is on or after the first, at most 800 days later.")
            )
        return said

    def bounds(self) -> tuple[datetime.datetime, datetime.datetime]:
        """The first moment, and the first moment after the last day."""
        first, last = self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        midnight = datetime.time()
        return (
            timezone.make_aware(datetime.datetime.combine(first, midnight)),
            timezone.make_aware(
                datetime.datetime.combine(last + datetime.timedelta(days=1), midnight)
            ),
        )
