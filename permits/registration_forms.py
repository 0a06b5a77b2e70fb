"""The registration form (登记表) of small units."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parties.models import Membership
from permits.models import Registration, Site
from permits.services import RegistrationEntry
from shell.forms import DayField, OnceForm

NAMES = ("products", "fuel", "treatment", "destination", "standards", "contact")


class RegistrationForm(OnceForm):
    """What a unit under registration management states of a site."""

    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"))
    changed_on = DayField(label=_("Changed on"))
    products = forms.CharField(
        label=_("Main products and yearly amounts"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    fuel = forms.CharField(label=_("Fuel and yearly use"), max_length=200, required=False)
    treatment = forms.CharField(
        label=_("Treatment of waste water and gas"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    destination = forms.CharField(label=_("Where it is discharged"), max_length=200)
    standards = forms.CharField(label=_("Discharge standards kept"), max_length=200)
    contact = forms.CharField(label=_("Contact person and telephone"), max_length=80)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, actor: Membership, registration: Registration | None = None, **kwargs: Any
    ) -> None:
        if registration:
            said = {name: getattr(registration, name) for name in NAMES}
            kwargs["initial"] = said | {"revision": registration.revision}
        super().__init__(*args, **kwargs)
        if registration:
            del self.fields["site"]
        else:
            del self.fields["changed_on"]
            chosen: Any = self.fields["site"]
            chosen.queryset = Site.objects.for_actor(actor)

    def entry(self) -> RegistrationEntry:
        """What the form says, without what it is about."""
        return RegistrationEntry(**{name: self.cleaned_data[name] for name in NAMES})


class EndRegistrationForm(OnceForm):
    """Strike a registration off."""

    reason = forms.CharField(label=_("Reason"), max_length=90)
