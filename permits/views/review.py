"""The officers' steps on an application: one page each, all answered alike."""

import dataclasses
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties.access import ActorRequest, allow
from parties.rules import Act
from permits import services
from permits.forms import (
    MinutesForm,
    NoteForm,
    OpinionForm,
    PanelForm,
    ProposeForm,
    ReasonForm,
    ReviewForm,
    VoteForm,
    WithdrawForm,
)
from permits.models import Application
from permits.models.applications import STEP_NAMES
from permits.refusals import NotOnPanel
from permits.rules import Step, next_state
from permits.work_forms import PauseForm
from shell.forms import OnceForm
from shell.refusals import refusals_to

from .applications import limits_table, reach
from .forms import form_page, posted

LICENSING_45 = "《中华人民共和国行政许可法》第四十五条"


@dataclasses.dataclass(frozen=True)
class StepPage:
    """A step's form, what is said above it, and the service that takes it."""

    form: type[OnceForm]
    lead: Promise
    service: Callable[..., Any]
    # Form field → argument of the service, where the names differ.
    names: dict[str, str] = dataclasses.field(default_factory=dict)
    basis: str = ""


PAGES = {
    Step.ACCEPT: StepPage(
        OpinionForm,
        gettext_lazy("The decision term begins; the acceptance is public."),
        services.accept_application,
    ),
    Step.ASK_CORRECTION: StepPage(
        ReasonForm,
        gettext_lazy("One notice only: name every gap at once. The applicant gets this text."),
        services.ask_correction,
        {"opinion": "gaps"},
    ),
    Step.NOT_ACCEPT: StepPage(
        ReasonForm,
        gettext_lazy("No permit is needed, or another authority decides. This ends the file."),
        services.decline_intake,
        {"opinion": "reason"},
    ),
    Step.START_REVIEW: StepPage(
        ReviewForm,
        gettext_lazy("A site check lengthens the legal term for key management."),
        services.start_review,
    ),
    Step.STOP_CLOCK: StepPage(
        PauseForm,
        gettext_lazy("Hearing, expert review and testing do not count toward the legal term."),
        services.stop_clock,
        {"opinion": "told"},
        LICENSING_45,
    ),
    Step.RUN_CLOCK: StepPage(
        NoteForm, gettext_lazy("The legal term runs on from today."), services.run_clock
    ),
    Step.CALL_PANEL: StepPage(
        PanelForm,
        gettext_lazy("The members chosen vote; the minutes become part of the file."),
        services.call_panel,
    ),
    Step.CLOSE_PANEL: StepPage(
        MinutesForm,
        gettext_lazy("All members have voted. Put the minutes on file."),
        services.close_panel,
        {"opinion": "minutes"},
    ),
    Step.PROPOSE: StepPage(
        ProposeForm,
        gettext_lazy("You fix what the permit says; a second officer checks and issues it."),
        services.propose_permit,
    ),
    Step.REFUSE: StepPage(
        ReasonForm,
        gettext_lazy("The applicant gets the reasons in writing. This ends the file."),
        services.refuse_permit,
        {"opinion": "reason"},
    ),
    Step.ISSUE: StepPage(
        NoteForm,
        gettext_lazy(
            "You are the second person. With this the permit is in force and its rights are "
            "granted in the ledger."
        ),
        services.issue_permit,
    ),
    Step.RETURN: StepPage(
        WithdrawForm,
        gettext_lazy("The decision is void; the first officer reviews again."),
        services.return_to_review,
        {"opinion": "reason"},
    ),
}


def initial_basis(page: StepPage, application: Application) -> dict[str, str]:
    """The article to begin with: the step's own, else that of the clock that runs."""
    return {"legal_basis": page.basis or application.clock_basis, "mark": "P"}


def step_form(request: ActorRequest, page: StepPage, application: Application) -> OnceForm:
    """The step's form, shown or sent."""
    more: Any = {"actor": request.actor} if page.form is PanelForm else {}
    return page.form(posted(request), initial=initial_basis(page, application), **more)


def arguments(form: OnceForm, page: StepPage) -> dict[str, Any]:
    """What the form says, under the names the service knows."""
    values = {page.names.get(name, name): value for name, value in form.cleaned_data.items()}
    return values | {"key": str(values.pop("once"))}


def take_step(request: ActorRequest, application_id: int, step: Step) -> HttpResponse:
    """Show the step's page or take the step."""
    shown = reach(request, application_id)
    page = PAGES[step]
    if request.method == "GET":
        next_state(shown.state, step)
    form = step_form(request, page, shown)
    if form.is_valid():
        with refusals_to(form):
            page.service(
                by=request.actor,
                application=shown,
                now=timezone.now(),
                **arguments(form, page),
            )
            messages.success(request, _("Done: %(step)s.") % {"step": STEP_NAMES[step]})
            return redirect("application", shown.pk)
    context = {
        "application": shown,
        "name": STEP_NAMES[step],
        "lead": page.lead,
        "limits": limits_table(request, shown),
        "decision": shown.decisions.filter(is_returned=False).first(),
    }
    return form_page(request, "permits/step.html", form, context)


@allow(Act.REVIEW_PERMIT, methods=("GET", "POST"))
def review_step(request: ActorRequest, application_id: int, step: Step) -> HttpResponse:
    """A step of the officer who reviews."""
    return take_step(request, application_id, step)


@allow(Act.ISSUE_PERMIT, methods=("GET", "POST"))
def issue_step(request: ActorRequest, application_id: int, step: Step) -> HttpResponse:
    """A step of the second person."""
    return take_step(request, application_id, step)


@allow(Act.JOIN_PANEL, methods=("GET", "POST"))
def vote(request: ActorRequest, application_id: int) -> HttpResponse:
    """A panel member's vote."""
    shown = reach(request, application_id)
    panel = shown.panels.filter(closed_at__isnull=True).first()
    if panel is None or not panel.votes.filter(member_user=request.user).exists():
        raise NotOnPanel
    form = VoteForm(posted(request))
    if form.is_valid():
        with refusals_to(form):
            services.cast_vote(
                by=request.actor,
                panel=panel,
                vote=form.cleaned_data["vote"],
                opinion=form.cleaned_data["opinion"],
                now=timezone.now(),
            )
            messages.success(request, _("Your vote is on file."))
            return redirect("application", shown.pk)
    context = {
        "application": shown,
        "name": _("Vote"),
        "lead": _("A vote is cast once and stays on file with your name."),
        "limits": limits_table(request, shown),
    }
    return form_page(request, "permits/step.html", form, context)
