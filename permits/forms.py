"""Forms of permits: strict figures, once-only keys, and the grid of requested limits."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ledger.models import Pollutant
from parties.models import Membership, Region
from parties.rules import Role
from permits.models import Application, Outlet, Site
from permits.models.applications import KIND_NAMES, ManagementClass
from permits.models.panels import Vote
from permits.models.permits import PermitState
from permits.models.sites import DischargeMode, Medium, OutletKind
from permits.services import RequestedLine
from shell import units
from shell.forms import NameField, OnceForm, QuantityField, StrictNumberField
from shell.sentences import NumberBelowLeast

UNUSED: list[tuple[str, Any]] = [("", _("any"))]


def counties(actor: Membership) -> Any:
    """The counties a site may lie in: of the bureau's area, or of the enterprise's city."""
    place = actor.region
    assert place, "only people in a bureau or an enterprise register sites"
    prefix = place.prefix if actor.bureau_id else place.code[:4]
    return Region.objects.filter(code__startswith=prefix, level="COUNTY")


class SiteForm(OnceForm):
    """A production site; an officer names the enterprise by its credit code."""

    uscc = forms.CharField(label=_("Unified social credit code"), max_length=18)
    site_no = forms.CharField(
        label=_("Site number"), max_length=3, help_text=_("Three digits, 001 for the first site.")
    )
    name = NameField(label=_("Site name"), max_length=120)
    name_en = NameField(label=_("English name"), max_length=160, required=False)
    region = forms.ModelChoiceField(Region.objects.none(), label=_("County"))
    address = forms.CharField(label=_("Production address"), max_length=200)
    basin = forms.CharField(
        label=_("River basin"),
        max_length=40,
        required=False,
        help_text=_("Water rights are traded within one basin."),
    )
    air_shed = forms.CharField(
        label=_("Air-shed"),
        max_length=40,
        required=False,
        help_text=_("Air rights are traded within one city or air-shed."),
    )

    def __init__(self, *args: Any, actor: Membership, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["region"]
        chosen.queryset = counties(actor)
        if not is_new or actor.enterprise_id:
            del self.fields["uscc"]
        if not is_new:
            del self.fields["site_no"]


class OutletForm(OnceForm):
    """An outlet of a site."""

    medium = forms.ChoiceField(label=_("Medium"), choices=Medium.choices)
    code = forms.CharField(
        label=_("Outlet code"), max_length=5, help_text=_("DW001 for water, DA001 for air.")
    )
    kind = forms.ChoiceField(
        label=_("Kind of outlet"),
        choices=OutletKind.choices,
        help_text=_("Main outlets carry concentration and quantity, general ones concentration."),
    )
    name = NameField(label=_("Outlet name"), max_length=80)
    mode = forms.ChoiceField(label=_("Discharge mode"), choices=DischargeMode.choices)
    destination = forms.CharField(label=_("Discharge destination"), max_length=120, required=False)
    position = forms.CharField(label=_("Position"), max_length=120, required=False)

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["medium"], self.fields["code"]


class StartForm(OnceForm):
    """Which site, and what is asked for."""

    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"))
    kind = forms.ChoiceField(
        label=_("What do you apply for?"), choices=[*KIND_NAMES.items()], widget=forms.RadioSelect
    )
    management_class = forms.ChoiceField(
        label=_("Management class"),
        choices=ManagementClass.choices,
        widget=forms.RadioSelect,
        help_text=_("As you expect it; the section “Management class” holds it to the catalogue."),
    )

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["site"]
        chosen.queryset = Site.objects.for_actor(actor)


class ConcentrationField(StrictNumberField):
    """A concentration with up to four decimals; gives a Decimal."""

    def parse(self, text: str) -> int:
        return units.parse_quantity(text, unit="t", places=4)

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        if number == 0:
            refused = NumberBelowLeast(least="0.0001")
            raise ValidationError(str(refused), code=refused.code)
        return None if number is None else Decimal(number) / units.MG_PER_T

    def prepare_value(self, value: Any) -> Any:
        return units.plain(value) if isinstance(value, Decimal) else value


class DraftForm(forms.Form):
    """The application's statement and, per outlet and pollutant, what is asked for."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    statement = forms.CharField(
        label=_("Statement of the applicant"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What is built or changed, and why the permit is asked for."),
    )
    is_committed = forms.BooleanField(
        label=_("We commit that all entries are true, complete and lawful (letter of commitment)."),
        required=False,
    )

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outlets = list(application.site.outlets.all())
        self.pollutants = list(Pollutant.objects.all())
        asked = {
            (row.outlet_id, row.pollutant_id): row for row in application.requested_limits.all()
        }
        for outlet, pollutant in self.pairs():
            self.add_line(outlet, pollutant, asked.get((outlet.pk, pollutant.pk)))

    def pairs(self) -> Iterator[tuple[Outlet, Pollutant]]:
        """Each outlet with each pollutant of its medium."""
        for outlet in self.outlets:
            for pollutant in self.pollutants:
                if pollutant.medium == outlet.medium:
                    yield outlet, pollutant

    def add_line(self, outlet: Outlet, pollutant: Pollutant, row: Any) -> None:
        end = f"{outlet.pk}-{pollutant.pk}"
        where = f"{outlet.code} {pollutant}"
        css = {"class": "form-control figure-input"}
        if pollutant.pk != "WATER":
            unit = "mg/L" if outlet.medium == "WATER" else "mg/m³"
            self.fields[f"c-{end}"] = ConcentrationField(
                label=_("%(where)s, concentration in %(unit)s") % {"where": where, "unit": unit},
                required=False,
                initial=row and row.concentration,
                widget=forms.TextInput(attrs=css),
            )
        if outlet.kind == OutletKind.MAIN:
            unit = "m3" if pollutant.unit == "L" else "t"
            self.fields[f"q-{end}"] = QuantityField(
                unit=unit,
                label=_("%(where)s, quantity per year in %(unit)s")
                % {"where": where, "unit": "m³" if unit == "m3" else "t"},
                required=False,
                initial=row and row.quantity_per_year,
                widget=forms.TextInput(attrs=css),
            )

    def grid(self) -> list[dict[str, Any]]:
        """For the page: outlets, each with its pollutants' boxes."""
        rows: dict[int, dict[str, Any]] = {}
        for outlet, pollutant in self.pairs():
            end = f"{outlet.pk}-{pollutant.pk}"
            group = rows.setdefault(outlet.pk, {"outlet": outlet, "lines": []})
            group["lines"].append(
                {
                    "pollutant": pollutant,
                    "concentration": self[f"c-{end}"] if f"c-{end}" in self.fields else None,
                    "quantity": self[f"q-{end}"] if f"q-{end}" in self.fields else None,
                }
            )
        return list(rows.values())

    def lines(self) -> list[RequestedLine]:
        """The lines in which something is entered."""
        found = []
        for outlet, pollutant in self.pairs():
            end = f"{outlet.pk}-{pollutant.pk}"
            concentration = self.cleaned_data.get(f"c-{end}")
            quantity = self.cleaned_data.get(f"q-{end}")
            if concentration is not None or quantity is not None:
                found.append(RequestedLine(outlet.pk, pollutant.pk, concentration, quantity))
        return found


