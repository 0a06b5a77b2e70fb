"""What is held: for which purpose, by which document, until when."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger import documents
from ledger.figures import amount_of
from ledger.models import Hold
from ledger.models.holds import HoldState
from ledger.rules import DocumentRef
from parties.access import ActorRequest, allow
from parties.rules import Act
from shell.figures import NOTHING
from shell.tables import Column, Status, Table, table_page

TONES = {HoldState.HELD: "active", HoldState.CAPTURED: "closed", HoldState.RELEASED: "neutral"}


@allow(Act.SEE_LEDGER)
def holds(request: ActorRequest) -> HttpResponse:
    """The holds this person may see: those in force by rank, then those that are over."""
    rows = Hold.objects.for_actor(request.actor).select_related(
        "purpose",
        "account__asset__pollutant",
        "account__asset__period",
        "account__enterprise",
        "account__region",
    )
    columns = [
        Column("holder", _("Holder"), value=lambda h: h.account.enterprise or h.account.region),
        Column("purpose", _("Purpose")),
        Column("asset", _("Counts"), value=lambda h: h.account.asset),
        Column("amount", _("Amount"), kind="amount", value=part("amount")),
        Column("left", _("Still held"), kind="amount", value=part("left")),
        Column("captured", _("Captured"), kind="amount", value=part("captured")),
        Column("expires_at", _("Until"), kind="moment", sort="expires_at"),
        Column("document", _("Document"), value=document),
        Column("state", _("State"), kind="status", value=state),
    ]
    if request.actor.enterprise_id:
        del columns[0]
    table = Table(
        rows.order_by("-state", "purpose__rank", "-id"),
        columns,
        request=request,
        caption=_("Holds"),
        row_url=lambda hold: reverse("account", args=[hold.account_id]),
        empty=_("Nothing is held. Pledges, court freezes and deals under way appear here."),
    )
    return table_page(request, "ledger/holds.html", table, {})


def part(name: str) -> Any:
    """An amount of the hold with its unit."""
    return lambda hold: amount_of(getattr(hold, name), hold.account.asset)


def state(hold: Hold) -> Status:
    """The state with its tone."""
    return Status(TONES[HoldState(hold.state)], hold.get_state_display())


def document(hold: Hold) -> Any:
    """The document it stands on, in words."""
    ref = DocumentRef(hold.document_type, hold.document_id)
    return documents.links([ref], None)[ref].words or NOTHING
