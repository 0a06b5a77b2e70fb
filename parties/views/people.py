"""People and roles, for security administrators; passwords are always the person's own."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties import queries, services
from parties.access import ActorRequest, allow, door
from parties.forms import (
    GrantForm,
    InviteForm,
    MembershipFilter,
    ReasonForm,
    place_of,
    posted,
    reason_of,
)
from parties.models import AccessRequest, Membership, User
from parties.models.access_requests import OPEN_STATES
from parties.rules import Act, Role
from parties.services import Invitation
from shell.figures import moment
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table, table_page


def standing(membership: Membership) -> Status:
    """How a role stands today, in one word."""
    today = timezone.localdate()
    if not membership.user.is_active:
        return Status("closed", _("account closed"))
    if membership.ended_at or (membership.valid_to and membership.valid_to < today):
        return Status("neutral", _("ended"))
    if membership.valid_from > today:
        return Status("waiting", _("not yet in force"))
    return Status("normal", _("in force"))


@allow(Act.MANAGE_PEOPLE)
def people(request: ActorRequest) -> HttpResponse:
    """Everyone with a role in the bureau's area."""
    rows = Membership.objects.for_actor(request.actor).select_related(
        "user", "bureau", "enterprise"
    )
    narrowed = MembershipFilter(request.GET, queryset=rows)
    table = Table(
        narrowed.qs,
        [
            Column("user", _("Full name"), sort="user__display_name"),
            Column("user.username", _("User name"), sort="user__username", kind="code"),
            Column("get_role_display", _("Role"), sort="role"),
            Column("place", _("Bureau or enterprise")),
            Column("valid_from", _("First day"), kind="date", sort="valid_from"),
            Column("valid_to", _("Last day"), kind="date", sort="valid_to"),
            Column("", _("State"), kind="status", value=standing),
        ],
        request=request,
        caption=_("People and roles"),
        row_url=lambda row: reverse("person", args=[row.user_id]),
        empty=_("Nobody matches. Clear the filter, or let a person in."),
    )
    return table_page(request, "parties/people.html", table, {"filter": narrowed})


def known_person(request: ActorRequest, person_id: int) -> User:
    return door(User.objects.for_actor(request.actor), pk=person_id)


