"""Permits: the list, the one certificate, its PDF, and how it is ended."""

import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger import receipts
from ledger.documents import Link
from ledger.models import QuotaPeriod
from ledger.queries import lots_of, positions
from ledger.views import history
from ledger.views.chains import lots_chain
from parties.access import ActorRequest, allow, door
from parties.rules import Act
from permits import services, stories
from permits.forms import EndingDecisionForm, EndingForm, SearchForm
from permits.models import Permit, PermitVersion
from permits.models.endings import CertificateCopy, EndingState
from permits.models.permits import PermitState
from permits.one_paper import draw_whole
from permits.parts import Part, parts_of
from permits.queries.content import latest_version
from permits.queries.obligations import open_obligations
from permits.queries.papers import lots_of_permit
from permits.queries.register import search
from permits.queries.timeline import permit_timeline
from permits.queries.verification import version_in_force
from permits.refusals import EndingNotOpen
from permits.tables import LIMIT_COLUMNS, LOT_COLUMNS, limit_rows, permit_facts, permit_tone
from shell.quota import QuotaBar
from shell.refusals import refusals_to
from shell.tables import Column, Table, journal_page

from .forms import form_page, posted

COLUMNS = [
    Column("permit_no", gettext_lazy("Permit number"), kind="code", sort="permit_no"),
    Column("holder", gettext_lazy("Discharging unit"), sort="holder_name"),
    Column("site.region", gettext_lazy("County"), sort="site__region_id"),
    Column("site.enterprise.industry_name", gettext_lazy("Industry")),
    Column("valid_from", gettext_lazy("valid from"), kind="date", sort="valid_from"),
    Column("valid_to", gettext_lazy("valid to"), kind="date", sort="valid_to"),
    Column("get_state_display", gettext_lazy("State"), kind="status", tone=permit_tone),
]

EVENTS_SHOWN = 60

VERSION_COLUMNS = [
    Column("number", gettext_lazy("Version"), kind="code"),
    Column("get_business_type_display", gettext_lazy("Business type")),
    Column("valid_from", gettext_lazy("valid from"), kind="date"),
    Column("valid_to", gettext_lazy("valid to"), kind="date"),
    Column("in_force_from", gettext_lazy("In force from"), kind="date"),
    Column("in_force_until", gettext_lazy("Followed by another on"), kind="date"),
    Column("issued_at", gettext_lazy("Issued"), kind="date"),
]


def reach(request: ActorRequest, permit_id: int) -> Permit:
    """The permit, if this person may reach it."""
    reachable = Permit.objects.for_actor(request.actor).select_related(
        "site__enterprise", "site__region"
    )
    return door(reachable, pk=permit_id)


def small_table(request: HttpRequest, rows: Any, columns: Any, caption: str, empty: str) -> Table:
    """A table that is whole on its page."""
    return Table(
        rows,
        columns,
        request=request,
        caption=caption,
        empty=empty,
        can_export=False,
        page_size=500,
    )


def version_tables(
    request: HttpRequest, permit: Permit, version: PermitVersion | None, row_url: Any = None
) -> Any:
    """Limits, rights and versions of a permit, as tables."""
    limits = version.limits.select_related("outlet", "pollutant") if version else []
    return {
        "limits": small_table(
            request,
            limit_rows(limits),
            LIMIT_COLUMNS,
            _("Permitted limits"),
            _("No version is in force, so nothing may be discharged."),
        ),
        "lots": small_table(
            request,
            lots_of(permit.site.enterprise),
            LOT_COLUMNS,
            _("Rights held"),
            _("The unit holds no rights."),
        ),
        "versions": Table(
            permit.versions.all(),
            VERSION_COLUMNS,
            request=request,
            caption=_("Versions"),
            empty=_("No version."),
            can_export=False,
            page_size=500,
            row_url=row_url,
        ),
    }


