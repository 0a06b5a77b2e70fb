"""Readings as a file of any length: one line per factor and time, exactly as sent."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from cardswipe.models import Factor
from cardswipe.queries.readings import Window, points_of

AT_ONCE = 2000


def heads() -> list[str]:
    """The columns."""
    return [
        _("Time"),
        _("MN"),
        _("Factor code"),
        _("Factor"),
        _("Unit"),
        _("Value"),
        _("Minimum"),
        _("Maximum"),
        _("Value converted to reference oxygen"),
        _("Accumulated amount"),
        _("Unit of amount"),
        _("Data mark"),
        _("Raw frame"),
    ]


def rows(window: Window) -> Iterator[list[Any]]:
    """The figures in order of time, read from the database piece by piece."""
    factors = Factor.objects.in_bulk()
    mn = window.controller.mn
    for reading in window.rows().iterator(chunk_size=AT_ONCE):
        for factor_id, point in points_of(reading):
            factor = factors[factor_id]
            yield [
                reading.data_time,
                mn,
                factor.code,
                str(factor).partition(" ")[2],
                factor.concentration_unit,
                point.value,
                point.minimum,
                point.maximum,
                point.converted,
                point.amount,
                factor.amount_unit,
                point.mark.replace("-", ""),
                reading.frame_id,
            ]
