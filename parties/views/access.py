"""Requests about people's access: what is asked, and the second administrator's word."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties import contents, queries, services
from parties.access import ActorRequest, allow, door
from parties.forms import DecisionForm, ReasonForm, posted, reason_of
from parties.models import AccessRequest
from parties.models.access_requests import OPEN_STATES, AccessState
from parties.rules import Act
from shell.figures import moment
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table, table_page

TONES = {
    AccessState.ASKED: "waiting",
    AccessState.GRANTED: "active",
    AccessState.DONE: "normal",
    AccessState.REFUSED: "closed",
    AccessState.TAKEN_BACK: "neutral",
}


def mark_of(row: AccessRequest) -> Status:
    """The state with its tone."""
    return Status(TONES[AccessState(row.state)], row.get_state_display())


@allow(Act.CONFIRM_ACCESS)
def access_requests(request: ActorRequest) -> HttpResponse:
    """What was asked about people of the bureau's area, the newest first."""
    table = Table(
        AccessRequest.objects.for_actor(request.actor).select_related(
            "person", "bureau", "enterprise", "asked_by__user"
        ),
        [
            Column("asked_at", _("Asked at"), kind="moment", sort="asked_at"),
            Column("get_kind_display", _("What is asked"), sort="kind"),
            Column("who", _("Person")),
            Column("get_role_display", _("Role")),
            Column("place", _("Bureau or enterprise")),
            Column("asked_by", _("Asked by"), value=lambda row: row.asked_by.user),
            Column("state", _("State"), kind="status", value=mark_of, sort="state"),
        ],
        request=request,
        caption=_("Requests about access"),
        row_url=lambda row: reverse("access_request", args=[row.pk]),
        empty=_(
            "Nobody has asked for anything. A request begins at “People and roles”: a role, an"
            " account and a password link need two administrators."
        ),
    )
    return table_page(request, "parties/access_requests.html", table, {})


def reach(request: ActorRequest, pk: int) -> AccessRequest:
    rows = AccessRequest.objects.for_actor(request.actor).select_related(
        "person", "bureau", "enterprise", "asked_by__user", "approval__checker_user"
    )
    return door(rows, pk=pk)


@allow(Act.CONFIRM_ACCESS, methods=("GET", "POST"))
def access_request(request: ActorRequest, access_request_id: int) -> HttpResponse:
    """One request: exactly what will be done, and for a second administrator the decision."""
    shown = reach(request, access_request_id)
    form = DecisionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            messages.success(request, decide(request, shown, form))
            return redirect("access_request", shown.pk)
    return show(request, shown, form)


def decide(request: ActorRequest, shown: AccessRequest, form: DecisionForm) -> str:
    """Take the decision; what was done, in words."""
    granted = form.cleaned_data["decision"] == "grant"
    decided = services.decide_access(
        by=request.actor,
        request=shown,
        granted=granted,
        reason=form.cleaned_data["reason"],
        now=timezone.now(),
    )
    if not granted:
        return _("Refused.")
    if decided.state == AccessState.GRANTED:
        return _("Granted. The person who asked now makes the link.")
    return _("Granted and carried out.")


def show(
    request: ActorRequest, shown: AccessRequest, form: DecisionForm, *, link: str = ""
) -> HttpResponse:
    is_own = shown.asked_by.user_id == request.user.pk
    may_decide = (
        shown.state == AccessState.ASKED and not is_own and shown.person_id != request.user.pk
    )
    is_open = shown.state in OPEN_STATES
    context = {
        "shown": shown,
        "is_of_enterprise": shown.enterprise_id is not None,
        "mark": mark_of(shown),
        "facts": facts_of(shown),
        "content": contents.lines(bytes(shown.approval.content)),
        "form": form if may_decide or form.errors else None,
        "can_make": is_own and shown.state == AccessState.GRANTED,
        "can_take_back": is_own and is_open,
        "waits_for_other": shown.state == AccessState.ASKED and not may_decide,
        "reason_form": ReasonForm(),
        "link": request.build_absolute_uri(link) if link else "",
        "events": queries.timeline(shown),
        "person_url": person_url(request, shown),
    }
    status = 422 if form.errors else 200
    return render(request, "parties/access_request.html", context, status=status)


def person_url(request: ActorRequest, shown: AccessRequest) -> str:
    """The person's page, for who looks after people."""
    if shown.person_id is None or not request.actor.may(Act.MANAGE_PEOPLE):
        return ""
    return reverse("person", args=[shown.person_id])


def facts_of(shown: AccessRequest) -> list[tuple[str, Any]]:
    """Who asked and who decided."""
    asker = shown.asked_by
    facts: list[tuple[str, Any]] = [
        (_("Reason"), shown.reason),
        (_("Asked by"), f"{asker.user} · {asker.get_role_display()}"),
        (_("Asked at"), moment(shown.asked_at)),
    ]
    if shown.approval.checker_user:
        facts.append((_("Decided by"), shown.approval.checker_user))
        facts.append((_("Decided at"), moment(shown.approval.decided_at)))
    if shown.done_at:
        facts.append((_("Carried out at"), moment(shown.done_at)))
    return facts


@allow(Act.MANAGE_PEOPLE, methods=("POST",))
def make_link(request: ActorRequest, access_request_id: int) -> HttpResponse:
    """The granted link, shown this once to the person who asked."""
    shown = reach(request, access_request_id)
    link = services.make_link(by=request.actor, request=shown, now=timezone.now())
    return show(request, reach(request, shown.pk), DecisionForm(), link=link)


@allow(Act.MANAGE_PEOPLE, methods=("POST",))
def take_back_access(request: ActorRequest, access_request_id: int) -> HttpResponse:
    """Take an own request back."""
    shown = reach(request, access_request_id)
    if reason := reason_of(request):
        services.take_back_access(by=request.actor, request=shown, reason=reason)
        messages.success(request, _("The request is taken back."))
    return redirect("access_request", shown.pk)
