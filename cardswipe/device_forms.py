"""Forms of controllers and the filter of raw frames."""

from typing import Any

import django_filters
from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cardswipe.models import Controller, DeviceProfile, RawFrame
from cardswipe.models.devices import (
    ControllerState,
    CrcProfile,
    EventSource,
    ProtocolVersion,
    check_addresses,
)
from cardswipe.queries.devices import controllers_beside
from cardswipe.verdicts import NOTES
from parties.models import Membership
from permits.models import Outlet
from shell.forms import DayField, NameField
from shell.names import fold
from shell.refusals import REGISTER
from shell.units import is_id

LETTERS_AND_DIGITS = RegexValidator(
    r"\A[0-9A-Za-z]+\Z", _("Only letters A–Z and digits stand here, without spaces.")
)
FRAME_VERDICTS = [code for code in sorted(REGISTER) if "C100" <= code <= "C149" or code == "C190"]
SECRETS = {"password", "sm4_key"}
assert NOTES, "verdicts are registered once their module is loaded"


class ControllerForm(forms.Form):
    """A controller's registration."""

    mn = forms.CharField(
        label=_("MN"),
        min_length=6,
        max_length=24,
        validators=[LETTERS_AND_DIGITS],
        help_text=_("As the device sends it, 24 characters as a rule; capitals count."),
    )
    outlet = forms.ModelChoiceField(label=_("Outlet"), queryset=Outlet.objects.none())
    is_additional = forms.BooleanField(
        label=_("A further controller shall stand at this outlet; both debit"), required=False
    )
    profile = forms.ModelChoiceField(
        label=_("Device profile"),
        queryset=DeviceProfile.objects.all(),
        help_text=_("Says which command numbers the make of controller uses."),
    )
    password = forms.CharField(
        label=_("Password (PW)"),
        max_length=24,
        validators=[LETTERS_AND_DIGITS],
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Six letters and digits that nobody guesses; never the one of delivery."),
    )
    sm4_key = forms.CharField(
        label=_("SM4 key"),
        required=False,
        min_length=32,
        max_length=32,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Only for HJ 212-2025 devices that encrypt: 32 hexadecimal digits."),
    )
    protocol_version = forms.TypedChoiceField(
        label=_("Protocol version"), choices=ProtocolVersion.choices, coerce=int, initial=2017
    )
    crc_profile = forms.ChoiceField(label=_("Checksum (CRC)"), choices=CrcProfile.choices)
    event_source = forms.ChoiceField(
        label=_("Debits by"),
        choices=EventSource.choices,
        widget=forms.RadioSelect,
        initial=EventSource.SESSION,
        help_text=_("Card sessions where a card opens the valve; hours where water always runs."),
    )
    allowed_addresses = forms.CharField(
        label=_("Allowed addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One address or network in each line, such as 10.8.0.0/16; empty allows all."),
    )
    maker = NameField(label=_("Maker"), max_length=60, required=False)
    serial_no = forms.CharField(label=_("Serial number"), max_length=40, required=False)
    valid_from = DayField(label=_("Valid from"), initial=timezone.localdate)
    valid_to = DayField(label=_("Valid to"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=80,
        help_text=_("Stands in the history for ever, with your name and role."),
    )

    def __init__(
        self, *args: Any, actor: Membership, controller: Controller | None = None, **given: Any
    ) -> None:
        if controller is not None:
            given["initial"] = initial_of(controller)
        super().__init__(*args, **given)
        spoken: Any = self.fields["profile"]
        kept = DeviceProfile.objects.filter(pk=controller.profile_id if controller else None)
        spoken.queryset = DeviceProfile.objects.in_force(timezone.localdate()) | kept
        choice: Any = self.fields["outlet"]
        choice.queryset = outlets(actor)
        choice.label_from_instance = lambda outlet: f"{outlet.site.enterprise} · {outlet}"
        if controller is not None:
            del self.fields["is_additional"]
            self.fields["mn"].disabled = self.fields["outlet"].disabled = True
            self.fields["password"].required = False
            self.fields["password"].help_text = _("Leave empty to keep the present password.")
            self.fields["sm4_key"].help_text = _("Leave empty to keep the present key.")
        elif not self.has_company():
            del self.fields["is_additional"]

    def has_company(self) -> bool:
        """Whether a controller already stands at the outlet that was chosen."""
        chosen = self.data.get("outlet", "") if self.is_bound else ""
        return is_id(chosen) and controllers_beside(chosen).exists()

    def clean_allowed_addresses(self) -> list[str]:
        addresses = self.cleaned_data["allowed_addresses"].split()
        check_addresses(addresses)
        return list(dict.fromkeys(addresses))

    def clean(self) -> dict[str, Any]:
        """The end must not lie before the begin."""
        cleaned = super().clean() or {}
        begin, end = cleaned.get("valid_from"), cleaned.get("valid_to")
        if begin and end and end < begin:
            self.add_error("valid_to", _("The last day lies before the first."))
        return cleaned

    def details(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


def initial_of(controller: Controller) -> dict[str, Any]:
    """The form's values of a controller; the password is never shown."""
    names = [name for name in ControllerForm.base_fields if hasattr(controller, name)]
    values = {name: getattr(controller, name) for name in names if name not in SECRETS}
    return {**values, "allowed_addresses": "\n".join(controller.allowed_addresses)}


def outlets(actor: Membership) -> "QuerySet[Outlet]":
    """The outlets of the person's region."""
    found: QuerySet[Outlet] = Outlet.objects.for_actor(actor).select_related("site__enterprise")
    return found


class ControllerFilter(django_filters.FilterSet):
    """Which controllers are listed."""

    mn = django_filters.CharFilter(label=_("MN"), lookup_expr="icontains")
    enterprise = django_filters.CharFilter(label=_("Enterprise"), method="of_enterprise")
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=ControllerState.choices, empty_label=_("all")
    )

    class Meta:
        model = Controller
        fields: list[str] = []

    def of_enterprise(
        self, rows: "QuerySet[Controller]", name: str, value: str
    ) -> "QuerySet[Controller]":
        return rows.filter(outlet__site__enterprise__name__folded__contains=fold(value))


class MomentField(forms.DateTimeField):
    """A moment, picked in the browser, in the site's time."""

    def __init__(self, **given: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M"], **given)


class MomentFilter(django_filters.Filter):
    field_class = MomentField


def verdict_words() -> list[tuple[str, str]]:
    """Every verdict a frame can have, with its sentence."""
    return [(code, f"{code} {REGISTER[code].sentence}") for code in FRAME_VERDICTS]


class FrameFilter(django_filters.FilterSet):
    """Which raw frames are listed; each field is served by an index."""

    mn = django_filters.CharFilter(label=_("MN"))
    cn = django_filters.CharFilter(label=_("Command (CN)"))
    verdict = django_filters.ChoiceFilter(
        label=_("Verdict"), choices=verdict_words, empty_label=_("all")
    )
    since = MomentFilter(label=_("From"), field_name="received_at", lookup_expr="gte")
    until = MomentFilter(label=_("To"), field_name="received_at", lookup_expr="lte")

    class Meta:
        model = RawFrame
        fields: list[str] = []
