"""The catalogue of management classes as a table."""

from django.utils.translation import gettext as _

from permits.catalogue import Measure
from permits.models import CatalogueEntry
from permits.queries.catalogue import shown_figure
from shell.tables import Column


def how(row: CatalogueEntry) -> str:
    """How the test is decided, in one line."""
    if row.threshold is None:
        return str(row.get_measure_display())
    sign = "≥" if row.is_inclusive else ">"
    unit = row.unit or "t/a"
    subject = f"{row.pollutant} " if row.measure == Measure.POLLUTANT else ""
    return f"{subject}{sign} {shown_figure(row.threshold)} {unit}"


def catalogue_columns() -> list[Column]:
    """What a row of the catalogue says."""
    return [
        Column("row_no", _("Row"), kind="count"),
        Column(
            "industry",
            _("Industry"),
            value=lambda row: row.industry or row.get_scope_display(),
        ),
        Column(
            "text",
            _("As the catalogue says"),
            value=lambda row: str(row).removeprefix(f"{row.row_no} · "),
        ),
        Column("measure", _("Test"), value=how),
        Column("get_management_class_display", _("Leads to")),
    ]
