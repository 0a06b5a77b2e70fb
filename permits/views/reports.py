"""Execution reports: the list, the report, writing it, its paper, sending it back."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.access import ActorRequest, allow, door
from parties.rules import Act
from permits import services
from permits.models import ExecutionReport
from permits.queries.reports import comparisons, lines_of, owed, report_findings
from permits.report_forms import ReportForm, ReportSearchForm, ReturnForm
from permits.report_paper import draw_report
from permits.report_rules import ReportState
from permits.report_tables import (
    COMPARISON_COLUMNS,
    line_columns,
    list_columns,
    report_facts,
    report_texts,
    standing,
)
from shell.refusals import refusal, refusals_to
from shell.tables import Table, table_page

from .forms import form_page, posted
from .permits import small_table


def reach(request: ActorRequest, report_id: int) -> ExecutionReport:
    """The report, if this person may reach it."""
    rows = ExecutionReport.objects.for_actor(request.actor).select_related(
        "permit__site__enterprise", "permit__site__region", "submitted_by__user"
    )
    return door(rows, pk=report_id)


@allow(Act.SEE_PERMITS)
def reports(request: ActorRequest) -> HttpResponse:
    """What is owed and what was handed in, the latest period first."""
    today = timezone.localdate()
    form = ReportSearchForm(request.GET)
    rows = ExecutionReport.objects.for_actor(request.actor).select_related(
        "permit__site__enterprise"
    )
    table = Table(
        narrowed(rows, form, today),
        list_columns(today),
        request=request,
        caption=_("Execution reports"),
        row_url=lambda row: reverse("report", args=[row.pk]),
        empty=_("No report. They are opened by themselves when a year or quarter has ended."),
    )
    return table_page(
        request, "permits/reports.html", table, {"form": form, "owed": owed(rows, today)}
    )


def narrowed(rows: Any, form: ReportSearchForm, today: Any) -> Any:
    """What the filter leaves; nothing when it is wrong."""
    if not form.is_valid():
        return rows.none()
    asked = form.cleaned_data
    if asked["text"]:
        text = asked["text"].strip()
        rows = rows.filter(
            Q(permit__holder_name__contains=text) | Q(permit__permit_no__startswith=text.upper())
        )
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    by_standing = {
        "waiting": Q(state=ReportState.OPEN, due_on__gte=today),
        "missing": Q(state=ReportState.OPEN, due_on__lt=today),
        "done": Q(state=ReportState.SUBMITTED),
    }
    return rows.filter(by_standing[asked["standing"]]) if asked["standing"] else rows


@allow(Act.SEE_PERMITS)
def report(request: ActorRequest, report_id: int) -> HttpResponse:
    """One report: figures against limits, the comparison of the books, the words."""
    shown = reach(request, report_id)
    lines = list(lines_of(shown))
    is_open = shown.state == ReportState.OPEN
    found = report_findings(shown, lines) if is_open and shown.revision else []
    context = {
        "report": shown,
        "standing": standing(shown, timezone.localdate()),
        "facts": report_facts(shown),
        "texts": report_texts(shown),
        "lines": small_table(
            request,
            lines,
            line_columns(lines)[:-1],  # the explanations stand below: they are sentences
            _("Actual discharge"),
            _("The permit has no limits."),
        ),
        "notes": [line for line in lines if line.note],
        "comparison": small_table(
            request,
            comparisons(shown, lines),
            COMPARISON_COLUMNS,
            _("Comparison"),
            _("No figures."),
        ),
        "findings": [refusal(one.code, **one.params) for one in found],
        "may_write": is_open and request.actor.may(Act.APPLY_PERMIT),
        "may_return": not is_open and request.actor.may(Act.REVIEW_PERMIT),
    }
    return render(request, "permits/report.html", context)


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def report_edit(request: ActorRequest, report_id: int) -> HttpResponse:
    """Write the report; “hand in” saves it and signs it, if the checks find nothing."""
    shown = reach(request, report_id)
    if shown.state != ReportState.OPEN:
        return redirect("report", shown.pk)
    lines = list(lines_of(shown))
    words = {
        name: getattr(shown, name) for name in ("revision", "treatment", "monitoring", "events")
    }
    form = ReportForm(posted(request), lines=lines, initial=words)
    if form.is_valid():
        with refusals_to(form):
            return keep_or_send(request, shown, form)
    return form_page(request, "permits/report_edit.html", form, {"report": shown})


def keep_or_send(request: ActorRequest, shown: ExecutionReport, form: ReportForm) -> HttpResponse:
    """Keep what was entered; hand it in when that is asked."""
    saved = services.save_report(
        by=request.actor,
        report=shown,
        revision=form.cleaned_data["revision"],
        entries=form.entries(),
        texts=form.texts(),
    )
    if "send" not in request.POST:
        messages.success(request, _("The draft is saved."))
        return redirect("report", shown.pk)
    if report_findings(saved, list(lines_of(saved))):
        messages.error(request, _("Saved, but not handed in: see what the checks found."))
        return redirect("report", shown.pk)
    services.submit_report(
        by=request.actor, report=saved, revision=saved.revision, now=timezone.now()
    )
    messages.success(request, _("The report is handed in."))
    return redirect("report", shown.pk)


@allow(Act.SEE_PERMITS)
def report_paper(request: ActorRequest, report_id: int) -> HttpResponse:
    """The report as PDF."""
    shown = reach(request, report_id)
    response = HttpResponse(
        draw_report(shown, list(lines_of(shown))), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="{shown.report_no}.pdf"'
    return response


@allow(Act.REVIEW_PERMIT, methods=("GET", "POST"))
def report_return(request: ActorRequest, report_id: int) -> HttpResponse:
    """Send a report back with the reason."""
    shown = reach(request, report_id)
    form = ReturnForm(posted(request))
    if form.is_valid():
        with refusals_to(form):
            services.return_report(
                by=request.actor,
                report=shown,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
            messages.success(request, _("The report is sent back."))
            return redirect("report", shown.pk)
    return form_page(request, "permits/report_return.html", form, {"report": shown})
