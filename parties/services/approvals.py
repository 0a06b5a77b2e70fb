"""Two persons for one act: ask, decide, use, take back."""

import datetime
import hashlib

from django.db import transaction
from django.utils.translation import gettext_noop

from parties.models import Approval, Membership
from parties.models.approvals import ApprovalState
from parties.refusals import (
    ApprovalIsPending,
    ApprovalMissing,
    ApprovalNotOpen,
    ApprovalOutOfReach,
    ContentChanged,
    NotAllowed,
    NotTheMaker,
    SamePerson,
)
from parties.rules import Act
from shell.refusals import refused_by

from .records import record


def content_hash(content: bytes) -> bytes:
    """What an approval is bound to."""
    return hashlib.sha256(content).digest()


@transaction.atomic
def request_approval(
    *,
    by: Membership,
    act: str,
    region_code: str,
    subject_type: str,
    subject_id: int,
    content: bytes,
    now: datetime.datetime,
) -> Approval:
    """Ask a second person, who must hold `act`, to approve exactly this content.

    One request is open per subject and act. Asking again with other content makes the older
    request or grant void: what was approved is no longer what would be done.
    """
    void_other_content(by=by, act=act, subject=(subject_type, subject_id), content=content)
    approval = Approval(
        act=Act(act),
        region_id=region_code,
        subject_type=subject_type,
        subject_id=subject_id,
        content=content,
        content_hash=content_hash(content),
        maker=by,
        maker_user=by.user,
        asked_at=now,
    )
    with refused_by(one_open_approval_per_subject_and_act=ApprovalIsPending):
        return record(approval, by=by, reason=gettext_noop("approval asked for"))


def void_other_content(
    *, by: Membership, act: str, subject: tuple[str, int], content: bytes
) -> None:
    """Take out of force what was asked or granted for content that is no longer the present."""
    open_ones = Approval.objects.select_for_update().filter(
        act=act,
        subject_type=subject[0],
        subject_id=subject[1],
        state__in=[ApprovalState.ASKED, ApprovalState.GRANTED],
    )
    for older in open_ones.exclude(content_hash=content_hash(content)):
        older.state = ApprovalState.VOID
        record(older, by=by, reason=gettext_noop("void, as the content changed"))


@transaction.atomic
def decide_approval(
    *, by: Membership, approval: Approval, granted: bool, reason: str, now: datetime.datetime
) -> Approval:
    """Grant or refuse, as another person than the maker, with the act's role, in its region."""
    locked = Approval.objects.select_for_update().get(pk=approval.pk)
    if locked.state != ApprovalState.ASKED:
        raise ApprovalNotOpen
    if locked.maker_user_id == by.user_id:
        raise SamePerson
    if not by.may(Act(locked.act)):
        raise NotAllowed(role=by.get_role_display())
    if not Approval.objects.for_actor(by).filter(pk=locked.pk).exists():
        raise ApprovalOutOfReach
    locked.state = ApprovalState.GRANTED if granted else ApprovalState.REFUSED
    locked.checker, locked.checker_user = by, by.user
    locked.decided_at, locked.reason = now, reason
    usual = gettext_noop("approval granted") if granted else gettext_noop("approval refused")
    return record(locked, by=by, reason=reason or usual)


@transaction.atomic
def withdraw_approval(*, by: Membership, approval: Approval, reason: str) -> Approval:
    """Take back an own request nobody has decided, so that the subject is free again."""
    locked = Approval.objects.select_for_update().get(pk=approval.pk)
    if locked.maker_user_id != by.user_id:
        raise NotTheMaker
    if locked.state != ApprovalState.ASKED:
        raise ApprovalNotOpen
    locked.state = ApprovalState.VOID
    return record(locked, by=by, reason=reason or gettext_noop("request taken back"))


@transaction.atomic
def use_approval(
    *,
    by: Membership,
    approval_id: int | None,
    act: str,
    subject_type: str,
    subject_id: int,
    content: bytes,
) -> Approval:
    """Take a granted approval for this very act, subject and content; it serves once."""
    approval = (
        Approval.objects.select_for_update()
        .filter(pk=approval_id, act=act, subject_type=subject_type, subject_id=subject_id)
        .first()
    )
    if approval is None or approval.state != ApprovalState.GRANTED:
        raise ApprovalMissing
    if bytes(approval.content_hash) != content_hash(content):
        raise ContentChanged
    approval.state = ApprovalState.USED
    return record(approval, by=by, reason=gettext_noop("approval used"))
