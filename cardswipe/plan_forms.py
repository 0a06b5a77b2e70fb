"""Forms of the monthly plan and of reallocations."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cardswipe.models import Card
from cardswipe.plans import MonthLine
from cardswipe.sentences import amount
from ledger.models import Pollutant
from shell.forms import OnceForm, QuantityField

WHY = gettext_lazy("The officer decides by it, and it stands in the history.")


def reason_field() -> forms.CharField:
    """Why quantity is to be moved."""
    return forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=WHY,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def quantity_field(pollutant: Pollutant, most: int | None = None) -> QuantityField:
    """A quantity of the pollutant in its display unit."""
    unit = "m3" if pollutant.unit == "L" else "t"
    hint = _("At most %(held)s") % {"held": amount(most, pollutant.code)} if most else ""
    return QuantityField(unit=unit, least=1, label=_("Quantity"), help_text=hint)


class MonthsForm(OnceForm):
    """How much is to move from which month to which."""

    source = forms.TypedChoiceField(
        label=gettext_lazy("From the plan of"), coerce=datetime.date.fromisoformat
    )
    target = forms.TypedChoiceField(
        label=gettext_lazy("To the plan of"), coerce=datetime.date.fromisoformat
    )

    def __init__(
        self,
        *args: Any,
        pollutant: Pollutant,
        lines: Sequence[MonthLine],
        this_month: datetime.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        given: Any = self.fields["source"]
        taken: Any = self.fields["target"]
        given.choices = [
            (line.month.isoformat(), self._left(line, pollutant)) for line in lines if line.left > 0
        ]
        taken.choices = [
            (line.month.isoformat(), f"{line.month:%Y-%m}")
            for line in lines
            if line.month >= this_month
        ]
        self.fields["quantity"] = quantity_field(pollutant)
        self.fields["reason"] = reason_field()

    def _left(self, line: MonthLine, pollutant: Pollutant) -> str:
        return _("%(month)s: %(left)s left") % {
            "month": f"{line.month:%Y-%m}",
            "left": amount(line.left, pollutant.code),
        }


class CardsForm(OnceForm):
    """How much of which pollutant is to move from this card to which other."""

    target = forms.ModelChoiceField(
        label=gettext_lazy("To the card"),
        queryset=Card.objects.none(),
        help_text=gettext_lazy("Another card of this enterprise, and so its outlets."),
    )

    def __init__(
        self, *args: Any, pollutant: Pollutant, held: int, others: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["target"]
        chosen.queryset = others
        chosen.label_from_instance = card_words
        self.fields["quantity"] = quantity_field(pollutant, held)
        self.fields["reason"] = reason_field()


def card_words(card: Card) -> str:
    """A card with the outlets it serves."""
    outlets = [str(b.controller.outlet) for b in card.bindings.all() if b.valid_to is None]
    return " · ".join([card.card_no, *outlets])
