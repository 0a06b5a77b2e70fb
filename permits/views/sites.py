"""Sites and outlets: the register of the bureau, the own ones of an enterprise."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties.access import ActorRequest, allow, door
from parties.forms import seen_of
from parties.models import Enterprise
from parties.rules import Act
from permits import services
from permits.forms import OutletForm, SiteForm
from permits.models import Outlet, Site
from permits.refusals import EnterpriseUnknown
from permits.tables import site_facts
from shell.refusals import refusals_to
from shell.tables import Column, Table, table_page

from .facilities import facility_table
from .forms import form_page, posted

COLUMNS = [
    Column("enterprise", gettext_lazy("Enterprise"), sort="enterprise__name"),
    Column("site_no", gettext_lazy("Site number"), kind="code"),
    Column("name", gettext_lazy("Site name"), sort="name"),
    Column("region", gettext_lazy("County"), sort="region"),
    Column("basin", gettext_lazy("River basin")),
    Column("outlet_count", gettext_lazy("Outlets"), kind="count"),
    Column("permit.permit_no", gettext_lazy("Permit number"), kind="code"),
]

OUTLET_COLUMNS = [
    Column("code", gettext_lazy("Outlet code"), kind="code"),
    Column("name", gettext_lazy("Outlet name")),
    Column("get_medium_display", gettext_lazy("Medium")),
    Column("get_kind_display", gettext_lazy("Kind of outlet")),
    Column("get_mode_display", gettext_lazy("Discharge mode")),
    Column("destination", gettext_lazy("Discharge destination")),
]


@allow(Act.SEE_PERMITS)
def sites(request: ActorRequest) -> HttpResponse:
    """The sites this person may reach."""
    rows = (
        Site.objects.for_actor(request.actor)
        .select_related("enterprise", "region", "permit")
        .annotate(outlet_count=Count("outlets"))
    )
    table = Table(
        rows,
        COLUMNS,
        request=request,
        caption=_("Sites"),
        row_url=lambda row: reverse("site", args=[row.pk]),
        empty=_("No site is registered yet. Register the first one to apply for its permit."),
    )
    may = request.actor.may
    context = {"can_edit": may(Act.EDIT_SITES), "may_import": may(Act.EDIT_REGISTERS)}
    return table_page(request, "permits/sites.html", table, context)


@allow(Act.SEE_PERMITS)
def site(request: ActorRequest, site_id: int) -> HttpResponse:
    """A site with its outlets."""
    shown = door(
        Site.objects.for_actor(request.actor).select_related("enterprise", "region"), pk=site_id
    )
    can_edit = request.actor.may(Act.EDIT_SITES)
    table = Table(
        shown.outlets.all(),
        OUTLET_COLUMNS,
        request=request,
        caption=_("Outlets"),
        row_url=(lambda row: reverse("outlet_edit", args=[row.pk])) if can_edit else None,
        empty=_("The site has no outlet yet. Add one before applying for a permit."),
        can_export=False,
    )
    context = {
        "site": shown,
        "facts": site_facts(shown),
        "can_edit": can_edit,
        "units": facility_table(request, shown, can_edit=can_edit),
    }
    return table_page(request, "permits/site.html", table, context)


def named_enterprise(request: ActorRequest, uscc: str) -> Enterprise:
    """The enterprise of the form: the own one, or the one an officer names."""
    reachable = Enterprise.objects.for_actor(request.actor)
    if request.actor.enterprise_id:
        return door(reachable)
    found = reachable.filter(uscc=uscc.strip().upper()).first()
    if found is None:
        raise EnterpriseUnknown(uscc=uscc)
    return found


@allow(Act.EDIT_SITES, methods=("GET", "POST"))
def site_new(request: ActorRequest) -> HttpResponse:
    """Register a site."""
    form = SiteForm(posted(request), actor=request.actor)
    if form.is_valid():
        values = values_of(form)
        with refusals_to(form):
            enterprise = named_enterprise(request, values.pop("uscc", ""))
            made = services.register_site(by=request.actor, enterprise=enterprise, **values)
            messages.success(request, _("The site is registered."))
            return redirect("site", made.pk)
    return form_page(request, "permits/site_form.html", form, {})


def values_of(form: SiteForm | OutletForm) -> dict[str, Any]:
    """What the form says, without its once-only key."""
    return {name: value for name, value in form.cleaned_data.items() if name != "once"}


@allow(Act.EDIT_SITES, methods=("GET", "POST"))
def site_edit(request: ActorRequest, site_id: int) -> HttpResponse:
    """Correct a site's entry."""
    shown = door(Site.objects.for_actor(request.actor), pk=site_id)
    initial = {name: getattr(shown, name) for name in SiteForm.base_fields if hasattr(shown, name)}
    form = SiteForm(posted(request), actor=request.actor, is_new=False, initial=initial)
    seen = seen_of(request, shown)
    if form.is_valid():
        with refusals_to(form):
            services.amend_site(
                by=request.actor, site=shown, seen=seen.cleaned_data["seen"], **values_of(form)
            )
            messages.success(request, _("The site is corrected."))
            return redirect("site", shown.pk)
    return form_page(request, "permits/site_form.html", form, {"site": shown, "seen": seen})


@allow(Act.EDIT_SITES, methods=("GET", "POST"))
def outlet_new(request: ActorRequest, site_id: int) -> HttpResponse:
    """Register an outlet of a site."""
    of = door(Site.objects.for_actor(request.actor), pk=site_id)
    form = OutletForm(posted(request))
    if form.is_valid():
        with refusals_to(form):
            services.register_outlet(by=request.actor, site=of, **values_of(form))
            messages.success(request, _("The outlet is registered."))
            return redirect("site", of.pk)
    return form_page(request, "permits/outlet_form.html", form, {"site": of})


@allow(Act.EDIT_SITES, methods=("GET", "POST"))
def outlet_edit(request: ActorRequest, outlet_id: int) -> HttpResponse:
    """Correct an outlet's entry."""
    shown = door(Outlet.objects.for_actor(request.actor).select_related("site"), pk=outlet_id)
    initial = {name: getattr(shown, name) for name in OutletForm.base_fields if name != "once"}
    form = OutletForm(posted(request), is_new=False, initial=initial)
    seen = seen_of(request, shown)
    if form.is_valid():
        with refusals_to(form):
            services.amend_outlet(
                by=request.actor, outlet=shown, seen=seen.cleaned_data["seen"], **values_of(form)
            )
            messages.success(request, _("The outlet is corrected."))
            return redirect("site", shown.site_id)
    context = {"site": shown.site, "outlet": shown, "seen": seen}
    return form_page(request, "permits/outlet_form.html", form, context)
