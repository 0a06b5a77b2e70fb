"""Two persons for access: one administrator asks, another decides, then it is done once.

A bureau role and a password link open the way to every other act that asks for two persons: who
could make a second person alone, could do all of them alone. Who could let a person into an
enterprise alone, could act, bid and declare for it: so the bureau lets in its administrators by
two persons, on the enterprise's proof, and these look after its other people (`own_people`).
"""

import datetime
import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parties import personal
from parties.models import AccessRequest, Bureau, Enterprise, Membership, User
from parties.models.access_requests import OPEN_STATES, AccessKind, AccessState
from parties.personal import Datum
from parties.refusals import (
    AccessIsPending,
    AccessNotOpen,
    LinkNotGranted,
    NotTheMaker,
    NotYourOwn,
    RoleEndsTooEarly,
)
from parties.rules import Act, Role
from shell.refusals import refused_by

from .access_news import tell_of_access, tell_of_console
from .approvals import decide_approval, request_approval, use_approval, withdraw_approval
from .erasing import check_erasable, erase
from .people import (
    Invitation,
    let_in,
    must_be_within,
    new_password_link,
    password_link,
    put_in_role,
)
from .records import record, reserve_id

ACT = Act.CONFIRM_ACCESS
SUBJECT = "access_request"


def content_of(request: AccessRequest) -> bytes:
    """What the second person grants: everything that will be done."""
    if request.kind == AccessKind.ERASE:
        erased = {
            "access_kind": request.kind,
            "erased_datum": request.datum,
            "erased_no": str(request.subject_id),
            "reason": request.reason,
        }
        return json.dumps(erased, ensure_ascii=False, sort_keys=True).encode()
    told = {
        "access_kind": request.kind,
        "person": request.who,
        "username": request.username or (request.person.username if request.person else ""),
        "role": request.role,
        **place_told(request),
        "valid_from": request.valid_from.isoformat() if request.valid_from else "",
        "valid_to": request.valid_to.isoformat() if request.valid_to else "",
        "reason": request.reason,
    }
    return json.dumps(
        {key: value for key, value in told.items() if value}, ensure_ascii=False, sort_keys=True
    ).encode()


def place_told(request: AccessRequest) -> dict[str, str]:
    """Where the role will hold: a bureau, or an enterprise by its name and code."""
    if not request.role:
        return {}
    if request.enterprise:
        return {"enterprise": f"{request.enterprise.name} {request.enterprise.uscc}"}
    return {"bureau": str(request.bureau)}


def place_fields(by: Membership, place: Bureau | Enterprise) -> dict[str, Bureau | Enterprise]:
    """Where the role holds and whose administrators decide."""
    if isinstance(place, Bureau):
        return {"bureau": place}
    assert by.bureau, "an administrator is of a bureau"
    return {"bureau": by.bureau, "enterprise": place}


@transaction.atomic
def ask_for_account(
    *,
    by: Membership,
    invitation: Invitation,
    place: Bureau | Enterprise,
    reason: str,
    now: datetime.datetime,
) -> AccessRequest:
    """Ask a second person to let a new person, or one with an account, into a bureau or an
    enterprise."""
    request = AccessRequest(
        kind=AccessKind.ACCOUNT,
        **place_fields(by, place),
        username=invitation.username.strip(),
        display_name=invitation.display_name.strip(),
        role=invitation.role,
        valid_from=invitation.valid_from,
        valid_to=invitation.valid_to,
        reason=reason,
    )
    return _ask(by, request, now)


@transaction.atomic
def ask_for_role(
    *,
    by: Membership,
    person: User,
    role: Role,
    place: Bureau | Enterprise,
    valid_from: datetime.date,
    valid_to: datetime.date | None = None,
    reason: str,
    now: datetime.datetime,
) -> AccessRequest:
    """Ask a second person to give a known person a role in a bureau or an enterprise."""
    if person.pk == by.user_id:
        raise NotYourOwn
    request = AccessRequest(
        kind=AccessKind.ROLE,
        **place_fields(by, place),
        person=person,
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason,
    )
    return _ask(by, request, now)


