"""The officers' desk: who has what, many at once, questions and their answers, minutes."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.access import ActorRequest, allow, door
from parties.rules import Act
from permits import services
from permits.minutes_paper import draw_minutes
from permits.models import Application, Enquiry, Panel
from permits.models.applications import STEP_NAMES
from permits.queries.clocks import WorkdayCount
from permits.queries.desk import calendar_gaps, task_of, waiting_applications
from permits.rules import Step, next_state
from permits.work_forms import AnswerForm, AskForm, AssignForm, BatchForm
from shell.refusals import refusals_to

from .applications import reach
from .forms import form_page, posted

PAGE = 50


def chosen_rows(request: ActorRequest) -> Any:
    """The waiting applications by whose hands they are in."""
    rows = waiting_applications(request.actor).select_related(
        "assignee__user", "site__enterprise", "site__region"
    )
    asked = request.GET.get("hands", "")
    if asked == "mine":
        return rows.filter(assignee__user=request.actor.user_id)
    return rows.filter(assignee__isnull=True) if asked == "free" else rows


@allow(Act.REVIEW_PERMIT, methods=("GET", "POST"))
def permit_desk(request: ActorRequest) -> HttpResponse:
    """All that waits, nearest legal deadline first; take on, give to, accept many at once."""
    page = Paginator(chosen_rows(request), PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    form = BatchForm(posted(request), actor=request.actor, numbers=[row.pk for row in rows])
    if form.is_valid():
        outcomes = run_batch(request, form.cleaned_data, rows)
        tell_outcomes(request, outcomes)
        return redirect(request.get_full_path())
    count = WorkdayCount(timezone.localdate(), [row.due_on for row in rows])
    context = {
        "calendar_gaps": calendar_gaps(request.actor, timezone.localdate()),
        "tasks": [task_of(row, count, request.actor) for row in rows],
        "page": page,
        "pager": {
            "previous": page_link(
                request, page.previous_page_number() if page.has_previous() else 0
            ),
            "next": page_link(request, page.next_page_number() if page.has_next() else 0),
        },
        "hands": request.GET.get("hands", ""),
        "choices": [("", _("all")), ("mine", _("mine")), ("free", _("nobody's"))],
        "asked": Enquiry.objects.open()
        .filter(asked_of__user=request.actor.user_id)
        .select_related("application__site__enterprise"),
    }
    return form_page(request, "permits/desk.html", form, context)


def page_link(request: ActorRequest, number: int) -> str:
    """The address of a page of the desk; nothing for page 0."""
    params = request.GET.copy()
    params["page"] = str(number)
    return f"?{params.urlencode()}" if number else ""


def run_batch(
    request: ActorRequest, data: dict[str, Any], rows: list[Application]
) -> list[services.Outcome]:
    """Take the step on each chosen application of the page, each by itself."""
    wanted = set(data["chosen"])
    common: dict[str, Any] = {
        "by": request.actor,
        "applications": [row for row in rows if row.pk in wanted],
        "key": str(data["once"]),
        "now": timezone.now(),
    }
    if data["action"] == "assign":
        return services.assign_many(officer=data["officer"], **common)
    if data["action"] == "accept":
        return services.accept_many(**common)
    return services.claim_many(**common)


def tell_outcomes(request: ActorRequest, outcomes: list[services.Outcome]) -> None:
    """How many were done, and each that was not, with its reason."""
    done = sum(not outcome.why for outcome in outcomes)
    messages.success(request, _("Done: %(count)s.") % {"count": done})
    for outcome in outcomes:
        if outcome.why:
            messages.warning(request, f"{outcome.application}: {outcome.why}")


@allow(Act.REVIEW_PERMIT, methods=("GET", "POST"))
def application_assign(request: ActorRequest, application_id: int) -> HttpResponse:
    """Give the application to an officer, or take it oneself."""
    shown = reach(request, application_id)
    if request.method == "GET":
        next_state(shown.state, Step.ASSIGN)
    form = AssignForm(posted(request), actor=request.actor, initial={"officer": request.actor.pk})
    if form.is_valid():
        with refusals_to(form):
            services.assign(
                by=request.actor,
                application=shown,
                officer=form.cleaned_data["officer"],
                opinion=form.cleaned_data["opinion"],
                key=str(form.cleaned_data["once"]),
                now=timezone.now(),
            )
            messages.success(request, _("Done: %(step)s.") % {"step": STEP_NAMES[Step.ASSIGN]})
            return redirect("application", shown.pk)
    context = {
        "application": shown,
        "name": STEP_NAMES[Step.ASSIGN],
        "lead": _("Who has it sees it under “mine” and is named in every notice of a deadline."),
    }
    return form_page(request, "permits/step.html", form, context)


@allow(Act.REVIEW_PERMIT, methods=("GET", "POST"))
def application_ask(request: ActorRequest, application_id: int) -> HttpResponse:
    """Ask for a site check, an assessment, information or a peer's review."""
    shown = reach(request, application_id)
    if request.method == "GET":
        next_state(shown.state, Step.ENQUIRE)
    form = AskForm(posted(request), actor=request.actor)
    if form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "once"}
        with refusals_to(form):
            services.ask(
                by=request.actor,
                application=shown,
                key=str(form.cleaned_data["once"]),
                now=timezone.now(),
                **data,
            )
            messages.success(request, _("Asked; the answer is awaited in the file."))
            return redirect("application", shown.pk)
    context = {
        "application": shown,
        "name": STEP_NAMES[Step.ENQUIRE],
        "lead": _("Until it is answered nothing is decided. A clock stopped for it runs on then."),
    }
    return form_page(request, "permits/step.html", form, context)


@allow(Act.SEE_PERMITS, methods=("GET", "POST"))
def enquiry(request: ActorRequest, enquiry_id: int) -> HttpResponse:
    """A question of the review: read it, and answer it if it is yours."""
    reachable = Enquiry.objects.for_actor(request.actor).select_related(
        "application__site__enterprise", "asked_by__user", "asked_of__user", "answered_by__user"
    )
    shown = door(reachable, pk=enquiry_id)
    is_officer = request.actor.may(Act.REVIEW_PERMIT)
    may_answer = is_officer or request.actor.may(Act.APPLY_PERMIT)
    form = AnswerForm(posted(request) if may_answer else None, is_officer=is_officer)
    if form.is_valid():
        with refusals_to(form):
            services.answer(
                by=request.actor,
                enquiry=shown,
                text=form.cleaned_data["text"],
                finding=form.cleaned_data.get("finding", ""),
                key=str(form.cleaned_data["once"]),
                now=timezone.now(),
            )
            messages.success(request, _("The answer is on file."))
            return redirect("application", shown.application_id)
    context = {
        "enquiry": shown,
        "application": shown.application,
        "may_answer": may_answer and shown.state == "OPEN",
    }
    return form_page(request, "permits/enquiry.html", form, context)


@allow(Act.SEE_DESK)
def panel_minutes(request: ActorRequest, panel_id: int) -> HttpResponse:
    """The minutes of a closed collective review as PDF: members, votes, opinions, result; an
    inner paper of the bureau."""
    closed = Panel.objects.filter(
        closed_at__isnull=False, application__in=Application.objects.for_actor(request.actor)
    )
    panel = door(closed.select_related("application__site__enterprise"), pk=panel_id)
    response = HttpResponse(draw_minutes(panel), content_type="application/pdf")
    name = f"{panel.application.application_no}-{panel.pk}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-cache"
    return response
