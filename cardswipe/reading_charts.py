"""Readings as charts and tables: one chart per factor, the permit's limit as a line across it."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cardswipe.marks import is_implausible, mark_word
from cardswipe.queries.limits import OutletLimit
from cardswipe.queries.readings import Line, Point, Scale, Window, lines_of, slots
from parties.access import ActorRequest
from shell.charts import Chart, Limit, Series
from shell.figures import NOTHING
from shell.tables import Column, Table
from shell.units import plain

# The units in which a permit states concentrations.
PERMIT_UNITS = {"mg/L", "mg/m3"}
LABELS = {Scale.REAL: "%H:%M:%S", Scale.MINUTE: "%m-%d %H:%M", Scale.HOUR: "%m-%d %H:%M"}


def drawn(value: Decimal | None) -> str | None:
    """The figure in plain digits; a missing one is a gap."""
    return None if value is None else plain(value)


def unit_of(line: Line) -> str:
    """The unit as people write it."""
    return line.factor.concentration_unit.replace("m3", "m³")


def reading_charts(window: Window, limits: Sequence[OutletLimit]) -> list[Chart]:
    """A chart per factor on one common axis of time; a missing reading is a gap."""
    lines = lines_of(window)
    moments = slots(window, lines)
    labels = [label_of(moment, window.scale) for moment in moments]
    permitted = {one.pollutant.code: one.concentration for one in limits if one.concentration}
    return [chart_of(line, moments, labels, permitted.get(line.pollutant)) for line in lines]


def label_of(moment: datetime.datetime, scale: Scale) -> str:
    return f"{timezone.localtime(moment):{LABELS.get(scale, '%Y-%m-%d')}}"


def chart_of(
    line: Line,
    moments: Sequence[datetime.datetime],
    labels: Sequence[str],
    permitted: Decimal | None,
) -> Chart:
    """One factor: as measured, converted to the reference oxygen where it was sent, the limit."""
    points = {point.at: point for point in line.points}
    row = [points.get(moment) for moment in moments]
    doubtful = frozenset(at for at, point in enumerate(row) if point and is_doubtful(point, line))
    series = [Series(_("measured"), [drawn(p.value) if p else None for p in row], "line", doubtful)]
    if any(point.converted is not None for point in line.points):
        converted = [drawn(p.converted) if p else None for p in row]
        series.append(Series(_("converted to reference oxygen"), converted, "line", doubtful))
    is_comparable = permitted is not None and line.factor.concentration_unit in PERMIT_UNITS
    limit = drawn(permitted) or ""
    return Chart(
        key=f"factor-{line.factor.pk}",
        title=str(line.factor),
        unit=unit_of(line),
        axis=_("Time"),
        labels=labels,
        series=series,
        limits=[Limit(_("permitted: %(limit)s") % {"limit": limit}, limit)]
        if is_comparable
        else [],
    )


def is_doubtful(point: Point, line: Line) -> bool:
    """Whether the device does not vouch for the figure, or it cannot be true."""
    return not point.is_normal or is_implausible(point.value, line.factor.concentration_unit)


class MomentRow:
    """One moment of the window with its figures by factor."""

    def __init__(self, at: datetime.datetime) -> None:
        self.at = at
        self.points: dict[int, Point] = {}


def figure(point: Point | None, unit: str) -> str | SafeString:
    """The value; in words what the device says against it, and what cannot be true."""
    if point is None:
        return NOTHING
    shown = drawn(point.value) or NOTHING
    doubts = [] if point.is_normal else [(_("data mark"), mark_word(point.mark))]
    if is_implausible(point.value, unit):
        doubts.append((_("below zero"), _("implausible")))
    spans = format_html_join("", ' <span class="estimate" title="{}">{}</span>', doubts)
    return format_html("{}{}", shown, spans) if doubts else shown


def figure_of(row: MomentRow, line: Line) -> str | SafeString:
    """What the factor of this line had at that moment."""
    return figure(row.points.get(line.factor.pk), line.factor.concentration_unit)


def reading_table(request: ActorRequest, window: Window) -> Table:
    """The window's figures, newest first, a column per factor, marks in words."""
    lines = lines_of(window)
    rows: dict[datetime.datetime, MomentRow] = {}
    for line in lines:
        for point in line.points:
            rows.setdefault(point.at, MomentRow(point.at)).points[line.factor.pk] = point
    columns = [Column("at", _("Time"), kind="second")]
    columns += [
        Column(
            line.factor.code,
            line.factor.code,
            value=partial(figure_of, line=line),
            unit=unit_of(line),
        )
        for line in lines
    ]
    return Table(
        [rows[at] for at in sorted(rows, reverse=True)],
        columns,
        request=request,
        caption=_("Readings"),
        empty=_("Nothing was received for these hours."),
        name="readings",
        can_export=False,
    )