@transaction.atomic
def ask_for_link(
    *, by: Membership, person: User, reason: str, now: datetime.datetime
) -> AccessRequest:
    """Ask a second person to agree to a link on which somebody else sets a password."""
    assert by.bureau, "an administrator is of a bureau"
    if person.pk == by.user_id:
        raise NotYourOwn
    must_be_within(by=by, person=person)
    request = AccessRequest(kind=AccessKind.LINK, bureau=by.bureau, person=person, reason=reason)
    return _ask(by, request, now)


@transaction.atomic
def ask_to_erase(
    *, by: Membership, datum: Datum, subject: Any, reason: str, now: datetime.datetime
) -> AccessRequest:
    """Ask a second person to agree that personal data is erased for ever. The request names no
    person in words of its own, or it would be one more place to erase. A321 to A325."""
    assert by.bureau, "an administrator is of a bureau"
    check_erasable(by=by, datum=datum, subject=subject, today=timezone.localdate(now))
    is_person = isinstance(subject, User)
    request = AccessRequest(
        kind=AccessKind.ERASE,
        bureau=by.bureau,
        person=subject if is_person else None,
        display_name="" if is_person else str(subject)[:60],
        datum=datum.code,
        subject_id=subject.pk,
        reason=reason,
    )
    return _ask(by, request, now)


class _TriedOut(Exception):
    """Takes back what was only tried."""


def _try_out(by: Membership, request: AccessRequest) -> None:
    """Refuse at once what could not be carried out later: the same rules, then taken back."""
    deed = DEEDS.get(AccessKind(request.kind))
    if deed is None or request.kind == AccessKind.ERASE:
        return
    try:
        with transaction.atomic():
            deed(by, request)
            raise _TriedOut
    except _TriedOut:
        request.membership = None
        if request.kind == AccessKind.ACCOUNT:
            request.person = None


def _ask(by: Membership, request: AccessRequest, now: datetime.datetime) -> AccessRequest:
    if request.valid_to and request.valid_from and request.valid_to < request.valid_from:
        raise RoleEndsTooEarly
    _try_out(by, request)
    request.asked_by, request.asked_at = by, now
    request.pk = reserve_id(AccessRequest)
    request.approval = request_approval(
        by=by,
        act=ACT,
        region_code=request.bureau.region_id,
        subject_type=SUBJECT,
        subject_id=request.pk,
        content=content_of(request),
        now=now,
    )
    with refused_by(
        one_open_access_request_per_person_and_role=AccessIsPending,
        one_open_access_request_per_user_name=AccessIsPending,
        one_open_erasure_per_object=AccessIsPending,
    ):
        # `save` with a number set would look for a row to update first.
        request._state.adding = True
        record(request, by=by, reason=request.reason)
    tell_of_access(request=request, event="asked", by=by, now=now)
    return request


@transaction.atomic
def decide_access(
    *,
    by: Membership,
    request: AccessRequest,
    granted: bool,
    reason: str,
    now: datetime.datetime,
) -> AccessRequest:
    """Grant or refuse as the second person; a role and an account are carried out at once.

    A link is made afterwards by the person who asked (`make_link`): so each of the two has done
    something the other cannot.
    """
    locked = _locked(request)
    if locked.state != AccessState.ASKED:
        raise AccessNotOpen
    if locked.person_id == by.user_id:
        raise NotYourOwn
    locked.approval = decide_approval(
        by=by, approval=locked.approval, granted=granted, reason=reason, now=now
    )
    if not granted:
        locked.state = AccessState.REFUSED
        record(locked, by=by, reason=reason)
        tell_of_access(request=locked, event="refused", by=by, now=now)
        return locked
    if locked.kind == AccessKind.ERASE:
        _check_again(locked, now)
    if locked.kind == AccessKind.LINK:
        locked.state = AccessState.GRANTED
        record(locked, by=by, reason=reason or gettext_noop("approval granted"))
        tell_of_access(request=locked, event="granted", by=by, now=now)
        return locked
    done = _carry_out(by, locked, now)
    if done.person_id == by.user_id:  # a name that turned out to be an account of the decider's
        raise NotYourOwn
    return done


