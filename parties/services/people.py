"""Accounts and roles. An administrator opens the door; the password is always the person's own."""

import dataclasses
import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from axes.utils import reset
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from parties.models import Bureau, Enterprise, Membership, User
from parties.refusals import (
    AlreadyInRole,
    LastSecurityAdmin,
    NotYourOwn,
    PersonActsElsewhere,
    RoleDoesNotFit,
    RoleEndsTooEarly,
    SecondPersonNeeded,
    SeparatedRoles,
    UsernameIsBad,
    UsernameIsTaken,
)
from parties.rules import Role, lock_key
from shell.names import check_names
from shell.refusals import refused_by

from .records import record


@transaction.atomic
def open_account(*, by: Membership, username: str, display_name: str) -> User:
    """An account without a password; its owner sets one through `password_link`. Refuses names
    that look like others (S111)."""
    username, display_name = username.strip(), display_name.strip()
    check_names(username, display_name)
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as error:
        raise UsernameIsBad from error
    # Two names that differ in case only would be one name to every human reader.
    if User.objects.filter(username__iexact=username).exists():
        raise UsernameIsTaken(username=username)
    person = User(username=username, display_name=display_name)
    person.set_unusable_password()
    with refused_by(parties_user_username_key=UsernameIsTaken):
        return record(person, by=by, reason=gettext_noop("account opened"))


@dataclasses.dataclass(frozen=True)
class Invitation:
    """Who is let in as what, and for how long."""

    username: str
    display_name: str
    role: Role
    valid_from: datetime.date
    valid_to: datetime.date | None = None


def invite(*, by: Membership, invitation: Invitation, place: Bureau | Enterprise) -> Membership:
    """Let in a new person, or one with an account under this very name, as the system for
    itself; whoever else does it needs a second person (A310)."""
    must_be_the_system(by)
    return let_in(by=by, invitation=invitation, place=place)


@transaction.atomic
def let_in(*, by: Membership, invitation: Invitation, place: Bureau | Enterprise) -> Membership:
    """What `invite` and the second person's word do.

    Who knows only one of user name and name gets the same refusal as for a taken name.
    """
    username, name = invitation.username.strip(), invitation.display_name.strip()
    person = User.objects.filter(username=username, display_name=name).first()
    return put_in_role(
        by=by,
        person=person or open_account(by=by, username=username, display_name=name),
        role=invitation.role,
        place=place,
        valid_from=invitation.valid_from,
        valid_to=invitation.valid_to,
    )


def must_be_the_system(by: Membership) -> None:
    """Who could let people in alone, could make himself a second person, or an enterprise's."""
    if by.role != Role.SYSTEM:
        raise SecondPersonNeeded


@transaction.atomic
def put_in_role(
    *,
    by: Membership,
    person: User,
    role: Role,
    place: Bureau | Enterprise,
    valid_from: datetime.date,
    valid_to: datetime.date | None = None,
) -> Membership:
    """Give a person a role in a bureau or enterprise; a role held before comes back into force."""
    if person.pk == by.user_id:
        raise NotYourOwn
    if valid_to and valid_to < valid_from:
        raise RoleEndsTooEarly
    where = {"enterprise": place} if isinstance(place, Enterprise) else {"bureau": place}
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .filter(user=person, role=role, **where)
        .first()
    )
    if membership and membership.ended_at is None and not has_passed(membership, valid_from):
        raise AlreadyInRole
    membership = membership or Membership(user=person, role=role, **where)
    membership.valid_from, membership.valid_to, membership.ended_at = valid_from, valid_to, None
    with refused_by(
        role_fits_its_place=RoleDoesNotFit,
        one_administrator_office_per_person_at_a_time=SeparatedRoles,
        one_membership_per_person_role_and_place=AlreadyInRole,
    ):
        return record(membership, by=by, reason=gettext_noop("role granted"))


def has_passed(membership: Membership, day: datetime.date) -> bool:
    """Whether the role's own last day lies before the day."""
    return membership.valid_to is not None and membership.valid_to < day


@transaction.atomic
def end_membership(
    *, by: Membership, membership: Membership, reason: str, now: datetime.datetime
) -> Membership:
    """Take a role back at once: the person's next request is refused."""
    locked = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user", "bureau", "enterprise")
        .get(pk=membership.pk)
    )
    if locked.ended_at is not None:
        return locked
    if locked.user_id == by.user_id:
        raise NotYourOwn
    keep_a_security_admin(locked, timezone.localdate(now))
    locked.ended_at = now
    return record(locked, by=by, reason=reason)


def keep_a_security_admin(leaving: Membership, today: datetime.date) -> None:
    """A bureau never loses its last security administrator: nobody could appoint the next."""
    if leaving.role != Role.SECURITY_ADMIN:
        return
    Bureau.objects.select_for_update().get(pk=leaving.bureau_id)
    others = Membership.objects.in_force(today).filter(
        role=Role.SECURITY_ADMIN, bureau_id=leaving.bureau_id
    )
    if not others.exclude(pk=leaving.pk).exists():
        raise LastSecurityAdmin


def must_be_within(*, by: Membership, person: User) -> None:
    """An account is administered only where all its roles are: else a county could take over
    the account of a person who also acts for the city."""
    roles = Membership.objects.filter(user=person)
    if roles.exclude(pk__in=Membership.objects.for_actor(by).values("pk")).exists():
        raise PersonActsElsewhere


def password_link(*, by: Membership, person: User) -> str:
    """A link made by the system for itself; on the pages it needs a second person (A310)."""
    must_be_the_system(by)
    return new_password_link(by=by, person=person)


@transaction.atomic
def new_password_link(*, by: Membership, person: User) -> str:
    """The path of a page on which the person sets his own password, once.

    The link dies when it is used, at the next sign-in and after PASSWORD_RESET_TIMEOUT; a
    second factor stays in force.
    """
    must_be_within(by=by, person=person)
    record(person, by=by, reason=gettext_noop("one-time password link made"))
    key = default_token_generator.make_token(person)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(person), key])


@transaction.atomic
def close_account(*, by: Membership, person: User, reason: str, now: datetime.datetime) -> User:
    """Shut a person out at once, whatever roles he holds; nothing he did is touched."""
    if person.pk == by.user_id:
        raise NotYourOwn
    must_be_within(by=by, person=person)
    for role in Membership.objects.in_force(timezone.localdate(now)).filter(user=person):
        keep_a_security_admin(role, timezone.localdate(now))
    person.is_active = False
    return record(person, by=by, reason=reason)


@transaction.atomic
def reopen_account(*, by: Membership, person: User, reason: str) -> User:
    """Let a person in again, with the roles that are still in force."""
    must_be_within(by=by, person=person)
    person.is_active = True
    return record(person, by=by, reason=reason)


@transaction.atomic
def unlock_sign_in(*, by: Membership, person: User) -> int:
    """Forget the wrong passwords that locked a person out; the number of places unlocked."""
    must_be_within(by=by, person=person)
    record(person, by=by, reason=gettext_noop("sign-in unlocked"))
    unlocked: int = reset(username=lock_key(person.username))
    return unlocked


@transaction.atomic
def choose_phone(*, by: User, phone: str) -> User:
    """The mobile number for text messages, by the person himself; none: no text messages."""
    by.phone = phone
    by.save(update_fields=["phone"])
    return by


def choose_language(*, by: User, language: str) -> User:
    """The language in which the person reads pages and letters; by the person himself."""
    by.language = language
    by.save(update_fields=["language"])
    return by
