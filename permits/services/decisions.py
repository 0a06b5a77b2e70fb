"""The decision: granted by one officer for a second one to issue, refused, or sent back."""

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as said

from parties.models import Membership
from parties.rules import Act
from parties.services import content_hash, decide_approval, record, request_approval
from permits.models import Application, Decision, Permit
from permits.models.panels import PanelResult
from permits.models.permits import Outcome
from permits.queries.content import latest_version, permit_content
from permits.queries.duties import missing_duties
from permits.refusals import NothingDecided, PermitNoTaken
from permits.rules import Kind, Step, canonical, check_reason, permit_no_for
from permits.work_refusals import AnswersMissing, DutyMissing, PanelWasAgainst

from .admission import check_admission, check_verified
from .applications import check_kind
from .steps import close_step, open_step

ISSUE_ACT = Act.ISSUE_PERMIT
SUBJECT = "application"


def proposed_content(application: Application, *, mark: str) -> dict[str, Any]:
    """What would be issued, from the registers as they are now."""
    permit = Permit.objects.filter(site_id=application.site_id).first()
    check_kind(application.kind, permit)
    site = application.site
    permit_no = permit_no_for(uscc=site.enterprise.uscc, site_no=site.site_no, mark=mark)
    if permit and permit.permit_no[:21] == permit_no[:21] and permit.permit_no != permit_no:
        raise PermitNoTaken(permit_no=permit.permit_no)
    if application.kind == Kind.CANCEL:
        return {"permit_no": permit_no, "business_type": Kind.CANCEL.value}
    version = latest_version(permit)
    number = version.number + 1 if version else 1
    return permit_content(application, permit_no=permit_no, number=number)


@transaction.atomic
def propose_permit(
    *,
    by: Membership,
    application: Application,
    opinion: str,
    legal_basis: str,
    mark: str,
    key: str,
    now: datetime.datetime,
) -> Decision:
    """Decide to grant: freezes the content and asks a second person to issue exactly that.

    `mark` is the 22nd character of the permit number as the national platform assigned it.
    """
    locked, is_repeat = open_step(application=application, step=Step.PROPOSE, key=key)
    if is_repeat:
        return standing_decision(locked)
    check_ready(locked, timezone.localdate(now))
    content = proposed_content(locked, mark=mark)
    approval = request_approval(
        by=by,
        act=ISSUE_ACT,
        region_code=locked.site.region_id,
        subject_type=SUBJECT,
        subject_id=locked.pk,
        content=canonical(content),
        now=now,
    )
    decision = Decision(
        application=locked,
        outcome=Outcome.GRANT,
        opinion=opinion,
        legal_basis=legal_basis,
        decided_by=by,
        decided_at=now,
        mark=mark,
        content=content,
        content_sha256=content_hash(canonical(content)),
        approval=approval,
    )
    record(decision, by=by, reason=said("decided to grant"))
    close_step(
        locked, step=Step.PROPOSE, by=by, key=key, now=now, opinion=opinion, legal_basis=legal_basis
    )
    return decision


def check_ready(application: Application, day: datetime.date) -> None:
    """Nothing may be skipped: P158 while answers are missing, P160 when the last collective
    review was against it, P181 and P182 for a project that is not admitted, P186 above what was
    verified, P159 when something the region's table asks for is not on file."""
    waiting = application.enquiries.open()
    if waiting:
        raise AnswersMissing(what="、".join(str(one) for one in waiting))
    last = application.panels.order_by("-id").first()
    if last and last.result == PanelResult.AGAINST:
        raise PanelWasAgainst
    check_admission(application)
    check_verified(application)
    for duty in missing_duties(application, day):
        raise DutyMissing(what=duty.name, basis=duty.basis)


def standing_decision(application: Application) -> Decision:
    """The decision that has not been sent back; P131 without one."""
    decision = (
        application.decisions.filter(is_returned=False).select_related("approval", "decided_by")
    ).first()
    if decision is None:
        raise NothingDecided
    return decision


@transaction.atomic
def return_to_review(
    *, by: Membership, application: Application, reason: str, key: str, now: datetime.datetime
) -> Application:
    """The second person does not issue: the approval is refused, the review goes on."""
    locked, is_repeat = open_step(application=application, step=Step.RETURN, key=key)
    if is_repeat:
        return locked
    check_reason(Step.RETURN, reason)
    decision = standing_decision(locked)
    assert decision.approval, "a decision to grant always asks for an approval"
    decide_approval(by=by, approval=decision.approval, granted=False, reason=reason, now=now)
    decision.is_returned = True
    record(decision, by=by, reason=said("sent back"))
    close_step(locked, step=Step.RETURN, by=by, key=key, now=now, opinion=reason)
    return locked


@transaction.atomic
def refuse_permit(
    *,
    by: Membership,
    application: Application,
    reason: str,
    legal_basis: str,
    key: str,
    now: datetime.datetime,
) -> Application:
    """Refuse in writing with reasons (Regulation art. 12)."""
    locked, is_repeat = open_step(application=application, step=Step.REFUSE, key=key)
    if is_repeat:
        return locked
    content = {"outcome": Outcome.REFUSE.value, "reason": reason, "legal_basis": legal_basis}
    decision = Decision(
        application=locked,
        outcome=Outcome.REFUSE,
        opinion=reason,
        legal_basis=legal_basis,
        decided_by=by,
        decided_at=now,
        content=content,
        content_sha256=content_hash(canonical(content)),
    )
    record(decision, by=by, reason=said("permit refused"))
    close_step(
        locked, step=Step.REFUSE, by=by, key=key, now=now, opinion=reason, legal_basis=legal_basis
    )
    return locked
