"""The cap equation as table and chart, for its own page and for the homes."""

from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ledger.models import QuotaPeriod
from ledger.queries import cap_equation
from ledger.queries.balances import CapLine
from parties.models import Region
from shell.charts import Chart, Limit, Series
from shell.figures import m3, t3
from shell.tables import Column, Table

# The parts of the right side, in the order in which rights are used up.
PARTS = ("discharged_within", "on_card", "held", "frozen", "reserve", "retired", "lapsed")


def part_names() -> dict[str, str]:
    """The parts in words."""
    return {
        "discharged_within": _("discharged"),
        "on_card": _("on cards"),
        "held": pgettext("cap", "held"),
        "frozen": _("frozen"),
        "reserve": pgettext("cap", "reserve"),
        "retired": _("retired"),
        "lapsed": _("lapsed"),
    }


def part(line: CapLine, name: str) -> int:
    """One part of the equation; discharge beyond all rights stands apart as overrun."""
    if name == "discharged_within":
        return line.discharged - line.overrun
    value: int = getattr(line, name)
    return value


def cap_part(
    region: Region, period: QuotaPeriod | None, request: HttpRequest, key: str = "cap"
) -> dict[str, Any]:
    """What the fragment `ledger/_cap.html` shows."""
    lines = cap_equation(region, period) if period else []
    return {
        "cap_region": region,
        "cap_period": period,
        "cap_table": cap_table(lines, request),
        "cap_chart": cap_chart(lines, key) if lines else None,
        "cap_holds": all(line.difference == 0 for line in lines),
        "cap_is_whole": region.level == "CITY",
    }


def cap_table(lines: list[CapLine], request: HttpRequest) -> Table:
    """Cap, issued, and every part, per pollutant."""
    names = part_names()

    def shown(name: str) -> Any:
        return lambda line: figure(part(line, name), line)

    columns = [
        Column("pollutant", _("Pollutant"), value=named),
        Column("cap", _("Cap"), kind="amount", value=lambda line: figure(line.cap, line)),
        Column("issued", _("Rights issued"), kind="amount", value=shown("issued")),
        *(Column(name, names[name], kind="amount", value=shown(name)) for name in PARTS),
        Column("overrun", _("over quota"), kind="amount", value=shown("overrun")),
    ]
    return Table(
        lines,
        [column for column in columns if is_used(column.name, lines)],
        request=request,
        caption=_("Cap equation"),
        empty=_("No rights have been issued for this quota period yet."),
        page_size=100,
        can_export=False,
        name="cap",
    )


def is_used(name: str, lines: list[CapLine]) -> bool:
    """Whether a column says anything: rare parts appear only where there are any."""
    rare = ("frozen", "retired", "lapsed", "overrun")
    return name not in rare or any(part(line, name) for line in lines)


def named(line: CapLine) -> Any:
    """The pollutant with the unit of its whole row, so that ten columns find room."""
    unit = "m³" if line.pollutant.unit == "L" else "t"
    return format_html(
        '<span class="qty">{} <span class="unit">{}</span></span>', line.pollutant, unit
    )


def figure(amount: int | None, line: CapLine) -> str:
    """An amount in the row's unit; a dash where no cap is set."""
    return m3(amount) if line.pollutant.unit == "L" else t3(amount)


def cap_chart(lines: list[CapLine], key: str) -> Chart:
    """The parts in per cent of the cap (of what is issued where no cap is set)."""
    names = part_names()
    series = []
    for name in PARTS:
        values = [percent(part(line, name), line.cap or line.issued) for line in lines]
        if any(value != "0.0" for value in values):
            series.append(Series(names[name], values, kind="bar", stack="cap"))
    return Chart(
        key=key,
        title=_("Where the rights of the period lie"),
        unit="%",
        axis=_("Pollutant"),
        labels=[str(line.pollutant) for line in lines],
        series=series,
        limits=[Limit(_("cap"), "100")],
    )


def percent(amount: int, whole: int) -> str:
    """Per cent with one decimal, exact and rounded down."""
    tenths = amount * 1000 // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10}"
