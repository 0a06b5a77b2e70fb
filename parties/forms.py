"""Forms and filters of parties; each makes one call into the services."""

from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parties.models import Bureau, Enterprise, Membership, Region
from parties.models.people import ROLE_NAMES
from parties.refusals import SeenMissing, UsccIsBad
from parties.rules import (
    BUREAU_ROLES,
    ENTERPRISE_ROLES,
    OWN_PEOPLE_ROLES,
    Role,
    is_uscc_form,
)
from parties.services.bureaus import RegionEntry
from parties.services.enterprises import EnterpriseEntry
from shell.forms import DayField, NameField
from shell.names import fold
from shell.sheets import MOST_BYTES


class ReasonForm(forms.Form):
    """Why something is done; it stands in the history."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=80,
        help_text=_("Stands in the history for ever, with your name and role."),
    )


class DatedRowForm(forms.Form):
    """What every row that holds in a region from a day on has in common."""

    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"))
    valid_from = DayField(label=_("Valid from"))
    reason = forms.CharField(
        label=_("Reason of the entry"), max_length=80, help_text=_("It stands in the history.")
    )
    model: Any = None

    def __init__(self, *args: Any, regions: "QuerySet[Region]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        narrow(self, "region", regions)
        self.fields["reason"] = self.fields.pop("reason")  # last, whatever a form adds

    def row(self) -> Any:
        """The row as entered, not yet saved."""
        values = {k: v for k, v in self.cleaned_data.items() if k != "reason"}
        return self.model(**values)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even if it is empty; None when the form is only to be shown."""
    return request.POST if request.method == "POST" else None


def reason_of(request: HttpRequest) -> str:
    """The reason given with a button's question; says so and gives nothing when it is missing."""
    form = ReasonForm(request.POST)
    if form.is_valid():
        return str(form.cleaned_data["reason"])
    messages.error(request, gettext("Nothing was done: a reason is missing or too long."))
    return ""


def narrow(form: forms.Form, name: str, rows: "QuerySet[Any]") -> None:
    """Let a choice offer only these rows."""
    choice = form.fields[name]
    assert isinstance(choice, forms.ModelChoiceField)
    choice.queryset = rows


class LanguageForm(forms.Form):
    """Chinese or English."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class EnterpriseForm(forms.Form):
    """A unit's entry in the register."""

    uscc = forms.CharField(
        label=_("Credit code"),
        max_length=30,  # with the spaces people copy along
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("18 characters, as on the business licence. It cannot be changed later."),
    )
    name = NameField(label=_("Name"), max_length=120)
    name_en = NameField(label=_("English name"), max_length=160, required=False)
    region = forms.ModelChoiceField(
        label=_("County or district"),
        queryset=Region.objects.none(),
        help_text=_("Where the unit lies. It cannot be changed later."),
    )
    industry_code = forms.RegexField(
        r"^[0-9A-Z]{1,5}$",
        label=_("Industry code (GB/T 4754)"),
        help_text=_("Four digits, for instance 1713 for dyeing of cotton."),
        error_messages={"invalid": _("An industry code has at most five digits or capitals.")},
    )
    industry_name = NameField(label=_("Industry"), max_length=60)
    address = NameField(label=_("Address"), max_length=200)
    legal_representative = NameField(label=_("Legal representative"), max_length=60)
    reason = forms.CharField(
        label=_("Basis of the entry"),
        max_length=80,
        help_text=_("For instance the licence or notice you have before you."),
    )

    def __init__(
        self, *args: Any, actor: Membership, enterprise: Enterprise | None = None, **kwargs: Any
    ) -> None:
        if enterprise is not None:
            kwargs["initial"] = {
                name: getattr(enterprise, name) for name in self.base_fields if name != "reason"
            }
        super().__init__(*args, **kwargs)
        narrow(self, "region", Region.objects.for_actor(actor).counties())
        if enterprise is not None:
            for fixed in ("uscc", "region"):
                self.fields[fixed].disabled = True

    def clean_uscc(self) -> str:
        # Typed from paper, a code comes in small letters and with spaces between its groups.
        code = str(self.cleaned_data["uscc"]).replace(" ", "").upper()
        if not is_uscc_form(code):
            raise forms.ValidationError(str(UsccIsBad()))
        return code

    def entry(self) -> EnterpriseEntry:
        """What the service takes."""
        values = dict(self.cleaned_data)
        values.pop("reason")
        return EnterpriseEntry(region_code=values.pop("region").pk, **values)


class SeenForm(forms.Form):
    """Which history row the person saw, so that a stale edit is refused."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


def seen_of(request: Any, row: Any) -> SeenForm:
    """The history row the person saw, as it came back or as it is now.

    What is sent without it could overwrite what another has saved since: refused (A411).
    """
    form = SeenForm(posted(request), initial={"seen": row.history.latest().history_id})
    if form.is_bound and not form.is_valid():
        raise SeenMissing
    return form


class UploadForm(forms.Form):
    """A spreadsheet."""

    file = forms.FileField(
        label=_("File (.xlsx)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        help_text=_("At most 10 MB and 20 000 rows. Nothing is taken over before you confirm."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file has more than 10 MB."))
        return file


class PersonForm(forms.Form):
    """Who a person is: a new one, or one who has an account."""

    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Letters, digits and @ . + - _; what the person types to sign in."),
    )
    display_name = NameField(
        label=_("Full name"),
        max_length=60,
        help_text=_("An existing account gets the role if user name and name are exactly its own."),
    )


class OwnPersonForm(PersonForm):
    """A person of the own enterprise and the role he gets there."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[("", "–"), *((r, ROLE_NAMES[r]) for r in Role if r in OWN_PEOPLE_ROLES)],
    )
    valid_from = DayField(label=_("First day"))
    valid_to = DayField(label=_("Last day"), required=False)


