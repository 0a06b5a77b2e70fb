"""Every write about parties: history with actor and reason, approvals, system actors."""

import datetime
import hashlib
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from parties.models import Approval, Membership, User
from parties.models.approvals import ApprovalState
from parties.refusals import (
    ApprovalIsPending,
    ApprovalMissing,
    ApprovalNotOpen,
    ContentChanged,
    SamePerson,
)
from parties.rules import Role

T = TypeVar("T", bound=models.Model)


def record(obj: T, *, by: Membership, reason: str) -> T:
    """Save a business record; its history row names the person, the role and the reason."""
    historic: Any = obj
    historic._history_user = by.user
    historic._change_reason = f"{reason} · {by.get_role_display()}"[:100]
    obj.save()
    return obj


def system_actor(name: str) -> Membership:
    """The membership under which a process acts: "gateway", "clock", "demo"."""
    user, _ = User.objects.get_or_create(
        username=f"system-{name}", defaults={"display_name": name, "password": "!"}
    )
    membership, _ = Membership.objects.get_or_create(
        user=user,
        role=Role.SYSTEM,
        bureau=None,
        enterprise=None,
        defaults={"valid_from": datetime.date(2000, 1, 1)},
    )
    return membership


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
    """Ask a second person to approve exactly this content; one open request per subject and act."""
    approval = Approval(
        act=act,
        region_id=region_code,
        subject_type=subject_type,
        subject_id=subject_id,
        content_hash=content_hash(content),
        maker=by,
        maker_user=by.user,
        asked_at=now,
    )
    try:
        with transaction.atomic():
            return record(approval, by=by, reason=act)
    except IntegrityError as error:
        raise ApprovalIsPending from error


@transaction.atomic
def decide_approval(
    *, by: Membership, approval: Approval, granted: bool, reason: str, now: datetime.datetime
) -> Approval:
    """Grant or refuse, as another person than the maker."""
    locked = Approval.objects.select_for_update().get(pk=approval.pk)
    if locked.state != ApprovalState.ASKED:
        raise ApprovalNotOpen
    if locked.maker_user_id == by.user_id:
        raise SamePerson
    locked.state = ApprovalState.GRANTED if granted else ApprovalState.REFUSED
    locked.checker, locked.checker_user = by, by.user
    locked.decided_at, locked.reason = now, reason
    return record(locked, by=by, reason=locked.act)


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
    return record(approval, by=by, reason=act)
