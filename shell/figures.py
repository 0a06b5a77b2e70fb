"""How figures, days and moments look on a page, in the reader's language."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shell import units

NOTHING = "–"
THIN_SPACE = "\u2009"


def group_sign() -> str:
    """Between thousands: a thin space in Chinese texts (GB/T 15835), a comma in English."""
    return "," if get_language() == "en" else THIN_SPACE


def named(name: str, name_en: str) -> str:
    """What stands in both languages, in the reader's; in Chinese where there is no English."""
    return name_en if name_en and get_language() == "en" else name


def t3(mg: int | None) -> str:
    """Milligrams as tonnes with three decimals (more where three would hide the figure)."""
    return NOTHING if mg is None else units.show_t(mg, group=group_sign())


def m3(litres: int | None) -> str:
    """Litres as whole cubic metres."""
    return NOTHING if litres is None else units.show_m3(litres, group=group_sign())


def yuan(fen: Any) -> str:
    """Fen, or a Money, as yuan with two decimals; money has commas in both languages."""
    if fen is None:
        return NOTHING
    amount = getattr(fen, "amount", None)
    if isinstance(amount, Decimal):
        fen = int((amount * units.FEN_PER_YUAN).to_integral_value())
    return units.show_yuan(fen)


def count(number: int | None) -> str:
    """A whole number with its thousands apart."""
    return NOTHING if number is None else f"{number:,}".replace(",", group_sign())


def day(date: datetime.date | None) -> str:
    """2026-11-22."""
    if isinstance(date, datetime.datetime):
        date = timezone.localdate(date) if timezone.is_aware(date) else date.date()
    return NOTHING if date is None else date.isoformat()


def moment(instant: datetime.datetime | None) -> str:
    """2026-11-22 14:05 in the site's time zone."""
    return NOTHING if instant is None else f"{timezone.localtime(instant):%Y-%m-%d %H:%M}"


def second(instant: datetime.datetime | None) -> str:
    """2026-11-22 14:05:09, where seconds count: bids, frames."""
    return NOTHING if instant is None else f"{timezone.localtime(instant):%Y-%m-%d %H:%M:%S}"


def with_unit(text: str, unit: str) -> SafeString:
    """The figure and its unit, which never part at a line's end."""
    return format_html('<span class="qty">{} <span class="unit">{}</span></span>', text, unit)


def quantity(value: int | None, unit: str) -> SafeString:
    """A figure with its unit: `t`, `m3` or `yuan`; nothing has none."""
    if value is None:
        return format_html("{}", NOTHING)
    if unit == "yuan":
        return with_unit(yuan(value), _("yuan"))
    return with_unit(m3(value), "m³") if unit in {"m3", "L"} else with_unit(t3(value), "t")


SHOW: dict[str, Callable[[Any], str]] = {
    "t": t3,
    "m3": m3,
    "yuan": yuan,
    "count": count,
    "date": day,
    "moment": moment,
    "second": second,
}
UNIT_SHOWN = {"t": "t", "m3": "m³"}
# "amount" is a figure that brings its own unit, where rows of one column differ in it.
FIGURES = frozenset({"t", "m3", "yuan", "count", "amount"})