class SubmitForm(OnceForm):
    """Check your answers, then send."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class OpinionForm(OnceForm):
    """A step with an opinion and, where the law wants one, its article."""

    opinion = forms.CharField(
        label=_("Opinion"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=160, required=False)


class ReasonForm(OnceForm):
    """A step that needs its reason in writing."""

    opinion = forms.CharField(
        label=_("Reason, as the applicant is told it"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=160)


class WithdrawForm(OnceForm):
    """Take the application back."""

    opinion = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class NoteForm(OnceForm):
    """A step with a free note."""

    opinion = forms.CharField(
        label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReviewForm(NoteForm):
    """Begin the review."""

    has_site_check = forms.BooleanField(label=_("A site check is needed"), required=False)


class PanelForm(NoteForm):
    """Call the members."""

    meets_at = forms.DateTimeField(
        label=_("Meets at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    place = forms.CharField(label=_("Place"), max_length=120, required=False)

    members = forms.ModelMultipleChoiceField(
        Membership.objects.none(),
        label=_("Members"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["members"]
        chosen.queryset = (
            Membership.objects.for_actor(actor)
            .filter(role=Role.PANEL_MEMBER, valid_to__isnull=True)
            .select_related("user")
        )


class MinutesForm(OnceForm):
    """Close the collective review."""

    opinion = forms.CharField(
        label=_("Minutes"), max_length=8000, widget=forms.Textarea(attrs={"rows": 8})
    )


class VoteForm(OnceForm):
    """A panel member's vote."""

    vote = forms.ChoiceField(label=_("Vote"), choices=Vote.choices, widget=forms.RadioSelect)
    opinion = forms.CharField(
        label=_("Opinion"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ProposeForm(OnceForm):
    """Decide to grant."""

    mark = forms.CharField(
        label=_("Identification mark"),
        max_length=1,
        help_text=_("The 22nd character of the number, as the national platform assigned it."),
    )
    opinion = forms.CharField(
        label=_("Opinion"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=160)


class EndingForm(OnceForm):
    """Propose to end a permit."""

    ends_as = forms.ChoiceField(
        label=_("How the permit ends"),
        choices=[
            (PermitState.REVOKED, _("revoke: penalty for a grave breach")),
            (PermitState.WITHDRAWN, _("withdraw: granted in error or by fraud")),
            (PermitState.CANCELLED, _("cancel: unit ended, or the permit cannot be carried out")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=160)


class EndingDecisionForm(OnceForm):
    """The second person's answer to a proposed ending."""

    granted = forms.ChoiceField(
        label=_("Decision"),
        choices=[("yes", _("carry it out")), ("no", _("reject the proposal"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class SearchForm(forms.Form):
    """The register's filter."""

    text = forms.CharField(label=_("Name or permit number"), required=False, max_length=60)
    region = forms.ModelChoiceField(
        Region.objects.exclude(level="PROVINCE"),
        label=_("Region"),
        required=False,
        empty_label=_("any"),
    )
    industry = forms.RegexField(
        r"^[0-9]{1,4}$", label=_("Industry code"), required=False, max_length=4
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[*UNUSED, *PermitState.choices]
    )
