"""The catalogue of management classes as a table."""

from django.utils.translation import gettext as _

from permits.catalogue import Measure
from permits.models import CatalogueEntry
from shell.tables import Column
from shell.units import plain

TONES = {"KEY": "active", "SIMPLIFIED": "neutral", "REGISTRATION": "unknown"}


def words(row: CatalogueEntry) -> str:
    """The row as the catalogue says it, with the figure that decides it."""
    text = str(row).removeprefix(f"{row.row_no} · ")
    if row.threshold is None:
        return text
    sign = "≥" if row.is_inclusive else ">"
    subject = f"{row.pollutant} " if row.measure == Measure.POLLUTANT else ""
    return f"{text} ({subject}{sign} {plain(row.threshold)} {row.unit or 't/a'})"


def catalogue_columns() -> list[Column]:
    """What a row of the catalogue says."""
    return [
        Column("row_no", _("Row"), kind="count"),
        Column(
            "industry",
            _("Industry"),
            value=lambda row: row.industry or row.get_scope_display(),
        ),
        Column("text", _("As the catalogue says"), value=words),
        Column(
            "get_management_class_display",
            _("Leads to"),
            kind="status",
            tone=lambda row: TONES[row.management_class],
        ),
    ]
