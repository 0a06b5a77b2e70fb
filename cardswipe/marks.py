"""What a device says of its own figures (HJ 212-2017 table 13), and what cannot be believed."""

from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

MARKS = {
    "N": gettext_lazy("normal"),
    "F": gettext_lazy("source stopped"),
    "M": gettext_lazy("maintenance"),
    "S": gettext_lazy("value set by hand"),
    "D": gettext_lazy("fault"),
    "C": gettext_lazy("calibration"),
    "T": gettext_lazy("over range"),
    "B": gettext_lazy("no link to the instrument"),
    "P": gettext_lazy("power failure"),
}


def mark_word(mark: str) -> str | Promise:
    """The mark as sent, and in words where the standard has any."""
    return f"{mark} {MARKS[mark]}" if mark in MARKS else mark


def is_implausible(value: Decimal | None, unit: str) -> bool:
    """Whether it is a concentration or a flow below zero, which no water and no gas has.

    Their units are quotients (mg/L, m³/s); temperatures and pressures may well be negative.
    """
    return value is not None and value < 0 and "/" in unit