def searched(request: HttpRequest, permits: QuerySet[Permit]) -> tuple[SearchForm, Any]:
    """The filter as it stands in the address, and what it leaves; nothing when it is wrong."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return form, permits.none()
    return form, search(permits, **{k: v for k, v in form.cleaned_data.items() if v})


@allow(Act.SEE_PERMITS)
def permits(request: ActorRequest) -> HttpResponseBase:
    """The permits this person may reach."""
    form, rows = searched(request, Permit.objects.for_actor(request.actor))
    table = Table(
        rows,
        COLUMNS,
        request=request,
        caption=_("Permits"),
        row_url=lambda row: reverse("permit", args=[row.pk]),
        empty=_("No permit matches."),
        after="-id",
        is_long=True,
    )
    return journal_page(request, "permits/permits.html", table, {"form": form})


def quota_bars(permit: Permit, period: QuotaPeriod, today: datetime.date) -> list[QuotaBar]:
    """What the unit has left of each pollutant in the period."""
    held = positions(permit.site.enterprise, period)
    return [QuotaBar.of(one, today=today, period_end=period.end_date) for one in held]


@allow(Act.SEE_PERMITS)
def permit(request: ActorRequest, permit_id: int) -> HttpResponse:
    """The one certificate: limits, rights, quota, cards, trades, reports, cases, timeline."""
    shown = reach(request, permit_id)
    whole = whole_of(request, shown)
    context = {
        **whole,
        "permit": shown,
        "facts": permit_facts(shown, whole["version"]),
        "tone": permit_tone(shown),
        "part_tables": [(part, part_table(request, part)) for part in whole["parts"]],
        "proposed": shown.endings.filter(state=EndingState.PROPOSED).first(),
        "ending": shown.endings.filter(state=EndingState.DONE).last(),
        "may_end": request.actor.may(Act.END_PERMIT) and shown.state == PermitState.VALID,
        "proof": receipts.facts_of(*issue_of(shown), reverse("permit_receipt", args=[shown.pk])),
        **version_tables(
            request,
            shown,
            whole["version"],
            lambda row: reverse("permit_version", args=[shown.pk, row.pk]),
        ),
        "owed": open_obligations(enterprise=shown.site.enterprise, day=timezone.localdate()),
    }
    return render(request, "permits/permit.html", context)


def whole_of(request: ActorRequest, shown: Permit) -> dict[str, Any]:
    """What page and paper of the one certificate both show."""
    today = timezone.localdate()
    version = version_in_force(shown, today)
    period = QuotaPeriod.objects.on(shown.site.region, today).first()
    found = parts_of(shown, request.actor)
    events = [*permit_timeline(shown), *(one for part in found for one in part.events)]
    return {
        "version": version or latest_version(shown),
        "is_in_force": version is not None,
        "period": period,
        "bars": quota_bars(shown, period, today) if period else [],
        "parts": found,
        "events": sorted(events, key=lambda one: one.at, reverse=True)[:EVENTS_SHOWN],
    }


def part_table(request: ActorRequest, part: Part) -> Table:
    return Table(
        part.rows,
        part.columns,
        request=request,
        caption=part.title,
        row_url=part.row_url,
        empty=part.empty,
        name=part.key,
        page_size=10,
        can_export=False,
    )


@allow(Act.SEE_PERMITS)
def permit_paper(request: ActorRequest, permit_id: int) -> HttpResponse:
    """The one certificate as PDF, as of now."""
    shown = reach(request, permit_id)
    whole = whole_of(request, shown)
    drawn = draw_whole(
        permit=shown,
        version=whole["version"],
        lots=list(lots_of(shown.site.enterprise)),
        bars=whole["bars"],
        parts=whole["parts"],
        events=whole["events"],
        reader=request.actor,
        now=timezone.now(),
    )
    response = HttpResponse(drawn, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{shown.permit_no}-whole.pdf"'
    return response


@allow(Act.SEE_PERMITS)
def permit_history(request: ActorRequest, permit_id: int) -> HttpResponseBase:
    """All that happened to a permit: versions, approvals, ending, the rights it gave."""
    shown = reach(request, permit_id)
    here = Link(shown.permit_no, reverse("permit", args=[shown.pk]))
    return history.show(request, stories.PERMIT, shown, here)


@allow(Act.SEE_LEDGER)
def permit_chain(request: ActorRequest, permit_id: int) -> HttpResponse:
    """The lots that the permit's versions gave, and what was discharged under each."""
    shown = reach(request, permit_id)
    here = Link(shown.permit_no, reverse("permit", args=[shown.pk]))
    return lots_chain(request, here=here, lots=lots_of_permit(shown))


@allow(Act.SEE_PERMITS)
def certificate(request: ActorRequest, permit_id: int) -> HttpResponse:
    """The main copy as signed PDF; the same version always gives the same file."""
    return certificate_file(reach(request, permit_id), CertificateCopy.MAIN)


@allow(Act.SEE_PERMITS)
def duplicate(request: ActorRequest, permit_id: int) -> HttpResponse:
    """The duplicate as signed PDF; the same version and rights always give the same file."""
    return certificate_file(reach(request, permit_id), CertificateCopy.DUPLICATE)


def certificate_file(permit: Permit, copy: str) -> HttpResponse:
    made = services.make_certificate(permit=permit, copy=copy, now=timezone.now())
    response = HttpResponse(bytes(made.document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{made.document_no}.pdf"'
    response["Cache-Control"] = "private, no-cache"
    return response


@allow(Act.SEE_PERMITS)
def permit_receipt(request: ActorRequest, permit_id: int) -> HttpResponse:
    """The receipt of the latest version's issue."""
    return receipts.as_file(*issue_of(reach(request, permit_id)))


def issue_of(permit: Permit) -> tuple[str, int]:
    """The row in which the proof log has the issue of the permit's latest version."""
    version: Any = latest_version(permit)
    row = version.history.earliest()
    return row._meta.db_table, row.pk


@allow(Act.END_PERMIT, methods=("GET", "POST"))
def permit_end(request: ActorRequest, permit_id: int) -> HttpResponse:
    """Propose to revoke, withdraw or cancel; a second person carries it out."""
    shown = reach(request, permit_id)
    form = EndingForm(posted(request))
    if form.is_valid():
        data = form.cleaned_data
        with refusals_to(form):
            services.propose_ending(
                by=request.actor,
                permit=shown,
                ends_as=data["ends_as"],
                reason=data["reason"],
                legal_basis=data["legal_basis"],
                key=str(data["once"]),
                now=timezone.now(),
            )
            messages.success(request, _("Proposed; a second person decides."))
            return redirect("permit", shown.pk)
    return form_page(request, "permits/permit_end.html", form, {"permit": shown})


@allow(Act.END_PERMIT, methods=("GET", "POST"))
def ending(request: ActorRequest, permit_id: int) -> HttpResponse:
    """The second person carries the proposed ending out or rejects it."""
    shown = reach(request, permit_id)
    proposed = shown.endings.select_related("proposed_by__user").last()
    if proposed is None:
        raise EndingNotOpen
    form = EndingDecisionForm(posted(request))
    if form.is_valid():
        with refusals_to(form):
            services.decide_ending(
                by=request.actor,
                ending=proposed,
                granted=form.cleaned_data["granted"] == "yes",
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
            messages.success(request, _("Your decision is carried out."))
            return redirect("permit", shown.pk)
    context = {"permit": shown, "ending": proposed}
    return form_page(request, "permits/ending.html", form, context)