@allow(Act.MANAGE_PEOPLE, methods=("GET", "POST"))
def new_person(request: ActorRequest) -> HttpResponse:
    """Ask a second person to let somebody in with a first role."""
    form = InviteForm(
        posted(request), actor=request.actor, initial={"valid_from": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        place = place_of(form, request.actor)
        with refusals_to(form):
            if place is not None:
                asked = services.ask_for_account(
                    by=request.actor,
                    invitation=invitation_of(form.cleaned_data),
                    place=place,
                    reason=form.cleaned_data["reason"],
                    now=timezone.now(),
                )
                messages.success(request, _("Asked. Another administrator decides."))
                return redirect("access_request", asked.pk)
    context = {"form": form, "cancel_url": reverse("people")}
    return render(request, "parties/person_form.html", context, status=422 if form.errors else 200)


def invitation_of(values: dict[str, Any]) -> Invitation:
    """Who is let in as what, as the form says."""
    return Invitation(
        username=values["username"],
        display_name=values["display_name"],
        role=Role(values["role"]),
        valid_from=values["valid_from"],
        valid_to=values["valid_to"],
    )


@allow(Act.MANAGE_PEOPLE)
def person(request: ActorRequest, person_id: int) -> HttpResponse:
    """One person: account, roles, what was done about them."""
    return show_person(request, known_person(request, person_id))


def show_person(
    request: ActorRequest, found: User, *, form: GrantForm | None = None
) -> HttpResponse:
    grant = form or GrantForm(actor=request.actor, initial={"valid_from": timezone.localdate()})
    roles = queries.roles_of(found)
    context = {
        "person": found,
        "facts": [
            (_("User name"), found.username),
            (_("Password"), _("set") if found.has_usable_password() else _("not set yet")),
            (_("Last sign-in"), moment(found.last_login)),
        ],
        "roles": [(role, standing(role), f"end-{role.pk}") for role in roles],
        "form": grant,
        "reason_form": ReasonForm(),
        "requests": open_requests(request, found),
        "locked_until": queries.locked_until(found),
        "is_self": found == request.user,
        "events": queries.timeline(found),
    }
    return render(request, "parties/person.html", context, status=422 if grant.errors else 200)


def open_requests(request: ActorRequest, found: User) -> list[AccessRequest]:
    """What is asked about this person and not carried out yet."""
    rows = AccessRequest.objects.for_actor(request.actor).filter(
        person=found, state__in=OPEN_STATES
    )
    return list(rows.select_related("bureau"))


@allow(Act.MANAGE_PEOPLE, methods=("POST",))
def grant_role(request: ActorRequest, person_id: int) -> HttpResponse:
    """Ask a second person to give a known person a further role."""
    found = known_person(request, person_id)
    form = GrantForm(request.POST, actor=request.actor)
    if form.is_valid():
        place = place_of(form, request.actor)
        with refusals_to(form):
            if place is not None:
                values = form.cleaned_data
                asked = services.ask_for_role(
                    by=request.actor,
                    person=found,
                    role=Role(values["role"]),
                    place=place,
                    valid_from=values["valid_from"],
                    valid_to=values["valid_to"],
                    reason=values["reason"],
                    now=timezone.now(),
                )
                messages.success(request, _("Asked. Another administrator decides."))
                return redirect("access_request", asked.pk)
    return show_person(request, found, form=form)


@allow(Act.MANAGE_PEOPLE, methods=("POST",))
def end_role(request: ActorRequest, membership_id: int) -> HttpResponse:
    """Take a role back at once."""
    membership = door(Membership.objects.for_actor(request.actor), pk=membership_id)
    if reason := reason_of(request):
        services.end_membership(
            by=request.actor, membership=membership, reason=reason, now=timezone.now()
        )
        messages.success(request, _("The role is ended; the next request is refused."))
    return redirect("person", membership.user_id)


@allow(Act.MANAGE_PEOPLE, methods=("POST",))
def password_link(request: ActorRequest, person_id: int) -> HttpResponse:
    """Ask a second person for a link with which this one sets his password."""
    found = known_person(request, person_id)
    if not (reason := reason_of(request)):
        return redirect("person", found.pk)
    asked = services.ask_for_link(by=request.actor, person=found, reason=reason, now=timezone.now())
    messages.success(request, _("Asked. Another administrator decides."))
    return redirect("access_request", asked.pk)


@allow(Act.MANAGE_PEOPLE, methods=("POST",))
def close_account(request: ActorRequest, person_id: int) -> HttpResponse:
    """Shut a person out."""
    found = known_person(request, person_id)
    if reason := reason_of(request):
        services.close_account(by=request.actor, person=found, reason=reason, now=timezone.now())
        messages.success(request, _("The account is closed."))
    return redirect("person", found.pk)


@allow(Act.MANAGE_PEOPLE, methods=("POST",))
def reopen_account(request: ActorRequest, person_id: int) -> HttpResponse:
    """Let a person in again."""
    found = known_person(request, person_id)
    if reason := reason_of(request):
        services.reopen_account(by=request.actor, person=found, reason=reason)
        messages.success(request, _("The account is open again."))
    return redirect("person", found.pk)


@allow(Act.MANAGE_PEOPLE, methods=("POST",))
def unlock_sign_in(request: ActorRequest, person_id: int) -> HttpResponse:
    """Forget the wrong passwords that keep a person out."""
    found = known_person(request, person_id)
    services.unlock_sign_in(by=request.actor, person=found)
    messages.success(request, _("Sign-in is unlocked; the password is as it was."))
    return redirect("person", found.pk)
