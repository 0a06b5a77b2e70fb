"""Forms of the sections of a draft: project, unit data, years and periods, plan, attachments."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from permits.models import Application, RequestedLimit, Zone
from permits.models.attachments import AttachmentKind
from permits.models.parts import NATURE_NAMES, DutyKind, Frequency, Method
from permits.services import PeriodLine, PlanLine, YearLine
from shell.forms import DayField, NameField, QuantityField

YEARS = 5  # columns of the form; the term in force is five years (Regulation art. 14)
PERIOD_HEADS = {
    "name": _("Special period"),
    "starts": _("from (month-day)"),
    "ends": _("to (month-day)"),
    "day": _("Quantity per day (empty: no discharge)"),
}
PERIODS = 2  # empty lines offered per limit beside those that are there
TEXT = {"class": "form-control"}
FIGURE = {"class": "form-control figure-input"}
SELECT = {"class": "form-select"}


class SectionForm(forms.Form):
    """A section of a draft: the revision that its writer saw comes back with it."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class ProjectForm(SectionForm):
    """What is built, its EIA approval, and the acceptance of its treatment works."""

    nature = forms.ChoiceField(
        label=_("Nature of the project"), choices=[*NATURE_NAMES.items()], widget=forms.RadioSelect
    )
    name = NameField(label=_("Project name"), max_length=160, required=False)
    eia_no = forms.CharField(label=_("EIA approval number"), max_length=80, required=False)
    eia_on = DayField(label=_("EIA approved on"), required=False)
    zone = forms.ModelChoiceField(
        Zone.objects.none(),
        label=_("Zone"),
        required=False,
        help_text=_("The environmental control unit in which the project lies (三线一单)."),
    )
    accepted_on = DayField(
        label=_("Treatment works accepted on"),
        required=False,
        help_text=_("Acceptance of the three simultaneities: then the first issue carries it."),
    )
    acceptance_document = forms.CharField(
        label=_("Acceptance document"), max_length=160, required=False
    )

    def __init__(self, *args: Any, zones: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["zone"]
        chosen.queryset = zones


class BasicsForm(SectionForm):
    """The unit's data as they are from now on."""

    changed_on = DayField(
        label=_("Changed on"),
        help_text=_("A change is reported within 30 working days (Regulation art. 14)."),
    )
    name = NameField(label=_("Unit name"), max_length=120)
    name_en = NameField(label=_("English name"), max_length=160, required=False)
    address = forms.CharField(label=_("Registered address"), max_length=200)
    legal_representative = forms.CharField(label=_("Legal representative"), max_length=60)


class AttachmentForm(forms.Form):
    """A paper to be attached."""

    kind = forms.ChoiceField(label=_("Kind of paper"), choices=AttachmentKind.choices)
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.docx,.xlsx"}),
        help_text=_("PDF, PNG, JPEG, Word (.docx) or Excel (.xlsx), without macros."),
    )


