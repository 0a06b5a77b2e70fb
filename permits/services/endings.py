"""How a permit ends: at its term, revoked, withdrawn or cancelled; and its rights with it."""

import datetime

from django.db import transaction
from django.utils import timezone

from ledger.models import Lot
from ledger.services import DocumentRef, end_lots
from parties.models import Approval, Membership
from parties.rules import Act
from parties.services import decide_approval, record, request_approval, system_actor, use_approval
from permits.models import Application, Ending, Permit
from permits.models.endings import EndingState
from permits.models.permits import PermitState
from permits.queries.clocks import legal_clock
from permits.refusals import (
    EndingNotOpen,
    KeyReused,
    PermitNotValid,
    ReasonMissing,
    RenewalIsPending,
)
from permits.rules import CLOSED_STATES, Kind, State, Step, canonical

END_ACT = Act.END_PERMIT
SUBJECT = "permit"


def ending_content(ending: Ending) -> bytes:
    """What the second person approves."""
    return canonical(
        {
            "permit_no": ending.permit.permit_no,
            "ends_as": ending.ends_as,
            "reason": ending.reason,
            "legal_basis": ending.legal_basis,
        }
    )


@transaction.atomic
def propose_ending(
    *,
    by: Membership,
    permit: Permit,
    ends_as: str,
    reason: str,
    legal_basis: str,
    key: str,
    now: datetime.datetime,
) -> Ending:
    """Ask a second person to revoke (penalty), withdraw (wrong grant) or cancel the permit."""
    there = Ending.objects.filter(key=key).first()
    if there:
        if (there.permit_id, there.ends_as) != (permit.pk, ends_as):
            raise KeyReused
        return there
    locked = lock_valid(permit)
    if not reason.strip():
        raise ReasonMissing(step=Step.REFUSE)
    ending = Ending(
        permit=locked,
        ends_as=ends_as,
        reason=reason.strip(),
        legal_basis=legal_basis,
        state=EndingState.PROPOSED,
        proposed_by=by,
        proposed_at=now,
        key=key,
    )
    ending.approval = request_approval(
        by=by,
        act=END_ACT,
        region_code=locked.site.region_id,
        subject_type=SUBJECT,
        subject_id=locked.pk,
        content=ending_content(ending),
        now=now,
    )
    return record(ending, by=by, reason=reason)


@transaction.atomic
def decide_ending(
    *, by: Membership, ending: Ending, granted: bool, reason: str, now: datetime.datetime
) -> Ending:
    """The second person carries the ending out or rejects it; the same answer twice is one."""
    locked = Ending.objects.select_for_update(of=("self",)).get(pk=ending.pk)
    wanted = EndingState.DONE if granted else EndingState.REJECTED
    if locked.state == wanted:
        return locked
    if locked.state != EndingState.PROPOSED or locked.approval is None:
        raise EndingNotOpen
    decide_approval(by=by, approval=locked.approval, granted=granted, reason=reason, now=now)
    if not granted:
        locked.state = EndingState.REJECTED
        return record(locked, by=by, reason=reason)
    use_approval(
        by=by,
        approval_id=locked.approval_id,
        act=END_ACT,
        subject_type=SUBJECT,
        subject_id=locked.permit_id,
        content=ending_content(locked),
    )
    return carry_out(by=by, ending=locked, now=now)


def end_permit(
    *,
    by: Membership,
    permit: Permit,
    ends_as: str,
    reason: str,
    legal_basis: str,
    approval: Approval | None,
    key: str,
    now: datetime.datetime,
) -> Ending:
    """End the permit at once, on an approval already used or at the end of its term."""
    ending = Ending(
        permit=permit,
        ends_as=ends_as,
        reason=reason,
        legal_basis=legal_basis,
        state=EndingState.PROPOSED,
        proposed_by=by,
        proposed_at=now,
        approval=approval,
        key=key,
    )
    return carry_out(by=by, ending=ending, now=now)


def lock_valid(permit: Permit) -> Permit:
    """The permit, locked; P127 when it is not valid."""
    locked = (
        Permit.objects.select_for_update(of=("self",))
        .select_related("site__region", "site__enterprise")
        .get(pk=permit.pk)
    )
    if locked.state != PermitState.VALID:
        raise PermitNotValid(state=locked.get_state_display())
    return locked


def carry_out(*, by: Membership, ending: Ending, now: datetime.datetime) -> Ending:
    """Change the permit's state, stop its versions, take its unused rights back."""
    today = timezone.localdate(now)
    permit = lock_valid(ending.permit)
    # First the act, then what it changes: the database asks for it (permit_ends_by_its_ending).
    ending.state, ending.ended_on = EndingState.DONE, today
    record(ending, by=by, reason=ending.reason)
    permit.state = ending.ends_as
    record(permit, by=by, reason=ending.reason)
    for version in permit.versions.filter(in_force_until__isnull=True):
        version.in_force_until = max(today, version.in_force_from)
        record(version, by=by, reason=ending.reason)
    take_back_rights(by=by, permit=permit, ending=ending, now=now)
    return ending


def take_back_rights(
    *, by: Membership, permit: Permit, ending: Ending, now: datetime.datetime
) -> None:
    """The lots this permit granted end with it: what is left lapses at the term's end, otherwise
    it goes back to the region. Rights bought or on cards are not the permit's to take."""
    lots = Lot.objects.filter(
        document_type="permit_version",
        document_id__in=permit.versions.values("pk"),
        enterprise=permit.site.enterprise,
    )
    is_expiry = ending.ends_as == PermitState.EXPIRED
    end_lots(
        by=by,
        lots=list(lots),
        kind="LAPSE" if is_expiry else "PERMIT_END",
        document=DocumentRef("permit_ending", ending.pk),
        key=f"ending:{ending.pk}",
        reason=ending.reason,
        approval_id=ending.approval_id,
        now=now,
    )


@transaction.atomic
def expire_permit(*, permit: Permit, now: datetime.datetime) -> Ending | None:
    """End a permit whose term is over; nothing happens when it is not valid or not over.

    P133 while a renewal asked for in time waits: without a decision it counts as renewed
    (Administrative Licensing Law art. 50).
    """
    today = timezone.localdate(now)
    locked = Permit.objects.select_for_update(of=("self",)).get(pk=permit.pk)
    if locked.state != PermitState.VALID or locked.valid_to >= today:
        return None
    if has_timely_renewal(locked):
        raise RenewalIsPending
    rule = legal_clock("PERMIT_TERM", region=locked.site.region, day=today)
    return end_permit(
        by=system_actor("clock"),
        permit=locked,
        ends_as=PermitState.EXPIRED,
        reason="有效期届满未延续",
        legal_basis=rule.legal_basis,
        approval=None,
        key=f"expiry:{locked.pk}:{locked.valid_to}",
        now=now,
    )


def has_timely_renewal(permit: Permit) -> bool:
    """Whether a renewal handed in before the term's end is still open."""
    closed = [state.value for state in CLOSED_STATES | {State.DRAFT}]
    return (
        Application.objects.filter(
            site_id=permit.site_id, kind=Kind.RENEW, submitted_at__date__lte=permit.valid_to
        )
        .exclude(state__in=closed)
        .exists()
    )


def expire_due(*, now: datetime.datetime) -> int:
    """Expire every permit whose term is over, each in its own transaction; returns how many."""
    due = Permit.objects.filter(state=PermitState.VALID, valid_to__lt=timezone.localdate(now))
    done = 0
    for permit in due.iterator():
        if has_timely_renewal(permit):
            continue
        done += expire_permit(permit=permit, now=now) is not None
    return done
