"""People of an enterprise, looked after by its own administrator.

Its administrators are let in by two persons of the bureau (`access_requests`); they let in and
end everyone else of the enterprise, and nobody outside it.
"""

import datetime

from django.db import transaction

from parties.models import Membership, User
from parties.refusals import (
    AdministratorsAreTheBureaus,
    LinkFromBureau,
    PersonOfBureau,
)
from parties.rules import OWN_PEOPLE_ROLES

from .access_news import tell_of_own
from .people import Invitation, end_membership, let_in, new_password_link


@transaction.atomic
def let_in_own(*, by: Membership, invitation: Invitation, now: datetime.datetime) -> Membership:
    """As an enterprise's administrator, let in a new person, or one with an account under this
    very name.

    Refuses a further administrator (A314), a person who works for a bureau (A315), and what
    `put_in_role` refuses.
    """
    assert by.enterprise, "an enterprise's administrator"
    must_be_own_role(invitation.role)
    username, name = invitation.username.strip(), invitation.display_name.strip()
    known = Membership.objects.filter(
        user__username=username, user__display_name=name, bureau__isnull=False
    )
    if known.exists():
        raise PersonOfBureau
    member = let_in(by=by, invitation=invitation, place=by.enterprise)
    tell_of_own(member=member, now=now)
    return member


def must_be_own_role(role: str) -> None:
    """Who administers an enterprise is the bureau's decision, coming and going (A314)."""
    if role not in OWN_PEOPLE_ROLES:
        raise AdministratorsAreTheBureaus


@transaction.atomic
def end_own(
    *, by: Membership, membership: Membership, reason: str, now: datetime.datetime
) -> Membership:
    """As an enterprise's administrator, take a role back at once; not an administrator's (A314)."""
    must_be_own_role(membership.role)
    return end_membership(by=by, membership=membership, reason=reason, now=now)


@transaction.atomic
def first_link(*, by: Membership, person: User) -> str:
    """The path on which a person of the own enterprise sets his first password, once.

    Who has set one, or acts elsewhere too, gets a link from the bureau, by two persons (A316):
    else an administrator could take over an account.
    """
    elsewhere = Membership.objects.filter(user=person).exclude(enterprise_id=by.enterprise_id)
    if person.has_usable_password() or elsewhere.exists():
        raise LinkFromBureau
    return new_password_link(by=by, person=person)