class YearsForm(SectionForm):
    """Quantities of single years and special periods, limit by limit."""

    def __init__(self, *args: Any, limits: list[RequestedLimit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limits = limits
        for limit in limits:
            self.add_years(limit)
            self.add_periods(limit)

    def add_years(self, limit: RequestedLimit) -> None:
        there = {year.year_no: year.quantity for year in limit.years.all()}
        for number in range(1, YEARS + 1):
            self.fields[f"y-{limit.pk}-{number}"] = QuantityField(
                unit=unit_of(limit),
                label=_("%(where)s, year %(number)s")
                % {"where": where_of(limit), "number": number},
                required=False,
                initial=there.get(number),
                widget=forms.TextInput(attrs=FIGURE),
            )

    def add_periods(self, limit: RequestedLimit) -> None:
        there: list[Any] = list(limit.special_periods.all())
        for number in range(len(there) + PERIODS):
            row = there[number] if number < len(there) else None
            for name, field in self.period_fields(limit, row).items():
                self.fields[f"p-{limit.pk}-{number}-{name}"] = field

    def period_fields(self, limit: RequestedLimit, row: Any) -> dict[str, forms.Field]:
        """The boxes of one special period."""
        where = {"where": where_of(limit)}
        texts = {
            "name": (_("%(where)s, special period"), 80),
            "starts": (_("%(where)s, from (month-day)"), 5),
            "ends": (_("%(where)s, to (month-day)"), 5),
        }
        fields: dict[str, forms.Field] = {
            name: forms.CharField(
                label=label % where,
                max_length=length,
                required=False,
                initial=getattr(row, name, ""),
                widget=forms.TextInput(attrs=TEXT),
            )
            for name, (label, length) in texts.items()
        }
        fields["day"] = QuantityField(
            unit=unit_of(limit),
            label=_("%(where)s, quantity per day (empty: no discharge)") % where,
            required=False,
            initial=getattr(row, "quantity_per_day", None),
            widget=forms.TextInput(attrs=FIGURE),
        )
        return fields

    def grid(self) -> Iterator[dict[str, Any]]:
        """For the page: each limit with its years and periods."""
        for limit in self.limits:
            yield {
                "limit": limit,
                "unit": "m³" if limit.pollutant.unit == "L" else "t",
                "years": [self[f"y-{limit.pk}-{n}"] for n in range(1, YEARS + 1)],
                "periods": list(self.period_boxes(limit)),
            }

    def period_boxes(self, limit: RequestedLimit) -> Iterator[list[Any]]:
        for number in range(len(limit.special_periods.all()) + PERIODS):
            start = f"p-{limit.pk}-{number}-"
            yield [(self[f"{start}{name}"], head) for name, head in PERIOD_HEADS.items()]

    def years(self) -> list[YearLine]:
        """The years in which something is entered."""
        return [
            YearLine(limit.pk, number, quantity)
            for limit in self.limits
            for number in range(1, YEARS + 1)
            if (quantity := self.cleaned_data.get(f"y-{limit.pk}-{number}")) is not None
        ]

    def periods(self) -> list[PeriodLine]:
        """The special periods in which something is entered."""
        found = []
        for limit in self.limits:
            for number in range(len(limit.special_periods.all()) + PERIODS):
                said = {
                    name: self.cleaned_data.get(f"p-{limit.pk}-{number}-{name}")
                    for name in ("name", "starts", "ends", "day")
                }
                if said["starts"] or said["ends"] or said["name"]:
                    found.append(period_line(limit.pk, said))
        return found


def period_line(limit_id: int, said: dict[str, Any]) -> PeriodLine:
    """One line of the form; without a quantity per day nothing may be discharged."""
    return PeriodLine(
        limit_id=limit_id,
        name=said["name"] or "",
        starts=said["starts"] or "",
        ends=said["ends"] or "",
        is_ban=said["day"] is None,
        quantity_per_day=said["day"],
    )


def unit_of(limit: RequestedLimit) -> str:
    return "m3" if limit.pollutant.unit == "L" else "t"


def where_of(limit: RequestedLimit) -> str:
    return f"{limit.outlet.code} {limit.pollutant}"


class PlanForm(SectionForm):
    """The self-monitoring plan, pollutant by pollutant, and the management duties."""

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = application.requested_limits.select_related("outlet", "pollutant")
        self.limits = list(limits.exclude(pollutant="WATER").order_by("outlet__code", "pollutant"))
        there = {
            (item.outlet_id, item.pollutant_id): f"{item.method}/{item.frequency}"
            for item in application.monitoring_items.all()
        }
        for limit in self.limits:
            self.fields[self.name_of(limit)] = forms.ChoiceField(
                label=where_of(limit),
                choices=[("", "–"), *plan_choices()],
                required=False,
                initial=there.get((limit.outlet_id, limit.pollutant_id), ""),
                widget=forms.Select(attrs=SELECT),
            )
        texts = {duty.kind: duty.text for duty in application.duties.all()}
        for kind, label in DutyKind.choices:
            self.fields[f"d-{kind}"] = forms.CharField(
                label=capfirst(label),
                required=False,
                max_length=2000,
                initial=texts.get(kind, ""),
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def name_of(self, limit: RequestedLimit) -> str:
        return f"m-{limit.outlet_id}-{limit.pollutant_id}"

    def plan_boxes(self) -> list[Any]:
        """For the page: the boxes of the plan."""
        return [self[self.name_of(limit)] for limit in self.limits]

    def duty_boxes(self) -> list[Any]:
        """For the page: the boxes of the duties."""
        return [self[f"d-{kind}"] for kind in DutyKind.values]

    def items(self) -> list[PlanLine]:
        """The lines in which something is chosen."""
        found = []
        for limit in self.limits:
            method, slash, frequency = self.cleaned_data[self.name_of(limit)].partition("/")
            if slash:
                found.append(PlanLine(limit.outlet_id, limit.pollutant_id, method, frequency))
        return found

    def duties(self) -> dict[str, str]:
        """Kind of duty → what has to be done."""
        return {kind: self.cleaned_data[f"d-{kind}"] for kind in DutyKind.values}


def plan_choices() -> list[tuple[str, Any]]:
    """Automatic monitoring is continuous, sampling has its frequency."""
    manual = [choice for choice in Frequency.choices if choice[0] != Frequency.CONTINUOUS]
    return [
        (f"{Method.AUTO}/{Frequency.CONTINUOUS}", Method.AUTO.label),
        *(
            (f"{Method.MANUAL}/{value}", f"{Method.MANUAL.label} · {label}")
            for value, label in manual
        ),
    ]
