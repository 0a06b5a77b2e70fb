"""Forms about erasing and keeping personal data."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parties import personal
from parties.models.keeping import LONGEST_MONTHS, Keeping
from shell.forms import CountField, DayField


class EraseForm(forms.Form):
    """What is to be erased, of which object, and on whose wish."""

    datum = forms.ChoiceField(label=_("What is erased"))
    number = forms.CharField(
        label=_("Number"),
        max_length=60,
        help_text=_("The user name, card number or registration number, as its page has it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=80,
        help_text=_("Number and day of the request on paper. No name: it stands for ever."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["datum"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = list(personal.NAMES.items())


class KeepingForm(forms.Form):
    """How long something is kept from a day on."""

    what = forms.ChoiceField(label=_("What is kept"), choices=Keeping.choices)
    months = CountField(
        label=_("Kept after its end for"), unit_word=_("months"), most=LONGEST_MONTHS
    )
    valid_from = DayField(label=_("Valid from"))
    legal_basis = forms.CharField(
        label=_("Legal basis"),
        max_length=200,
        help_text=_("Title and number of the document, with its article."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
