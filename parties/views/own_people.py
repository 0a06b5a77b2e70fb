"""An enterprise's own people: who may act for it, let in and ended by its administrator."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties import queries, services
from parties.access import ActorRequest, allow, door
from parties.forms import OwnPersonForm, ReasonForm, posted, reason_of
from parties.models import Membership, User
from parties.rules import OWN_PEOPLE_ROLES, Act
from shell.figures import moment
from shell.refusals import refusals_to
from shell.tables import Column, Table, table_page

from .people import invitation_of, known_person, standing


@allow(Act.MANAGE_OWN_PEOPLE)
def own_people(request: ActorRequest) -> HttpResponse:
    """Everyone with a role in the own enterprise."""
    table = Table(
        Membership.objects.for_actor(request.actor).select_related("user", "enterprise"),
        [
            Column("user", _("Full name"), sort="user__display_name"),
            Column("user.username", _("User name"), sort="user__username", kind="code"),
            Column("get_role_display", _("Role"), sort="role"),
            Column("valid_from", _("First day"), kind="date", sort="valid_from"),
            Column("valid_to", _("Last day"), kind="date", sort="valid_to"),
            Column("", _("State"), kind="status", value=standing),
        ],
        request=request,
        caption=_("Our people"),
        row_url=lambda row: reverse("own_person", args=[row.user_id]),
        empty=_("Nobody has a role yet. Let a person in."),
    )
    return table_page(request, "parties/own_people.html", table, {})


@allow(Act.MANAGE_OWN_PEOPLE, methods=("GET", "POST"))
def new_own_person(request: ActorRequest) -> HttpResponse:
    """Let a person into the own enterprise, at once."""
    form = OwnPersonForm(posted(request), initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            member = services.let_in_own(
                by=request.actor, invitation=invitation_of(form.cleaned_data), now=timezone.now()
            )
            messages.success(request, _("%(person)s is let in.") % {"person": member.user})
            return redirect("own_person", member.user_id)
    context = {"form": form, "cancel_url": reverse("own_people")}
    status = 422 if form.errors else 200
    return render(request, "parties/own_person_form.html", context, status=status)


@allow(Act.MANAGE_OWN_PEOPLE)
def own_person(request: ActorRequest, person_id: int) -> HttpResponse:
    """One person and his roles in the own enterprise."""
    return show(request, known_person(request, person_id))


def show(request: ActorRequest, found: User, *, link: str = "") -> HttpResponse:
    is_self = found == request.user
    roles = queries.roles_of(found).filter(enterprise_id=request.actor.enterprise_id)
    context = {
        "person": found,
        "facts": [
            (_("User name"), found.username),
            (_("Password"), _("set") if found.has_usable_password() else _("not set yet")),
            (_("Last sign-in"), moment(found.last_login)),
        ],
        "roles": [(role, standing(role), f"end-{role.pk}") for role in roles],
        "endable": {r.pk for r in roles if may_end(r) and not is_self},
        "needs_link": not found.has_usable_password(),
        "link": request.build_absolute_uri(link) if link else "",
        "reason_form": ReasonForm(),
    }
    return render(request, "parties/own_person.html", context)


def may_end(role: Membership) -> bool:
    """Whether the enterprise's administrator ends it himself."""
    return role.role in OWN_PEOPLE_ROLES and role.ended_at is None


@allow(Act.MANAGE_OWN_PEOPLE, methods=("POST",))
def first_link(request: ActorRequest, person_id: int) -> HttpResponse:
    """The link for the first password, shown this once."""
    found = known_person(request, person_id)
    link = services.first_link(by=request.actor, person=found)
    return show(request, found, link=link)


@allow(Act.MANAGE_OWN_PEOPLE, methods=("POST",))
def end_own_role(request: ActorRequest, membership_id: int) -> HttpResponse:
    """Take a role in the own enterprise back at once."""
    membership = door(Membership.objects.for_actor(request.actor), pk=membership_id)
    if reason := reason_of(request):
        services.end_own(by=request.actor, membership=membership, reason=reason, now=timezone.now())
        messages.success(request, _("The role is ended; the next request is refused."))
    return redirect("own_person", membership.user_id)
