"""Forms of cards, vouchers, alarms and valve orders."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cardswipe.models import Controller
from cardswipe.models.valves import VALVE_ACTION_NAMES
from cardswipe.models.vouchers import LOAD_MODE_NAMES
from cardswipe.queries.loading import Loadable
from cardswipe.rules import LoadLine, LoadMode
from cardswipe.sentences import amount
from ledger.models import Lot, Pollutant, QuotaPeriod
from parties.models import Enterprise
from shell.forms import DayField, OnceForm, QuantityField

CHIP_NO = RegexValidator(
    r"\A[0-9A-Z]{4,32}\Z",
    gettext_lazy("Enter 4 to 32 capital letters and digits, as printed on the chip."),
)


def chip_field() -> forms.CharField:
    """The number printed on a card's chip."""
    return forms.CharField(
        label=gettext_lazy("Chip number"),
        help_text=gettext_lazy("As printed on the card; 4 to 32 capital letters and digits."),
        max_length=32,
        validators=[CHIP_NO],
    )


class IssueCardForm(OnceForm):
    """A new card for an enterprise."""

    enterprise = forms.ModelChoiceField(
        label=gettext_lazy("Enterprise"), queryset=Enterprise.objects.none()
    )
    physical_no = chip_field()
    contact = forms.CharField(
        label=gettext_lazy("Contact at the enterprise"), max_length=60, required=False
    )

    def __init__(self, *args: Any, enterprises: "QuerySet[Enterprise]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: Any = self.fields["enterprise"]
        own.queryset = enterprises


class BindForm(OnceForm):
    """A controller for a card."""

    controller = forms.ModelChoiceField(
        label=gettext_lazy("Controller"),
        queryset=Controller.objects.none(),
        help_text=gettext_lazy("Controllers at this enterprise's outlets."),
    )

    def __init__(self, *args: Any, controllers: "QuerySet[Controller]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["controller"]
        field.queryset = controllers
        field.label_from_instance = lambda row: f"{row.outlet} · {row.mn}"


class ReasonForm(OnceForm):
    """A reason for an act."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


class LateForm(ReasonForm):
    """Of which days events are decided, and why."""

    first_day = DayField(label=gettext_lazy("From"))
    last_day = DayField(label=gettext_lazy("To"))
    field_order = ("first_day", "last_day", "reason")

    def __init__(self, *args: Any, days: Sequence[datetime.date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if days:
            self.initial["first_day"], self.initial["last_day"] = days[0], days[-1]


class LostForm(ReasonForm):
    """When and how a card was lost."""

    lost_at = forms.DateTimeField(
        label=gettext_lazy("Last seen"),
        help_text=gettext_lazy("From this moment on the card debits nothing."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )


class ReplaceForm(ReasonForm):
    """The card that takes another's place."""

    physical_no = chip_field()


class QuantitiesForm(OnceForm):
    """A quantity per pollutant; at least one above zero, which the service sees to."""

    def __init__(self, *args: Any, lines: Sequence[Loadable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [line.pollutant.code for line in lines]
        for line in lines:
            self.fields[f"quantity_{line.pollutant.code}"] = self._field(line)
        self.order_fields([*(f"quantity_{code}" for code in self.codes), "mode", "lots", "reason"])

    def _field(self, line: Loadable) -> QuantityField:
        unit = "m3" if line.pollutant.unit == "L" else "t"
        return QuantityField(
            unit=unit, label=str(line.pollutant), required=False, help_text=self.hint(line)
        )

    def hint(self, line: Loadable) -> str:
        """What may be entered at most."""
        usable = amount(line.usable, line.pollutant.code)
        if not line.unpaid:
            return _("Available: %(usable)s") % {"usable": usable}
        unpaid = amount(line.unpaid, line.pollutant.code)
        return _("Available: %(usable)s; %(unpaid)s more in lots not yet paid") % {
            "usable": usable,
            "unpaid": unpaid,
        }

    @property
    def asked(self) -> list[LoadLine]:
        """The quantities entered, in the ledger's whole units."""
        found = ((code, self.cleaned_data.get(f"quantity_{code}")) for code in self.codes)
        return [LoadLine(code, quantity) for code, quantity in found if quantity]


def lot_words(lot: Lot, free: int) -> str:
    """A lot as one chooses it: what it has free, until when, and whether it is paid."""
    words = [
        str(lot.pollutant),
        lot.lot_no,
        _("%(free)s free") % {"free": amount(free, lot.pollutant_id)},
        _("until %(day)s") % {"day": lot.valid_to},
    ]
    if lot.pollutant.unit != "L":  # a right to a volume of water has no fee of its own
        words.append(lot.get_paid_state_display())
    return " · ".join(words)


class LoadForm(QuantitiesForm):
    """What is to go onto a card."""

    mode = forms.ChoiceField(
        label=gettext_lazy("Mode"),
        choices=list(LOAD_MODE_NAMES.items()),
        widget=forms.RadioSelect,
        initial=LoadMode.YEARLY,
        help_text=gettext_lazy(
            "By period loads the same quantity into this and every later quota period."
        ),
    )
    lots = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Only from these lots"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Choose none, and the lots that expire first are used first, pollutant by pollutant."
        ),
    )

    # Which period a quantity goes into is said by the form, never guessed from the day it comes.
    period = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages={"required": gettext_lazy("It is not said for which quota period.")},
    )

    def __init__(
        self, *args: Any, lines: Sequence[Loadable], period: QuotaPeriod, **kwargs: Any
    ) -> None:
        super().__init__(*args, lines=lines, initial={"period": period.pk}, **kwargs)
        offered: Any = self.fields["lots"]
        offered.choices = [
            (lot.pk, lot_words(lot, free)) for line in lines for lot, free in line.lots
        ]
        if len(offered.choices) < 2:
            del self.fields["lots"]


class UnloadForm(QuantitiesForm):
    """What is to come off a card."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def hint(self, line: Loadable) -> str:
        """What the card holds."""
        held = amount(line.available, line.pollutant.code)
        return _("On the card: %(held)s") % {"held": held}


class HandlingForm(OnceForm):
    """What was found and done about an alarm."""

    handling = forms.CharField(
        label=gettext_lazy("What was found and done"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ValveForm(ReasonForm):
    """Which way a valve is to move."""

    action = forms.ChoiceField(
        label=gettext_lazy("Valve"),
        choices=list(VALVE_ACTION_NAMES.items()),
        widget=forms.RadioSelect,
    )


class EventFilter(forms.Form):
    """Which events a list shows."""

    first_day = DayField(
        label=gettext_lazy("From"),
        required=False,
    )
    last_day = DayField(label=gettext_lazy("To"), required=False)

    def bounds(self) -> tuple[datetime.date | None, datetime.date | None]:
        """The days entered, those that make sense."""
        if not self.is_valid():
            return None, None
        return self.cleaned_data["first_day"], self.cleaned_data["last_day"]


def on_card(pollutant: Pollutant, held: int) -> Loadable:
    """What a card holds, as a line of the form that gives it back."""
    return Loadable(pollutant, held, 0, "")
