"""Form fields that read figures strictly, and the once-only key of forms that write."""

import datetime
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shell import units
from shell.names import check_name
from shell.refusals import spoken
from shell.rules import RuleBroken
from shell.sentences import DayOutOfReach

# Nothing that the books hold lies outside these years.
FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)
UNIT_WORDS = {
    "t": "t",
    "kg": "kg",
    "g": "g",
    "mg": "mg",
    "m3": "m³",
    "L": "L",
    "yuan": _("yuan"),
    "": "",
}


class StrictNumberField(forms.Field):
    """A figure typed by a person, kept as a whole number of the ledger's smallest unit."""

    widget = forms.TextInput

    def __init__(
        self,
        *,
        unit: str = "",
        unit_word: Any = None,
        least: int | None = 0,
        most: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.unit = unit
        # Shown beside the box, so a figure never stands without its unit.
        self.unit_word = UNIT_WORDS[unit] if unit_word is None else unit_word
        self.least, self.most = least, most
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def parse(self, text: str) -> int:
        return units.parse_count(text)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            number = self.parse(str(value))
            return units.check_within(number, least=self.least, most=self.most, show=self.unit)
        except RuleBroken as error:
            said = spoken(error)
            raise ValidationError(str(said), code=said.code) from error

    def prepare_value(self, value: Any) -> Any:
        # What the person typed comes back unchanged; only stored numbers are written out.
        return units.plain(value, unit=self.unit) if isinstance(value, int) else value


class QuantityField(StrictNumberField):
    """A mass or volume: `QuantityField(unit="t")` gives milligrams, `unit="m3"` gives litres."""

    def __init__(self, *, unit: str, places: int | None = None, **kwargs: Any) -> None:
        self.places = places
        super().__init__(unit=unit, **kwargs)

    def parse(self, text: str) -> int:
        return units.parse_quantity(text, unit=self.unit, places=self.places)


class MoneyField(StrictNumberField):
    """An amount in yuan with at most two decimals; gives fen.

    For a price name its unit: `MoneyField(unit_word=_("yuan per t per year"))`.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(unit="yuan", **kwargs)

    def parse(self, text: str) -> int:
        return units.parse_money(text)


class CountField(StrictNumberField):
    """A whole number without unit, or with a counted noun: `CountField(unit_word=_("days"))`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs["inputmode"] = "numeric"


class DayField(forms.DateField):
    """A day, picked in the browser, written as 2026-11-22.

    Refuses (S109) a day so far away that terms counted from it leave the calendar.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime.date | None:
        day = super().to_python(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            refused = DayOutOfReach(first=FIRST_DAY, last=LAST_DAY)
            raise ValidationError(str(refused), code=refused.code)
        return day


class OnceForm(forms.Form):
    """A form whose sending twice has one effect: pass `cleaned_data["once"]` on as the key.

    The key is made when the form is shown and comes back unchanged when it is sent again.
    """

    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class NameField(forms.CharField):
    """A name that people read: what they cannot see or would take for another is refused (S111)."""

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        try:
            return check_name(text)
        except RuleBroken as error:
            said = spoken(error)
            raise ValidationError(str(said), code=said.code) from error