def _check_again(locked: AccessRequest, now: datetime.datetime) -> None:
    """Refuse what could no longer be asked for: since then the person may be needed again."""
    datum = personal.DATA[locked.datum]
    assert locked.subject_id, "kept by the constraint access_request_is_whole"
    subject = datum.get(locked.subject_id)
    check_erasable(by=locked.asked_by, datum=datum, subject=subject, today=timezone.localdate(now))


def _carry_out(by: Membership, locked: AccessRequest, now: datetime.datetime) -> AccessRequest:
    """Do what was granted, in the name of the one who asked."""
    use_approval(
        by=by,
        approval_id=locked.approval_id,
        act=ACT,
        subject_type=SUBJECT,
        subject_id=locked.pk,
        content=content_of(locked),
    )
    deed = DEEDS.get(AccessKind(locked.kind))
    if deed is not None:
        deed(locked.asked_by, locked)
    locked.state, locked.done_at = AccessState.DONE, now
    record(locked, by=by, reason=locked.reason)
    tell_of_access(request=locked, event="done", by=by, now=now)
    return locked


@transaction.atomic
def make_link(*, by: Membership, request: AccessRequest, now: datetime.datetime) -> str:
    """The path of the granted link, for the one who asked, once."""
    locked = _locked(request)
    if locked.asked_by.user_id != by.user_id:
        raise NotTheMaker
    if locked.kind != AccessKind.LINK or locked.state != AccessState.GRANTED:
        raise LinkNotGranted
    assert locked.person, "kept by the constraint access_request_is_whole"
    link = new_password_link(by=by, person=locked.person)
    _carry_out(by, locked, now)
    return link


@transaction.atomic
def console_link(*, by: Membership, person: User, reason: str, now: datetime.datetime) -> str:
    """A link made at the server's console when no second person can be asked; it is loud: the
    person and the bureaus he works for are told."""
    link = password_link(by=by, person=person)
    record(person, by=by, reason=reason)

    def say() -> str:
        said = _("At the server's console a password link was made for %(person)s: %(reason)s")
        return said % {"person": person, "reason": reason}

    roles = Membership.objects.filter(user=person).select_related("bureau", "enterprise")
    places = {role.place for role in roles if role.place}
    tell_of_console(places=places, person=person, what=say, now=now)
    return link


@transaction.atomic
def take_back_access(*, by: Membership, request: AccessRequest, reason: str) -> AccessRequest:
    """Take an own request back while it is not carried out."""
    locked = _locked(request)
    if locked.state not in OPEN_STATES:
        raise AccessNotOpen
    if locked.asked_by.user_id != by.user_id:
        raise NotTheMaker
    if locked.state == AccessState.ASKED:
        withdraw_approval(by=by, approval=locked.approval, reason=reason)
    locked.state = AccessState.TAKEN_BACK
    return record(locked, by=by, reason=reason)


def _locked(request: AccessRequest) -> AccessRequest:
    return (
        AccessRequest.objects.select_for_update(of=("self",))
        .select_related(
            "approval",
            "asked_by__user",
            "asked_by__bureau__region",
            "bureau__region",
            "enterprise",
            "person",
        )
        .get(pk=request.pk)
    )


def _open(by: Membership, request: AccessRequest) -> None:
    assert request.valid_from, "kept by the constraint access_request_is_whole"
    invitation = Invitation(
        username=request.username,
        display_name=request.display_name,
        role=Role(request.role),
        valid_from=request.valid_from,
        valid_to=request.valid_to,
    )
    request.membership = let_in(by=by, invitation=invitation, place=request.place)
    request.person = request.membership.user


def _grant(by: Membership, request: AccessRequest) -> None:
    assert request.person, "kept by the constraint access_request_is_whole"
    assert request.valid_from, "kept by the constraint access_request_is_whole"
    request.membership = put_in_role(
        by=by,
        person=request.person,
        role=Role(request.role),
        place=request.place,
        valid_from=request.valid_from,
        valid_to=request.valid_to,
    )


DEEDS: dict[AccessKind, Callable[[Membership, AccessRequest], None]] = {
    AccessKind.ACCOUNT: _open,
    AccessKind.ROLE: _grant,
    AccessKind.ERASE: erase,
}
