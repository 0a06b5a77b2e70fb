"""Forms of execution reports."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from permits.models import ReportLine
from permits.models.reports import REPORT_KIND_NAMES
from permits.services.reports import Entry, Texts
from shell.forms import OnceForm, QuantityField

STANDING = [
    ("", _("any")),
    ("waiting", _("waiting")),
    ("missing", _("missing")),
    ("done", _("handed in")),
]


class ReportSearchForm(forms.Form):
    """The filter row of the list."""

    text = forms.CharField(label=_("Name or permit number"), max_length=60, required=False)
    kind = forms.ChoiceField(
        label=_("Kind of report"),
        choices=[("", _("any")), *REPORT_KIND_NAMES.items()],
        required=False,
    )
    standing = forms.ChoiceField(label=_("Standing"), choices=STANDING, required=False)


class ReturnForm(OnceForm):
    """Send a report back."""

    reason = forms.CharField(
        label=_("What has to be mended"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


def text_field(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReportForm(forms.Form):
    """The report as the enterprise writes it: figures by line, words, commitment."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    treatment = text_field(
        _("Running of the treatment facilities"), _("Hours run, faults, agents and power used.")
    )
    monitoring = text_field(
        _("Self-monitoring and ledger"),
        _("What was monitored and how often; how records are kept."),
    )
    events = text_field(
        _("Stoppages, faults and what was done"), _("Days without production must be explained.")
    )
    is_committed = forms.BooleanField(
        label=_("We vouch that this report is true and complete, and answer for it in law."),
        required=False,
    )

    def __init__(self, *args: Any, lines: Sequence[ReportLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.add_line(line)

    def add_line(self, line: ReportLine) -> None:
        unit = "m3" if line.pollutant.unit == "L" else "t"
        css = {"class": "form-control figure-input"}
        before = line.reported if line.reported is not None else line.recorded
        for word, label, initial in (
            ("r", _("actual discharge"), before),
            ("x", _("declared for environmental tax"), line.taxed),
        ):
            self.fields[f"{word}-{line.pk}"] = QuantityField(
                unit=unit,
                places=9 if unit == "t" else 3,
                label=f"{line}, {label}",
                required=False,
                initial=initial,
                widget=forms.TextInput(attrs=css),
            )
        self.fields[f"n-{line.pk}"] = forms.CharField(
            label=f"{line}, {_('explanation')}",
            required=False,
            max_length=400,
            initial=line.note,
            widget=forms.TextInput(attrs={"class": "form-control"}),
        )

    def rows(self) -> list[dict[str, Any]]:
        """For the page: each line with its boxes."""
        return [
            {
                "line": line,
                "reported": self[f"r-{line.pk}"],
                "taxed": self[f"x-{line.pk}"],
                "note": self[f"n-{line.pk}"],
            }
            for line in self.lines
        ]

    def entries(self) -> list[Entry]:
        data = self.cleaned_data
        return [
            Entry(line.pk, data[f"r-{line.pk}"], data[f"x-{line.pk}"], data[f"n-{line.pk}"].strip())
            for line in self.lines
        ]

    def texts(self) -> Texts:
        data = self.cleaned_data
        return Texts(data["treatment"], data["monitoring"], data["events"], data["is_committed"])
