"""Filters and components for every template (a built-in library, no load needed).

Each component's template in `templates/components/` says in its head how it is used;
`/looks/` shows them all.
"""

import copy
from typing import Any

from django import template
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    RadioSelect,
    Select,
)
from django.template.base import Parser, Token
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from shell import figures
from shell.quota import QuotaBar
from shell.tables import Table

register = template.Library()

register.filter("t3", figures.t3)
register.filter("m3", figures.m3)
register.filter("yuan", figures.yuan)
register.filter("count", figures.count)
register.filter("day", figures.day)
register.filter("moment", figures.moment)
register.filter("second", figures.second)
register.simple_tag(figures.quantity)


@register.filter
def t3_unit(mg: int | None) -> SafeString:
    """`{{ mg|t3_unit }}`: tonnes with the unit beside."""
    return figures.quantity(mg, "t")


@register.filter
def m3_unit(litres: int | None) -> SafeString:
    """`{{ litres|m3_unit }}`: cubic metres with the unit beside."""
    return figures.quantity(litres, "m3")


@register.filter
def yuan_unit(fen: Any) -> SafeString:
    """`{{ fen|yuan_unit }}`: yuan with the unit beside; takes Money too."""
    return figures.quantity(fen, "yuan")


@register.filter
def amount(value: int | None, pollutant: Any) -> SafeString:
    """`{{ value|amount:pollutant }}`: in t or m³, whichever the pollutant is counted in."""
    is_volume = getattr(pollutant, "unit", pollutant) in {"L", "WATER", "m3"}
    return figures.quantity(value, "m3" if is_volume else "t")


# The tones a status can have: its shape stands beside colour and word, so that it reads
# without colours too.
SHAPES = {
    "normal": '<circle cx="6" cy="6" r="5"/>',
    "active": '<path d="M2 1 11 6 2 11Z"/>',
    "waiting": '<path d="M1 1h10L6 6l5 5H1l5-5Z"/>',
    "yellow": '<path d="M6 1 11.5 11H.5Z"/>',
    "red": '<path d="M6 0 12 6 6 12 0 6Z"/>',
    "closed": '<path d="M1 1h10v10H1Z"/>',
    "unknown": '<circle cx="6" cy="6" r="4.2" class="hollow"/>',
    "neutral": '<path d="M1 4.5h10v3H1Z"/>',
}


@register.simple_tag
def shape(tone: str) -> SafeString:
    """The shape of a tone alone, for legends and tiles that write the word elsewhere."""
    drawing = SHAPES.get(tone, SHAPES["neutral"])
    return mark_safe(  # noqa: S308 -- drawn from the table above only
        f'<svg class="shape" viewBox="0 0 12 12" aria-hidden="true">{drawing}</svg>'
    )


@register.simple_tag
def status(tone: str, word: Any) -> SafeString:
    """`{% status "yellow" _("80 % passed") %}`: colour, shape and word."""
    known = tone if tone in SHAPES else "neutral"
    return format_html('<span class="status tone-{}">{}{}</span>', known, shape(known), word)


@register.inclusion_tag("components/quota.html")
def quota_bar(bar: QuotaBar) -> dict[str, Any]:
    """`{% quota_bar bar %}`: the quota of one pollutant (shell.quota.QuotaBar)."""
    return {"bar": bar}


@register.inclusion_tag("components/table.html")
def table(table: Table) -> dict[str, Any]:
    """`{% table table %}`: a shell.tables.Table."""
    return {"table": table}


def control_class(widget: Any) -> str:
    """The class that gives a control its look."""
    if isinstance(widget, CheckboxInput | CheckboxSelectMultiple | RadioSelect):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.inclusion_tag("components/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """`{% field form.quantity %}`: label, hint, error, control and unit of one field."""
    widget = bound.field.widget
    unit = getattr(bound.field, "unit_word", "")
    css = control_class(widget)
    if unit or getattr(bound.field, "unit", None) == "":
        css += " figure-input"
    if bound.errors:
        css += " is-invalid"
    css = f"{widget.attrs.get('class', '')} {css}".strip()
    if widget.attrs.get("placeholder") == bound.label:
        del widget.attrs["placeholder"]  # says nothing that the label does not say
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        widget.attrs["class"] = css  # each choice is drawn by itself
    return {
        "field": bound,
        "control": bound.as_widget(attrs={"class": css}),
        "unit": unit,
        "is_check": isinstance(widget, CheckboxInput),
        "is_group": isinstance(widget, RadioSelect | CheckboxSelectMultiple),
        "is_file": isinstance(widget, FileInput),
    }


@register.inclusion_tag("components/fields.html")
def fields(form: BaseForm, place: str = "") -> dict[str, Any]:
    """`{% fields form %}`: error summary, hidden and visible fields of a form.

    A page that shows a form in several places names each, so that no two fields share an id.
    """
    if place:
        form = copy.copy(form)
        form.auto_id = f"{place}_%s"
        form._bound_fields_cache = {}  # type: ignore[attr-defined] # they know their form
    return {"form": form}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """`{% error_summary form %}`: all errors at the top, each linked to its field."""
    return {"form": form, "title_id": str(form.auto_id).replace("%s", "errors")}


@register.simple_tag
def crumb(route: str, label: Any, *args: Any) -> SafeString:
    """`{% crumb "permits" _("Permits") %}`: one step of the breadcrumb."""
    return format_html('<li><a href="{}">{}</a></li>', reverse(route, args=args), label)


@register.inclusion_tag("components/facts.html")
def facts(pairs: Any) -> dict[str, Any]:
    """`{% facts pairs %}`: (label, value) pairs as a description list."""
    return {"pairs": pairs}


@register.inclusion_tag("components/timeline.html")
def timeline(events: Any) -> dict[str, Any]:
    """`{% timeline events %}`: what happened to an object, newest first."""
    return {"events": events}


@register.inclusion_tag("components/steps.html")
def steps(names: Any, current: int) -> dict[str, Any]:
    """`{% steps names 2 %}`: where in a procedure one stands; the first step is 1."""
    return {"names": names, "current": current}


@register.inclusion_tag("components/chart.html")
def chart(chart: Any) -> dict[str, Any]:
    """`{% chart chart %}`: a shell.charts.Chart with its table and downloads."""
    return {"chart": chart}


@register.simple_tag
def when(*topics: str) -> str:
    """`hx-trigger="{% when topic %}"`: re-fetch when the topic speaks, or when polling instead."""
    return ", ".join(f"{name} from:body" for name in (*map(event_name, topics), "live:poll"))


def event_name(topic: str) -> str:
    """The page event that a topic's message becomes."""
    return f"live:{topic}"


@register.inclusion_tag("components/live.html")
def live(*topics: str) -> dict[str, Any]:
    """`{% live topic … %}` once per page, in the block `live`: opens the stream."""
    return {"query": "&".join(f"topic={topic}" for topic in topics)}


class AgainNode(template.Node):
    """Draws a block of the page a second time, so that the title is also the heading."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: template.Context) -> str:
        blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
        block = blocks.get_block(self.name) if blocks else None
        return block.nodelist.render(context) if block else ""


@register.tag
def again(parser: Parser, token: Token) -> AgainNode:
    """`{% again title %}`: the same text as the block `title`, without a second definition."""
    return AgainNode(token.split_contents()[1])
