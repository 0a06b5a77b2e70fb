"""Applications: the list, the file of one, and what the enterprise's agent does with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.documents import Link
from ledger.views import history
from parties.access import ActorRequest, allow, door
from parties.queries import years_not_entered
from parties.rules import Act
from permits import services, stories
from permits.actions import actions_of
from permits.forms import DraftForm, StartForm, SubmitForm, WithdrawForm
from permits.models import Application, Classification, Enquiry
from permits.models.applications import STEP_NAMES
from permits.queries.admission import project_of
from permits.queries.clocks import WorkdayCount
from permits.queries.content import facilities_said
from permits.queries.duties import owed_duties
from permits.queries.findings import findings
from permits.queries.timeline import application_timeline
from permits.register_forms import ApplicationSearchForm
from permits.rules import REVIEW_STATES, Step, next_state
from permits.sections import sections_of
from permits.tables import LIMIT_COLUMNS, application_facts, application_tone, limit_rows
from shell.refusals import refusals_to
from shell.tables import Column, Table, table_page

from .forms import form_page, posted

COLUMNS = [
    Column("application_no", gettext_lazy("Application number"), kind="code"),
    Column("site.enterprise", gettext_lazy("Enterprise"), sort="site__enterprise__name"),
    Column("site", gettext_lazy("Site")),
    Column("get_kind_display", gettext_lazy("Kind"), sort="kind"),
    Column("submitted_at", gettext_lazy("Submitted"), kind="date", sort="submitted_at"),
    Column("due_on", gettext_lazy("Legal deadline"), kind="date", sort="due_on"),
    Column("get_state_display", gettext_lazy("State"), kind="status", tone=application_tone),
]


def reach(request: ActorRequest, application_id: int) -> Application:
    """The application, if this person may reach it."""
    reachable = Application.objects.for_actor(request.actor).select_related(
        "site__enterprise", "site__region", "applicant__user", "assignee__user"
    )
    return door(reachable, pk=application_id)


def limits_table(request: HttpRequest, application: Application) -> Table:
    """What is asked for, as a table."""
    rows = application.requested_limits.select_related("outlet", "pollutant").order_by(
        "outlet__code", "pollutant__position"
    )
    return Table(
        limit_rows(rows),
        LIMIT_COLUMNS,
        request=request,
        caption=_("Limits asked for"),
        empty=_("Nothing is entered yet."),
        can_export=False,
        page_size=500,
    )


@allow(Act.SEE_PERMITS)
def applications(request: ActorRequest) -> HttpResponse:
    """The applications this person may reach, newest first."""
    form = ApplicationSearchForm(request.GET)
    rows = Application.objects.for_actor(request.actor).select_related(
        "site__enterprise", "site__region"
    )
    is_narrowed = any(request.GET.get(name) for name in form.fields)
    nothing = (
        _("No application fits the filter.") if is_narrowed else _("There is no application yet.")
    )
    table = Table(
        form.narrowed(rows),
        COLUMNS,
        request=request,
        caption=_("Applications"),
        row_url=lambda row: reverse("application", args=[row.pk]),
        empty=nothing,
    )
    context = {"form": form, "can_apply": request.actor.may(Act.APPLY_PERMIT)}
    return table_page(request, "permits/applications.html", table, context)


@allow(Act.SEE_PERMITS)
def application_history(request: ActorRequest, application_id: int) -> HttpResponseBase:
    """All that happened to an application: what was asked, steps, votes, approvals."""
    shown = reach(request, application_id)
    here = Link(str(shown), reverse("application", args=[shown.pk]))
    return history.show(request, stories.APPLICATION, shown, here)


@allow(Act.SEE_PERMITS)
def application(request: ActorRequest, application_id: int) -> HttpResponse:
    """The file of an application: content, clock, checks, steps, and what can be done now."""
    shown = reach(request, application_id)
    count = WorkdayCount(timezone.localdate(), [shown.due_on])
    actions = actions_of(shown, request.actor)
    is_applicant = bool(request.actor.enterprise_id)
    enquiries = Enquiry.objects.for_actor(request.actor).filter(application=shown)
    context: dict[str, Any] = {
        "application": shown,
        "facts": application_facts(shown),
        "tone": application_tone(shown),
        "limits": limits_table(request, shown),
        "findings": findings(shown),
        "events": application_timeline(shown),
        "main_actions": [action for action in actions if action.is_main],
        "actions": [action for action in actions if not action.is_main],
        "workdays_left": count.left(shown.due_on),
        "calendar_gaps": years_not_entered(timezone.localdate(), [shown.due_on]),
        "is_stopped": shown.clock_pauses.filter(to_date__isnull=True).exists(),
        "decision": shown.decisions.filter(is_returned=False).first(),
        "sections": sections_of(shown) if is_applicant and shown.is_editable else [],
        "duties": [] if is_applicant else owed_duties(shown, timezone.localdate()),
        "enquiries": enquiries,
        "pauses": shown.clock_pauses.all(),
        "classification": Classification.objects.filter(application=shown).first(),
        "units": facilities_said(shown),
        "papers": shown.attachments.standing().count(),
        "is_applicant": is_applicant,
        "has_project": project_of(shown) is not None,
        "may_review": request.actor.may(Act.REVIEW_PERMIT) and shown.state in REVIEW_STATES,
        "verified": shown.verified_quantities.select_related("pollutant", "method"),
        "panel": shown.panels.prefetch_related("votes__member__user").last(),
    }
    return render(request, "permits/application.html", context)


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def application_new(request: ActorRequest) -> HttpResponse:
    """Begin an application for one of the own sites."""
    form = StartForm(posted(request), actor=request.actor)
    if form.is_valid():
        data = form.cleaned_data
        with refusals_to(form):
            draft = services.start_application(
                by=request.actor,
                site=data["site"],
                kind=data["kind"],
                management_class=data["management_class"],
                key=str(data["once"]),
            )
            return redirect("application_edit", draft.pk)
    return form_page(request, "permits/application_new.html", form, {})


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def application_edit(request: ActorRequest, application_id: int) -> HttpResponse:
    """Write the draft: limits per outlet and pollutant, statement, commitment."""
    draft = reach(request, application_id)
    if not draft.is_editable:
        next_state(draft.state, Step.SUBMIT)
    initial = {
        "revision": draft.revision,
        "statement": draft.statement,
        "is_committed": draft.is_committed,
    }
    form = DraftForm(posted(request), application=draft, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        with refusals_to(form):
            services.save_draft(
                by=request.actor,
                application=draft,
                revision=data["revision"],
                management_class=draft.management_class,
                statement=data["statement"],
                is_committed=data["is_committed"],
                lines=form.lines(),
            )
            if "later" in request.POST:
                messages.success(request, _("The draft is saved."))
                return redirect("application", draft.pk)
            return redirect("application_check", draft.pk)
    return form_page(request, "permits/application_edit.html", form, {"application": draft})


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def application_check(request: ActorRequest, application_id: int) -> HttpResponse:
    """Check the answers and hand the application in."""
    draft = reach(request, application_id)
    form = SubmitForm(posted(request), initial={"revision": draft.revision})
    if form.is_valid():
        with refusals_to(form):
            services.submit_application(
                by=request.actor,
                application=draft,
                revision=form.cleaned_data["revision"],
                key=str(form.cleaned_data["once"]),
                now=timezone.now(),
            )
            return redirect("application_sent", draft.pk)
    context = {
        "application": draft,
        "facts": application_facts(draft),
        "limits": limits_table(request, draft),
        "findings": findings(draft),
        "sections": sections_of(draft),
    }
    return form_page(request, "permits/application_check.html", form, context)


@allow(Act.APPLY_PERMIT)
def application_sent(request: ActorRequest, application_id: int) -> HttpResponse:
    """Confirmation: the number, and what happens next."""
    shown = reach(request, application_id)
    return render(request, "permits/application_sent.html", {"application": shown})


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def application_withdraw(request: ActorRequest, application_id: int) -> HttpResponse:
    """Take an application back before it is decided."""
    shown = reach(request, application_id)
    form = WithdrawForm(posted(request))
    if form.is_valid():
        with refusals_to(form):
            services.withdraw_application(
                by=request.actor,
                application=shown,
                reason=form.cleaned_data["opinion"],
                key=str(form.cleaned_data["once"]),
                now=timezone.now(),
            )
            messages.success(request, _("The application is withdrawn."))
            return redirect("application", shown.pk)
    context = {
        "application": shown,
        "name": STEP_NAMES[Step.WITHDRAW],
        "lead": _("The file stays on record; you may apply again at any time."),
    }
    return form_page(request, "permits/step.html", form, context)
