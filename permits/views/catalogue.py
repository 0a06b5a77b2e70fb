"""The catalogue of management classes as regulation: its rows, one row, a new row."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parties.access import ActorRequest, allow
from parties.rules import Act
from permits.catalogue_tables import catalogue_columns
from permits.models import CatalogueEntry
from permits.register_forms import CatalogueEntryForm

from .regulation import enter, one


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def catalogue_new(request: ActorRequest) -> HttpResponse:
    """Enter a row of the catalogue."""
    return enter(request, CatalogueEntryForm, _("New row of the catalogue"))


@allow(Act.SEE_DESK, methods=("GET", "POST"))
def catalogue_entry(request: ActorRequest, catalogue_entry_id: int) -> HttpResponse:
    """One row of the catalogue."""
    title = _("Row of the catalogue")
    return one(request, CatalogueEntry, catalogue_entry_id, catalogue_columns(), title)
