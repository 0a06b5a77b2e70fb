"""Admission on its pages: replacements in the draft, the check, verified totals, obligations."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties.access import ActorRequest, allow
from parties.rules import Act
from permits import services
from permits.admission_forms import ReplacementForm, VerifiedForm
from permits.admission_tables import demand_rows, obligation_table
from permits.models import VerificationMethod
from permits.queries.admission import admission_of, standing_check
from permits.queries.dated import in_force
from permits.rules import REVIEW_STATES
from shell.forms import OnceForm
from shell.refusals import refusals_to
from shell.tables import table_page

from .applications import reach
from .forms import form_page, posted
from .sections import open_section, section_page

TITLE = gettext_lazy("Admission: space, total, project")


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def application_replacements(request: ActorRequest, application_id: int) -> HttpResponse:
    """What stops elsewhere for this project."""
    draft = open_section(request, application_id, "application_replacements")
    form = ReplacementForm(posted(request), application=draft, initial={"revision": draft.revision})

    def save(form: Any) -> None:
        services.save_replacements(
            by=request.actor,
            application=draft,
            revision=form.cleaned_data["revision"],
            lines=form.lines(),
        )

    title = _("Reductions and replacements")
    template = "permits/section_replacements.html"
    return section_page(request, draft, form, save, title=title, template=template)


@allow(Act.SEE_PERMITS, methods=("GET", "POST"))
def application_admission(request: ActorRequest, application_id: int) -> HttpResponse:
    """The check as computed now, the one on file, and the button that files it."""
    shown = reach(request, application_id)
    may_file = request.actor.may(Act.REVIEW_PERMIT) and shown.state in REVIEW_STATES
    form = OnceForm(posted(request) if may_file else None)
    if form.is_valid():
        with refusals_to(form):
            services.file_admission(
                by=request.actor,
                application=shown,
                key=str(form.cleaned_data["once"]),
                now=timezone.now(),
            )
            messages.success(request, _("The check is on file."))
            return redirect("application_admission", shown.pk)
    filed = standing_check(shown)
    found = filed.content if filed else admission_of(shown, timezone.localdate())
    context = {
        "application": shown,
        "title": TITLE,
        "filed": filed,
        "found": found,
        "demands": demand_rows(found) if found else [],
        "may_file": may_file,
    }
    return form_page(request, "permits/admission.html", form, context)


@allow(Act.REVIEW_PERMIT, methods=("GET", "POST"))
def application_verified(request: ActorRequest, application_id: int) -> HttpResponse:
    """The verified totals: quantity, method in the region's order, paper."""
    shown = reach(request, application_id)
    today = timezone.localdate()
    rows = in_force(VerificationMethod.objects.all(), region=shown.site.region, day=today)
    methods = sorted(rows, key=lambda method: method.rank)
    form = VerifiedForm(posted(request), application=shown, methods=methods)
    if form.is_valid():
        with refusals_to(form):
            services.save_verified(
                by=request.actor, application=shown, lines=form.lines(), now=timezone.now()
            )
            messages.success(request, _("The verified totals are on file."))
            return redirect("application", shown.pk)
    context = {"application": shown, "methods": methods}
    return form_page(request, "permits/verified.html", form, context)


@allow(Act.SEE_PERMITS)
def obligations(request: ActorRequest) -> HttpResponse:
    """What units must still buy before they may discharge what their permits say."""
    table = obligation_table(request)
    return table_page(request, "permits/obligations.html", table, {})
