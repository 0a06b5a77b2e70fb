"""The applications behind lots, and the lots behind a permit: what the ledger asks of permits."""

from collections.abc import Iterable, Sequence

from ledger.models import Lot
from ledger.origins import Paper
from ledger.rules import DocumentRef
from permits.models import Permit, PermitVersion
from shell.figures import day

VERSION = "permit_version"


def applications_of_lots(lots: Sequence[Lot]) -> dict[int, list[Paper]]:
    """The application on which the permit version was issued that gave the lot; one query."""
    by_version = {lot.document_id for lot in lots if lot.document_type == VERSION}
    rows = PermitVersion.objects.filter(pk__in=by_version)
    papers = {
        pk: Paper(DocumentRef("application", application), note=day(issued))
        for pk, application, issued in rows.values_list("pk", "application_id", "issued_at")
    }
    return {
        lot.pk: [papers[lot.document_id]]
        for lot in lots
        if lot.document_type == VERSION and lot.document_id in papers
    }


def lots_of_permit(permit: Permit) -> Iterable[int]:
    """Every lot that a version of the permit gave."""
    versions = permit.versions.values("pk")
    found = Lot.objects.filter(document_type=VERSION, document_id__in=versions)
    return list(found.values_list("pk", flat=True))
