"""Erasing personal data: asking for it, and how long the law keeps what."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties import personal, services
from parties.access import ActorRequest, allow
from parties.forms import posted
from parties.models import AccessRequest, PersonalKeeping
from parties.models.access_requests import AccessKind
from parties.personal_forms import EraseForm, KeepingForm
from parties.refusals import SubjectUnknown
from parties.rules import Act
from shell.dated import standing
from shell.refusals import refusals_to
from shell.tables import Column, Table, table_page

from .access import mark_of


@allow(Act.MANAGE_PEOPLE, methods=("GET", "POST"))
def personal_data(request: ActorRequest) -> HttpResponse:
    """Ask a second administrator to erase what names a person; what was asked so far."""
    wish = {name: request.GET.get(name, "") for name in ("datum", "number")}
    form = EraseForm(posted(request), initial=wish)
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            asked = ask(request, **form.cleaned_data)
            messages.success(request, _("Asked. Another administrator decides."))
            return redirect("access_request", asked.pk)
    context = {
        "form": form,
        "keepings": keeping_table(request),
        "erasures": erasure_table(request),
        "cancel_url": reverse("people"),
    }
    status = 422 if form.errors else 200
    return render(request, "parties/personal_data.html", context, status=status)


def ask(request: ActorRequest, *, datum: str, number: str, reason: str) -> AccessRequest:
    """The request for the object with this number; A327 when there is none within reach."""
    known = personal.DATA[datum]
    subject = known.found(request.actor, number)
    if subject is None:
        raise SubjectUnknown(number=number)
    return services.ask_to_erase(
        by=request.actor, datum=known, subject=subject, reason=reason, now=timezone.now()
    )


def erasure_table(request: ActorRequest) -> Table:
    """What was asked to be erased, the newest first; no name stands here."""
    rows = AccessRequest.objects.for_actor(request.actor).filter(kind=AccessKind.ERASE)
    return Table(
        rows.select_related("asked_by__user", "bureau"),
        [
            Column("pk", _("Request"), kind="code"),
            Column("asked_at", _("Asked at"), kind="moment"),
            Column("datum", _("What is erased"), value=lambda row: personal.NAMES[row.datum]),
            Column("asked_by", _("Asked by"), value=lambda row: row.asked_by.user),
            Column("done_at", _("Carried out at"), kind="moment"),
            Column("state", _("State"), kind="status", value=mark_of),
        ],
        request=request,
        caption=_("Requests to erase"),
        row_url=lambda row: reverse("access_request", args=[row.pk]),
        empty=_("Nothing was asked to be erased yet."),
        name="erasures",
    )


def months_word(row: PersonalKeeping) -> str:
    """The time in words."""
    if not row.months:
        return _("erased at once")
    return _("%(count)s months") % {"count": row.months}


def keeping_table(request: ActorRequest) -> Table:
    """How long what is kept, those in force and to come first."""
    return Table(
        PersonalKeeping.objects.order_by("what", "-valid_from"),
        [
            Column("what", _("What is kept"), value=lambda row: row.get_what_display()),
            Column("months", _("Kept after its end for"), value=months_word),
            Column("valid_from", _("Valid from"), kind="date"),
            Column("valid_to", _("Valid to"), kind="date"),
            Column("standing", _("State"), kind="status", value=standing),
            Column("legal_basis", _("Legal basis")),
            Column("note", _("Note")),
        ],
        request=request,
        caption=_("How long it is kept"),
        empty=_("No rule yet: nothing can be erased. Enter the first."),
        name="keepings",
        can_export=False,
    )


@allow(Act.MANAGE_REGULATION)
def keepings(request: ActorRequest) -> HttpResponse:
    """How long the law keeps what names a person."""
    context: dict[str, Any] = {}
    return table_page(request, "parties/keepings.html", keeping_table(request), context)


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def keeping_new(request: ActorRequest) -> HttpResponse:
    """Enter how long something is kept from a day on; the row before ends on its eve."""
    form = KeepingForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            services.set_personal_keeping(by=request.actor, **form.cleaned_data)
            messages.success(request, _("Rule entered; the one before ends on its eve."))
            return redirect("personal_keepings")
    return render(
        request, "parties/keeping_form.html", {"form": form}, status=422 if form.errors else 200
    )
