"""The receipt of an approval: who asked, who decided, and on what bytes, as the log has it."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from ledger import receipts
from parties.access import ActorRequest, allow
from parties.models import Approval
from parties.rules import Act
from parties.views.approvals import own_approval


def proof_of_approval(approval: Approval) -> list[tuple[Any, Any]]:
    """The approval's place in the log, for its page."""
    url = reverse("approval_receipt", args=[approval.pk])
    return receipts.facts_of(*receipts.last_record(approval), url)


@allow(Act.SEE_DESK)
def approval_receipt(request: ActorRequest, approval_id: int) -> HttpResponse:
    """The receipt of what the approval's record says now."""
    return receipts.as_file(*receipts.last_record(own_approval(request, approval_id)))
