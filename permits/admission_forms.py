"""Forms of admission: replacements in the draft, verified totals, zones and the negative list."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.models import Pollutant
from permits.admission import Source
from permits.models import Application, VerificationMethod, Zone
from permits.models.admission import EFFECT_NAMES, SOURCE_NAMES, NegativeItem, ZoneKind
from permits.services import ReplacementLine, VerifiedLine
from shell.forms import CountField, OnceForm, QuantityField

from .section_forms import FIGURE, SELECT, TEXT, SectionForm
from .work_forms import PermitRuleForm

EMPTY_LINES = 3


class ReplacementForm(SectionForm):
    """What stops elsewhere so that this project may begin, line by line."""

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there: list[Any] = list(application.replacements.all())
        self.count = len(there) + EMPTY_LINES
        pollutants = [("", "–"), *((row.pk, str(row)) for row in masses())]
        for number in range(self.count):
            row = there[number] if number < len(there) else None
            self.add_line(number, row, pollutants)

    def add_line(self, number: int, row: Any, pollutants: list[tuple[str, str]]) -> None:
        line = {"number": number + 1}
        self.fields[f"r-{number}-source"] = forms.ChoiceField(
            label=_("Line %(number)s: source") % line,
            choices=[("", "–"), *SOURCE_NAMES.items()],
            required=False,
            initial=getattr(row, "source", ""),
            widget=forms.Select(attrs=SELECT),
        )
        self.fields[f"r-{number}-pollutant"] = forms.ChoiceField(
            label=_("Line %(number)s: pollutant") % line,
            choices=pollutants,
            required=False,
            initial=getattr(row, "pollutant_id", ""),
            widget=forms.Select(attrs=SELECT),
        )
        self.fields[f"r-{number}-quantity"] = QuantityField(
            unit="t",
            label=_("Line %(number)s: quantity per year in t") % line,
            required=False,
            initial=getattr(row, "quantity_per_year", None),
            least=1,
            widget=forms.TextInput(attrs=FIGURE),
        )
        texts = {
            "name": (_("Line %(number)s: name of the source"), 120),
            "document": (_("Line %(number)s: document"), 120),
        }
        for name, (label, length) in texts.items():
            self.fields[f"r-{number}-{name}"] = forms.CharField(
                label=label % line,
                required=False,
                max_length=length,
                initial=getattr(row, name, ""),
                widget=forms.TextInput(attrs=TEXT),
            )

    def grid(self) -> Iterator[list[Any]]:
        """For the page: the boxes of each line."""
        for number in range(self.count):
            yield [(self[f"r-{number}-{name}"], head) for name, head in LINE_HEADS.items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for number in range(self.count):
            given = {name: data.get(f"r-{number}-{name}") for name in PARTS}
            if any(given.values()):
                for name in PARTS:
                    if not given[name] and f"r-{number}-{name}" not in self.errors:
                        self.add_error(
                            f"r-{number}-{name}", _("Fill the whole line, or none of it.")
                        )
        return data

    def lines(self) -> list[ReplacementLine]:
        """The lines in which something is entered."""
        found = []
        for number in range(self.count):
            said = {name: self.cleaned_data.get(f"r-{number}-{name}") for name in PARTS}
            if all(said.values()):
                found.append(
                    ReplacementLine(
                        source=Source(str(said["source"])).value,
                        name=str(said["name"]),
                        pollutant=str(said["pollutant"]),
                        quantity_per_year=int(str(said["quantity"])),
                        document=str(said["document"]),
                    )
                )
        return found


LINE_HEADS = {
    "source": _("Source"),
    "name": _("Name of the source"),
    "pollutant": _("Pollutant"),
    "quantity": _("Quantity per year"),
    "document": _("Document"),
}
PARTS = tuple(LINE_HEADS)
VERIFIED_HEADS = {
    "quantity": _("Verified quantity per year"),
    "method": _("Method"),
    "why": _("Why no earlier method fits"),
    "document": _("Document"),
}


def masses() -> Any:
    """The pollutants counted by mass."""
    return Pollutant.objects.exclude(pk="WATER")


class VerifiedForm(OnceForm):
    """The verified total of each pollutant: quantity, method, paper."""

    def __init__(
        self, *args: Any, application: Application, methods: list[VerificationMethod], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        there = {row.pollutant_id: row for row in application.verified_quantities.all()}
        codes = application.requested_limits.filter(quantity_per_year__isnull=False)
        self.pollutants = list(
            Pollutant.objects.filter(pk__in=codes.values("pollutant_id")).order_by("position")
        )
        choices = [("", "–"), *((row.pk, f"{row.rank} · {row}") for row in methods)]
        for pollutant in self.pollutants:
            self.add_line(pollutant, there.get(pollutant.pk), choices)

    def add_line(self, pollutant: Pollutant, row: Any, choices: list[Any]) -> None:
        where = {"pollutant": pollutant}
        unit = "m3" if pollutant.unit == "L" else "t"
        self.fields[f"v-{pollutant.pk}-quantity"] = QuantityField(
            unit=unit,
            label=_("%(pollutant)s: verified quantity per year") % where,
            required=False,
            least=1,
            initial=row and row.quantity_per_year,
            widget=forms.TextInput(attrs=FIGURE),
        )
        self.fields[f"v-{pollutant.pk}-method"] = forms.TypedChoiceField(
            label=_("%(pollutant)s: method") % where,
            choices=choices,
            coerce=int,
            empty_value=None,
            required=False,
            initial=row and row.method_id,
            widget=forms.Select(attrs=SELECT),
        )
        for name, label in (
            ("why", _("%(pollutant)s: why no earlier method fits")),
            ("document", _("%(pollutant)s: document")),
        ):
            self.fields[f"v-{pollutant.pk}-{name}"] = forms.CharField(
                label=label % where,
                required=False,
                max_length=160,
                initial=row and (row.document if name == "document" else row.why_not_before),
                widget=forms.TextInput(attrs=TEXT),
            )

    def grid(self) -> Iterator[dict[str, Any]]:
        """For the page: each pollutant with its boxes."""
        for pollutant in self.pollutants:
            start = f"v-{pollutant.pk}-"
            boxes = [(self[f"{start}{name}"], head) for name, head in VERIFIED_HEADS.items()]
            yield {
                "pollutant": pollutant,
                "unit": "m³" if pollutant.unit == "L" else "t",
                "boxes": boxes,
            }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for pollutant in self.pollutants:
            start = f"v-{pollutant.pk}-"
            if data.get(f"{start}quantity"):
                for name in ("method", "document"):
                    if not data.get(f"{start}{name}"):
                        self.add_error(f"{start}{name}", _("Name method and document."))
        return data

    def lines(self) -> list[VerifiedLine]:
        """The pollutants with a verified quantity."""
        return [
            VerifiedLine(
                pollutant=pollutant.pk,
                quantity_per_year=quantity,
                method_id=self.cleaned_data[f"v-{pollutant.pk}-method"],
                why_not_before=self.cleaned_data[f"v-{pollutant.pk}-why"],
                document=self.cleaned_data[f"v-{pollutant.pk}-document"],
            )
            for pollutant in self.pollutants
            if (quantity := self.cleaned_data.get(f"v-{pollutant.pk}-quantity"))
        ]


class ZoneForm(PermitRuleForm):
    """An environmental control unit."""

    code = forms.CharField(label=_("Code"), max_length=40)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Kind of zone"), choices=ZoneKind.choices)
    field_order = ["code", "name_zh", "name_en", "kind", "region"]

    def rule(self) -> Zone:
        own = {name: self.cleaned_data[name] for name in ("code", "name_zh", "name_en", "kind")}
        return Zone(**self.shared(), **own)


class NegativeItemForm(PermitRuleForm):
    """A line of the negative list."""

    industry = forms.RegexField(
        r"^[0-9]{1,4}$",
        label=_("Industry code or its beginning"),
        help_text=_("GB/T 4754: 17 names every textile industry, 1713 one of them."),
    )
    zone_kind = forms.ChoiceField(
        label=_("Kind of zone"), choices=[("", _("every")), *ZoneKind.choices], required=False
    )
    effect = forms.ChoiceField(label=_("Effect"), choices=[*EFFECT_NAMES.items()])
    text = forms.CharField(label=_("As the list says"), max_length=300)
    field_order = ["industry", "zone_kind", "effect", "text", "region"]

    def rule(self) -> NegativeItem:
        own = {
            name: self.cleaned_data[name] for name in ("industry", "zone_kind", "effect", "text")
        }
        return NegativeItem(**self.shared(), **own)


class VerificationMethodForm(PermitRuleForm):
    """A method of verifying totals and its place in the order."""

    rank = CountField(label=_("Order"), least=1, most=20)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=120)
    field_order = ["rank", "name_zh", "name_en", "region"]

    def rule(self) -> VerificationMethod:
        own = {name: self.cleaned_data[name] for name in ("rank", "name_zh", "name_en")}
        return VerificationMethod(**self.shared(), **own)
