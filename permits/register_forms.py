"""Forms of units and of the catalogue: facilities, the class of an application, a row."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models import Pollutant
from permits.catalogue import Answer, Measure, Scope
from permits.models import CatalogueEntry, Outlet, Site
from permits.models.applications import KIND_NAMES, STATE_NAMES, ManagementClass
from permits.models.catalogue import CLASS_NAMES, MEASURE_NAMES, SCOPE_NAMES
from permits.models.facilities import FacilityKind
from permits.queries.catalogue import Classing
from shell import units
from shell.forms import CountField, DayField, NameField, OnceForm, StrictNumberField
from shell.names import fold

from .section_forms import FIGURE, SELECT, SectionForm
from .work_forms import PermitRuleForm

AS_PROPOSED = ("", _("as the catalogue proposes"))
YES_NO = [("", _("not answered")), ("yes", _("yes")), ("no", _("no"))]
WORDS = {"yes": True, "no": False}


class ApplicationSearchForm(forms.Form):
    """The filter of the list of applications."""

    text = forms.CharField(label=_("Name or application number"), required=False, max_length=60)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("any")), *KIND_NAMES.items()], required=False
    )
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("any")), ("OPEN", _("all open")), *STATE_NAMES.items()],
        required=False,
    )

    def narrowed(self, rows: Any) -> Any:
        """What the filter leaves; nothing when it is wrong."""
        if not self.is_valid():
            return rows.none()
        text, kind, state = (self.cleaned_data[name] for name in ("text", "kind", "state"))
        if text := text.strip():
            named = Q(site__enterprise__name__folded__contains=fold(text))
            named |= Q(site__enterprise__name_en__folded__contains=fold(text))
            rows = rows.filter(named | Q(application_no__startswith=text.upper()))
        if kind:
            rows = rows.filter(kind=kind)
        if state == "OPEN":
            return rows.open()
        return rows.filter(state=state) if state else rows


class FigureField(StrictNumberField):
    """A figure with up to three decimals, in whatever unit stands beside it; gives a Decimal."""

    def parse(self, text: str) -> int:
        return units.parse_quantity(text, unit="t", places=3)

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        return None if number is None else Decimal(number) / units.MG_PER_T

    def prepare_value(self, value: Any) -> Any:
        return units.plain(value) if isinstance(value, Decimal) else value


class FacilityForm(OnceForm):
    """A production unit or a treatment unit of a site."""

    kind = forms.ChoiceField(label=_("Kind of unit"), choices=FacilityKind.choices)
    code = forms.CharField(
        label=_("Unit code"),
        max_length=6,
        help_text=_("MF0001 for production; TW001 water, TA001 gas, TN001 noise, TS001 solid."),
    )
    name = NameField(label=_("Name of the unit"), max_length=80)
    process = forms.CharField(label=_("Process or technique"), max_length=120, required=False)
    capacity = forms.CharField(
        label=_("Design capacity"),
        max_length=80,
        required=False,
        help_text=_("With its unit, such as 2 000 m³/d."),
    )
    outlets = forms.ModelMultipleChoiceField(
        Outlet.objects.none(),
        label=_("Outlets it leads to"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    retired_on = DayField(label=_("Out of use since"), required=False)

    def __init__(self, *args: Any, site: Site, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["outlets"]
        chosen.queryset = site.outlets.all()
        if not chosen.queryset:
            del self.fields["outlets"]
        for name in ("retired_on",) if is_new else ("kind", "code"):
            del self.fields[name]

    def values(self) -> dict[str, Any]:
        """What the form says, without its once-only key."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "once"}
        return {**said, "outlets": list(said.get("outlets", ()))}


