"""The chart component: what to draw as plain figures; the theme lives in static/charts.js."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Text = str | Promise


@dataclass(frozen=True)
class Series:
    """One row of figures as decimal strings in the chart's unit; None is a gap.

    `kind` is line, bar or step; places in `estimates` are drawn hatched or hollow.
    """

    name: Text
    values: Sequence[str | None]
    kind: str = "line"
    estimates: frozenset[int] = frozenset()
    stack: str = ""


@dataclass(frozen=True)
class Limit:
    """A line across the chart with its words: a limit, a plan, a warning step."""

    label: Text
    value: str
    tone: str = "closed"  # or yellow, red, normal


@dataclass(frozen=True)
class Chart:
    """A chart that always has its table. `key` is unique on the page; `axis` heads the labels."""

    key: str
    title: Text
    unit: Text
    axis: Text
    labels: Sequence[str]
    series: Sequence[Series]
    limits: Sequence[Limit] = ()

    @property
    def words(self) -> str:
        """The chart in one sentence for those who do not see it."""
        names = ", ".join(str(one.name) for one in self.series)
        if not self.labels:
            return _("no figures yet")
        return _("%(names)s from %(first)s to %(last)s; the figures stand in the table below") % {
            "names": names,
            "first": self.labels[0],
            "last": self.labels[-1],
        }

    @property
    def lines(self) -> Iterator[tuple[str, list[tuple[Text, str | None, bool]]]]:
        """The table's rows: label and (series name, value, whether estimated)."""
        for place, label in enumerate(self.labels):
            yield (
                label,
                [(one.name, one.values[place], place in one.estimates) for one in self.series],
            )

    @property
    def script(self) -> SafeString:
        """The figures as a data block that no browser runs."""
        content: dict[str, Any] = {
            "title": str(self.title),
            "unit": str(self.unit),
            "labels": list(self.labels),
            "estimate": _("estimate"),
            "series": [
                {
                    "name": str(one.name),
                    "kind": one.kind,
                    "stack": one.stack,
                    "values": list(one.values),
                    "estimates": sorted(one.estimates),
                }
                for one in self.series
            ],
            "limits": [
                {"label": str(one.label), "value": one.value, "tone": one.tone}
                for one in self.limits
            ],
        }
        return json_script(content, f"chart-{self.key}")