class InviteForm(PersonForm):
    """A person and the role he gets."""

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= GrantForm(actor=actor).fields


class GrantForm(forms.Form):
    """A role in a bureau or an enterprise, with its days."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[
            ("", "–"),
            (_("In a bureau"), [(r, ROLE_NAMES[r]) for r in Role if r in BUREAU_ROLES]),
            (_("In an enterprise"), [(r, ROLE_NAMES[r]) for r in Role if r in ENTERPRISE_ROLES]),
        ],
    )
    bureau = forms.ModelChoiceField(
        label=_("Bureau"),
        queryset=Bureau.objects.none(),
        required=False,
        help_text=_("For a bureau role."),
    )
    uscc = forms.CharField(
        label=_("Enterprise (code)"),
        required=False,
        max_length=30,
        help_text=_("For an enterprise role: its unified social credit code."),
    )
    valid_from = DayField(label=_("First day"))
    valid_to = DayField(label=_("Last day"), required=False)
    reason = forms.CharField(
        label=_("Reason and proof"),
        max_length=80,
        help_text=_(
            "The second person decides by it. For an enterprise: the letter of authorisation and"
            " the licence you have seen."
        ),
    )

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        narrow(self, "bureau", Bureau.objects.for_actor(actor))
        if not actor.enterprise_id:
            self.fields["bureau"].initial = actor.bureau


def place_of(form: forms.Form, actor: Membership) -> Bureau | Enterprise | None:
    """The bureau or enterprise a role form names; says on the form what is missing."""
    values = form.cleaned_data
    if values["role"] in BUREAU_ROLES:
        bureau: Bureau | None = values["bureau"]
        if bureau is None:
            form.add_error("bureau", _("Choose the bureau in which the person works."))
        return bureau
    code = values["uscc"].replace(" ", "").upper()
    enterprise = Enterprise.objects.for_actor(actor).filter(uscc=code).first()
    if enterprise is None:
        form.add_error("uscc", _("No enterprise of your area has this code."))
    return enterprise


class RegionForm(forms.Form):
    """A region below the bureau's own."""

    code = forms.CharField(
        label=_("Code"), max_length=6, help_text=_("Six digits of GB/T 2260, for instance 330881.")
    )
    name_zh = NameField(label=_("Chinese name"), max_length=60)
    name_en = NameField(label=_("English name"), max_length=60)

    def entry(self) -> RegionEntry:
        return RegionEntry(**self.cleaned_data)


class BureauForm(forms.Form):
    """The bureau of a region."""

    name_zh = NameField(label=_("Chinese name"), max_length=120)
    name_en = NameField(label=_("English name"), max_length=120)


class HolidayForm(forms.Form):
    """A day of the State Council's calendar."""

    date = DayField(
        label=_("Day"),
        help_text=_("A weekday becomes a day off, a Saturday or Sunday a working day."),
    )
    name = forms.CharField(label=_("Name"), max_length=40)
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=120, help_text=_("Title or number of the notice.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=80)


class DecisionForm(forms.Form):
    """The second person's word."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed for a refusal; the person who asked reads it."),
    )
    decision = forms.ChoiceField(
        choices=[("grant", ""), ("refuse", "")],
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Press one of the two buttons: grant or refuse.")
        ),
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("decision") == "refuse" and not values.get("reason"):
            self.add_error("reason", _("Say why you refuse."))
        return values


class EnterpriseFilter(django_filters.FilterSet):
    """What narrows the register."""

    q = django_filters.CharFilter(label=_("Name or code"), method="search")
    region = django_filters.ModelChoiceFilter(
        label=_("County or district"), queryset=Region.objects.none(), empty_label=_("all")
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=Enterprise._meta.get_field("state").choices,
        empty_label=_("all"),
    )

    class Meta:
        model = Enterprise
        fields: list[str] = []

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["region"].queryset = Region.objects.for_actor(actor).counties()

    def search(self, rows: "QuerySet[Enterprise]", name: str, value: str) -> "QuerySet[Enterprise]":
        word = fold(value)
        return rows.filter(
            Q(name__folded__contains=word)
            | Q(name_en__folded__contains=word)
            | Q(uscc__startswith=word)
            | Q(legal_representative__folded__contains=word)
        )


class MembershipFilter(django_filters.FilterSet):
    """What narrows the list of people."""

    q = django_filters.CharFilter(label=_("Full name or user name"), method="search")
    role = django_filters.ChoiceFilter(
        label=_("Role"),
        choices=[(r, name) for r, name in ROLE_NAMES.items() if r != Role.SYSTEM],
        empty_label=_("all"),
    )

    class Meta:
        model = Membership
        fields: list[str] = []

    def search(self, rows: "QuerySet[Membership]", name: str, value: str) -> "QuerySet[Membership]":
        word = fold(value)
        return rows.filter(
            Q(user__display_name__folded__contains=word) | Q(user__username__folded__contains=word)
        )