class ClassForm(SectionForm):
    """The catalogue's questions, the class, and why another one than proposed."""

    chosen = forms.ChoiceField(
        label=_("Management class"),
        choices=[AS_PROPOSED, *ManagementClass.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    reason = forms.CharField(
        label=_("Why another class than the catalogue proposes"), max_length=400, required=False
    )

    def __init__(self, *args: Any, found: Classing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        for one in found.judged:
            if one.entry.measure == Measure.FIGURE:
                self.fields[f"a-{one.entry.pk}"] = FigureField(
                    label=f"{one.entry} ({one.entry.unit})",
                    required=False,
                    widget=forms.TextInput(attrs=FIGURE),
                )
            elif one.entry.measure == Measure.FACT:
                self.fields[f"a-{one.entry.pk}"] = forms.ChoiceField(
                    label=str(one.entry),
                    choices=YES_NO,
                    required=False,
                    widget=forms.Select(attrs=SELECT),
                )

    def grid(self) -> Iterator[dict[str, Any]]:
        """For the page: each test with its box, if it asks something."""
        for one in self.found.judged:
            name = f"a-{one.entry.pk}"
            box = self[name] if name in self.fields else None
            yield {"judged": one, "entry": one.entry, "box": box}

    def answers(self) -> dict[int, Answer]:
        """What was entered, by row of the catalogue."""
        return {
            one.entry.pk: answer_of(self.cleaned_data.get(f"a-{one.entry.pk}"))
            for one in self.found.judged
        }


def answer_of(value: Any) -> Answer:
    """A box's value as an answer; an empty box says nothing."""
    if isinstance(value, Decimal):
        return Answer(figure=value)
    return Answer(is_so=WORDS.get(value or ""))


def initial_answers(answers: dict[int, Answer]) -> dict[str, Any]:
    """Answers as the boxes show them."""
    words = {True: "yes", False: "no", None: ""}
    return {
        f"a-{pk}": said.figure if said.figure is not None else words[said.is_so]
        for pk, said in answers.items()
    }


class CatalogueEntryForm(PermitRuleForm):
    """A test of the catalogue, or the region's own in its place."""

    row_no = CountField(label=_("Row of the catalogue"), least=1, most=999)
    scope = forms.ChoiceField(label=_("Speaks of"), choices=[*SCOPE_NAMES.items()])
    industry = forms.RegexField(
        r"^[0-9]{1,4}$",
        label=_("Industry code or its beginning"),
        required=False,
        help_text=_("GB/T 4754: 17 names every textile industry, 1713 one of them."),
    )
    management_class = forms.ChoiceField(label=_("Leads to"), choices=[*CLASS_NAMES.items()])
    measure = forms.ChoiceField(label=_("Test"), choices=[*MEASURE_NAMES.items()])
    pollutant = forms.ModelChoiceField(
        Pollutant.objects.exclude(pk="WATER"),
        label=_("Pollutant"),
        required=False,
        empty_label="–",
    )
    threshold = FigureField(label=_("Threshold"), required=False)
    unit = forms.CharField(
        label=_("Unit of the figure"),
        max_length=20,
        required=False,
        help_text=_("Only for a figure that the applicant states; pollutants count in t a year."),
    )
    is_inclusive = forms.BooleanField(
        label=_("Reaching the threshold is enough (及以上)"), required=False, initial=True
    )
    text_zh = forms.CharField(label=_("As the catalogue says"), max_length=300)
    text_en = forms.CharField(label=_("The same in English"), max_length=300, required=False)
    field_order = [
        *("row_no", "scope", "industry", "management_class", "measure", "pollutant"),
        *("threshold", "unit", "is_inclusive", "text_zh", "text_en", "region"),
    ]

    def clean(self) -> dict[str, Any]:
        """Each way of testing has what it needs, and nothing else."""
        data = super().clean() or {}
        measure = data.get("measure")
        wants = {
            "industry": data.get("scope") == Scope.INDUSTRY,
            "pollutant": measure == Measure.POLLUTANT,
            "threshold": measure in (Measure.POLLUTANT, Measure.FIGURE),
            "unit": measure == Measure.FIGURE,
        }
        for name, is_wanted in wants.items():
            is_there = data.get(name) not in (None, "")
            if is_wanted and not is_there and name not in self.errors:
                self.add_error(name, _("This test needs it."))
            if is_there and not is_wanted:
                self.add_error(name, _("Leave it empty for this test."))
        return data

    def rule(self) -> CatalogueEntry:
        names = [
            *("row_no", "scope", "industry", "management_class", "measure", "pollutant"),
            *("threshold", "unit", "is_inclusive", "text_zh", "text_en"),
        ]
        return CatalogueEntry(**self.shared(), **{name: self.cleaned_data[name] for name in names})
