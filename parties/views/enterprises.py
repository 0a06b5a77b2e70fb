"""The register of enterprises: list, entry, correction, closing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from parties import queries, services
from parties.access import ActorRequest, allow, door
from parties.forms import (
    EnterpriseFilter,
    EnterpriseForm,
    ReasonForm,
    posted,
    reason_of,
    seen_of,
)
from parties.models import Enterprise
from parties.models.enterprises import EnterpriseState
from parties.rules import Act, has_good_check_character
from shell.refusals import refusals_to
from shell.tables import Column, Table, table_page


def tone(enterprise: Enterprise) -> str:
    return "normal" if enterprise.state == EnterpriseState.OPEN else "closed"


@allow(Act.SEE_REGISTERS)
def enterprises(request: ActorRequest) -> HttpResponse:
    """The units of the bureau's area, a page at a time."""
    actor = request.actor
    rows = Enterprise.objects.for_actor(actor).select_related("region")
    narrowed = EnterpriseFilter(request.GET, queryset=rows, actor=actor)
    table = Table(
        narrowed.qs,
        [
            Column("name", _("Enterprise"), sort="name", value=str),
            Column("uscc", _("Credit code"), kind="code", sort="uscc"),
            Column("region", _("County or district"), sort="region"),
            Column("industry_name", _("Industry"), sort="industry_code"),
            Column("get_state_display", _("State"), kind="status", tone=tone, sort="state"),
        ],
        request=request,
        caption=_("Enterprises"),
        row_url=lambda row: reverse("enterprise", args=[row.pk]),
        empty=_("No enterprise matches. Clear the filter, enter one, or import a list."),
    )
    context = {"filter": narrowed, "may_edit": request.actor.may(Act.EDIT_REGISTERS)}
    return table_page(request, "parties/enterprises.html", table, context)


@allow(Act.SEE_REGISTERS)
def enterprise(request: ActorRequest, enterprise_id: int) -> HttpResponse:
    """One unit: what the register says and how it came to say so."""
    found = own_enterprise(request, enterprise_id)
    facts = [
        (_("Credit code"), found.uscc),
        (_("English name"), found.name_en or "–"),
        (_("County or district"), found.region),
        (_("Industry"), f"{found.industry_code} {found.industry_name}"),
        (_("Address"), found.address),
        (_("Legal representative"), found.legal_representative),
    ]
    context = {
        "enterprise": found,
        "facts": facts,
        "tone": tone(found),
        "may_edit": request.actor.may(Act.EDIT_REGISTERS),
        "is_open": found.state == EnterpriseState.OPEN,
        "doubtful_code": not has_good_check_character(found.uscc),
        "events": queries.timeline(found),
        "reason_form": ReasonForm(),
    }
    return render(request, "parties/enterprise.html", context)


def own_enterprise(request: ActorRequest, enterprise_id: int) -> Enterprise:
    rows = Enterprise.objects.for_actor(request.actor)
    return door(rows.select_related("region"), pk=enterprise_id)


def say_doubt(request: ActorRequest, enterprise: Enterprise) -> None:
    """A wrong check character is said, not refused: early legal codes have one."""
    if not has_good_check_character(enterprise.uscc):
        text = _(
            "The check character of %(uscc)s does not fit (GB 32100-2015). Compare the code with "
            "the licence; some early codes are legal all the same."
        )
        messages.warning(request, text % {"uscc": enterprise.uscc})


@allow(Act.EDIT_REGISTERS, methods=("GET", "POST"))
def new_enterprise(request: ActorRequest) -> HttpResponse:
    """Enter a unit."""
    actor = request.actor
    form = EnterpriseForm(posted(request), actor=actor)
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            made = services.enroll_enterprise(
                by=actor, entry=form.entry(), reason=form.cleaned_data["reason"]
            )
            messages.success(request, _("%(name)s is in the register.") % {"name": made})
            say_doubt(request, made)
            return redirect("enterprise", made.pk)
    context = {"form": form, "cancel_url": reverse("enterprises")}
    return render(
        request, "parties/enterprise_form.html", context, status=422 if form.errors else 200
    )


@allow(Act.EDIT_REGISTERS, methods=("GET", "POST"))
def edit_enterprise(request: ActorRequest, enterprise_id: int) -> HttpResponse:
    """Correct what the register says of a unit."""
    actor = request.actor
    found = own_enterprise(request, enterprise_id)
    form = EnterpriseForm(posted(request), actor=actor, enterprise=found)
    seen = seen_of(request, found)
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            services.change_enterprise(
                by=actor,
                enterprise=found,
                entry=form.entry(),
                reason=form.cleaned_data["reason"],
                seen=seen.cleaned_data["seen"],
            )
            messages.success(request, _("The entry is corrected."))
            return redirect("enterprise", found.pk)
    context = {
        "form": form,
        "enterprise": found,
        "seen": seen,
        "cancel_url": reverse("enterprise", args=[found.pk]),
    }
    return render(
        request, "parties/enterprise_form.html", context, status=422 if form.errors else 200
    )


@allow(Act.EDIT_REGISTERS, methods=("POST",))
def close_enterprise(request: ActorRequest, enterprise_id: int) -> HttpResponse:
    """Mark a unit as closed."""
    found = own_enterprise(request, enterprise_id)
    if reason := reason_of(request):
        services.close_enterprise(by=request.actor, enterprise=found, reason=reason)
        messages.success(request, _("%(name)s is marked as closed.") % {"name": found})
    return redirect("enterprise", found.pk)


@allow(Act.EDIT_REGISTERS, methods=("POST",))
def reopen_enterprise(request: ActorRequest, enterprise_id: int) -> HttpResponse:
    """Take a closed unit back into operation."""
    found = own_enterprise(request, enterprise_id)
    if reason := reason_of(request):
        services.reopen_enterprise(by=request.actor, enterprise=found, reason=reason)
        messages.success(request, _("%(name)s is in operation again.") % {"name": found})
    return redirect("enterprise", found.pk)
