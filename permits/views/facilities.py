"""Production and treatment units of a site: the table, the form, the section of a draft."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties.access import ActorRequest, allow, door
from parties.forms import seen_of
from parties.rules import Act
from permits import services
from permits.models import Application, Facility, Site
from permits.register_forms import FacilityForm
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table, table_page
from shell.units import is_id

from .applications import reach
from .forms import form_page, posted


def use(unit: Facility) -> Status:
    """Whether the unit is in use."""
    if unit.retired_on:
        return Status("neutral", _("out of use since %(day)s") % {"day": unit.retired_on})
    return Status("normal", _("in use"))


COLUMNS = [
    Column("code", gettext_lazy("Unit code"), kind="code"),
    Column("name", gettext_lazy("Name of the unit")),
    Column("get_kind_display", gettext_lazy("Kind of unit")),
    Column("process", gettext_lazy("Process or technique")),
    Column("capacity", gettext_lazy("Design capacity")),
    Column("outlet_codes", gettext_lazy("Leads to outlet"), kind="code"),
    Column("use", gettext_lazy("State"), kind="status", value=use),
]


def facility_table(request: ActorRequest, site: Site, *, can_edit: bool) -> Table:
    """The units of a site, those in use first."""
    rows = site.facilities.prefetch_related("links__outlet")
    return Table(
        sorted(rows, key=lambda unit: (unit.retired_on is not None, unit.code)),
        COLUMNS,
        request=request,
        caption=_("Production and treatment units"),
        row_url=(lambda row: reverse("facility_edit", args=[row.pk])) if can_edit else None,
        empty=_("No unit is in the register yet. The permit names them: enter them here."),
        name="units",
        can_export=False,
        page_size=500,
    )


@allow(Act.EDIT_SITES, methods=("GET", "POST"))
def facility_new(request: ActorRequest, site_id: int) -> HttpResponse:
    """Register a unit of a site."""
    of = door(Site.objects.for_actor(request.actor), pk=site_id)
    form = FacilityForm(posted(request), site=of)
    if form.is_valid():
        with refusals_to(form):
            services.register_facility(by=request.actor, site=of, **form.values())
            messages.success(request, _("The unit is registered."))
            return redirect(back_to(request, of))
    return form_page(request, "permits/facility_form.html", form, {"site": of})


def back_to(request: ActorRequest, site: Site) -> str:
    """Where the person came from: the section of a draft of this site, or the site."""
    named = request.GET.get("application", "")
    drafts = Application.objects.for_actor(request.actor).filter(site=site)
    if is_id(named) and drafts.filter(pk=int(named)).exists():
        return reverse("application_facilities", args=[int(named)])
    return reverse("site", args=[site.pk])


@allow(Act.EDIT_SITES, methods=("GET", "POST"))
def facility_edit(request: ActorRequest, facility_id: int) -> HttpResponse:
    """Correct a unit's entry, or note that it is out of use."""
    shown = door(Facility.objects.for_actor(request.actor).select_related("site"), pk=facility_id)
    initial: dict[str, Any] = {
        name: getattr(shown, name) for name in ("name", "process", "capacity", "retired_on")
    }
    initial["outlets"] = shown.links.values_list("outlet_id", flat=True)
    form = FacilityForm(posted(request), site=shown.site, is_new=False, initial=initial)
    seen = seen_of(request, shown)
    if form.is_valid():
        with refusals_to(form):
            services.amend_facility(
                by=request.actor, facility=shown, seen=seen.cleaned_data["seen"], **form.values()
            )
            messages.success(request, _("The unit is corrected."))
            return redirect("site", shown.site_id)
    context = {"site": shown.site, "facility": shown, "seen": seen}
    return form_page(request, "permits/facility_form.html", form, context)


@allow(Act.SEE_PERMITS)
def application_facilities(request: ActorRequest, application_id: int) -> HttpResponse:
    """The units that the permit of this application would name."""
    shown = reach(request, application_id)
    can_edit = request.actor.may(Act.EDIT_SITES)
    table = facility_table(request, shown.site, can_edit=can_edit)
    context = {"application": shown, "can_edit": can_edit}
    return table_page(request, "permits/application_facilities.html", table, context)
