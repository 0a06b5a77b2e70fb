"""Registrations (登记管理): list, file, change, renew, strike off, receipt."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties.access import ActorRequest, allow, door
from parties.queries import timeline
from parties.rules import Act
from permits import services
from permits.models import Registration
from permits.models.registrations import RegistrationState
from permits.queries.clocks import due_on, legal_clock
from permits.receipt_paper import draw_receipt
from permits.registration_forms import NAMES, EndRegistrationForm, RegistrationForm
from shell.forms import OnceForm
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table, table_page

from .forms import form_page, posted


def state_of(row: Registration) -> Status:
    """Registered, run out or struck off."""
    if row.state == RegistrationState.ENDED:
        return Status("closed", row.get_state_display())
    if row.valid_to < timezone.localdate():
        return Status("unknown", _("run out"))
    return Status("normal", row.get_state_display())


COLUMNS = [
    Column("registration_no", gettext_lazy("Registration number"), kind="code"),
    Column("site.enterprise", gettext_lazy("Enterprise"), sort="site__enterprise__name"),
    Column("site", gettext_lazy("Site")),
    Column("valid_to", gettext_lazy("Valid to"), kind="date", sort="valid_to"),
    Column("filed_at", gettext_lazy("Filed at"), kind="moment", sort="filed_at"),
    Column("state", gettext_lazy("State"), kind="status", value=state_of),
]


def reach(request: ActorRequest, registration_id: int) -> Registration:
    """The registration, if this person may reach it."""
    reachable = Registration.objects.for_actor(request.actor).select_related(
        "site__enterprise", "site__region"
    )
    return door(reachable, pk=registration_id)


@allow(Act.SEE_PERMITS)
def registrations(request: ActorRequest) -> HttpResponse:
    """The registrations this person may reach."""
    rows = Registration.objects.for_actor(request.actor).select_related("site__enterprise")
    table = Table(
        rows,
        COLUMNS,
        request=request,
        caption=_("Registrations"),
        row_url=lambda row: reverse("registration", args=[row.pk]),
        empty=_("No unit is registered. Very small units register instead of applying."),
    )
    context = {"can_apply": request.actor.may(Act.APPLY_PERMIT)}
    return table_page(request, "permits/registrations.html", table, context)


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def registration_new(request: ActorRequest) -> HttpResponse:
    """File the registration form; the number is given at once."""
    form = RegistrationForm(posted(request), actor=request.actor)
    if form.is_valid():
        with refusals_to(form):
            made = services.file_registration(
                by=request.actor,
                site=form.cleaned_data["site"],
                entry=form.entry(),
                key=str(form.cleaned_data["once"]),
                now=timezone.now(),
            )
            messages.success(
                request, _("Registered under %(number)s.") % {"number": made.registration_no}
            )
            return redirect("registration", made.pk)
    return form_page(request, "permits/registration_form.html", form, {})


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def registration_change(request: ActorRequest, registration_id: int) -> HttpResponse:
    """File what changed."""
    shown = reach(request, registration_id)
    form = RegistrationForm(posted(request), actor=request.actor, registration=shown)
    if form.is_valid():
        with refusals_to(form):
            services.change_registration(
                by=request.actor,
                registration=shown,
                revision=form.cleaned_data["revision"] or 0,
                entry=form.entry(),
                changed_on=form.cleaned_data["changed_on"],
                now=timezone.now(),
            )
            messages.success(request, _("The change is on file."))
            return redirect("registration", shown.pk)
    return form_page(request, "permits/registration_form.html", form, {"registration": shown})


@allow(Act.SEE_PERMITS, methods=("GET", "POST"))
def registration(request: ActorRequest, registration_id: int) -> HttpResponse:
    """One registration and its history; the unit renews it, the bureau strikes it off."""
    shown = reach(request, registration_id)
    is_unit, is_officer = may(request, shown, Act.APPLY_PERMIT), may(request, shown, Act.END_PERMIT)
    form = EndRegistrationForm(posted(request)) if is_officer else OnceForm(posted(request))
    if (is_unit or is_officer) and form.is_valid():
        with refusals_to(form):
            carry_out(request, shown, form.cleaned_data, is_officer=is_officer)
            return redirect("registration", shown.pk)
    context = {
        "registration": shown,
        "facts": facts_of(shown),
        "state": state_of(shown),
        "form": form,
        "is_unit": is_unit,
        "is_officer": is_officer,
        "is_late": is_late(shown),
        "events": timeline(shown),
    }
    return form_page(request, "permits/registration.html", form, context)


def may(request: ActorRequest, registration: Registration, act: Act) -> bool:
    return request.actor.may(act) and registration.state == RegistrationState.VALID


def carry_out(
    request: ActorRequest, shown: Registration, data: dict[str, Any], *, is_officer: bool
) -> None:
    """The unit renews, the bureau strikes off."""
    common: dict[str, Any] = {"by": request.actor, "registration": shown, "now": timezone.now()}
    if is_officer:
        services.end_registration(reason=data["reason"], **common)
        messages.success(request, _("The registration is struck off."))
    else:
        services.renew_registration(key=str(data["once"]), **common)
        messages.success(request, _("The registration is renewed."))


def is_late(registration: Registration) -> bool:
    """Whether the last change was filed later than the law asks (Regulation art. 24)."""
    if registration.changed_on is None:
        return False
    day = registration.changed_on
    rule = legal_clock("REPORT_REGISTRATION", region=registration.site.region, day=day)
    return timezone.localdate(registration.filed_at) > due_on(day, rule.amount)


def facts_of(registration: Registration) -> list[tuple[Any, Any]]:
    """Label and value pairs."""
    own = [
        (capfirst(field.verbose_name), getattr(registration, field.name) or None)
        for field in registration._meta.concrete_fields
        if field.name in NAMES
    ]
    return [
        (_("Registration number"), registration.registration_no),
        (_("Enterprise"), registration.site.enterprise),
        (_("Unified social credit code"), registration.site.enterprise.uscc),
        (_("Site"), registration.site),
        (_("Term"), f"{registration.valid_from} – {registration.valid_to}"),
        *own,
    ]


@allow(Act.SEE_PERMITS)
def registration_receipt(request: ActorRequest, registration_id: int) -> HttpResponse:
    """The receipt (登记回执) as PDF."""
    shown = reach(request, registration_id)
    response = HttpResponse(draw_receipt(shown), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{shown.registration_no}.pdf"'
    response["Cache-Control"] = "private, no-cache"
    return response
