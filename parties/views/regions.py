"""The tree of regions and their bureaus, for system administrators."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from parties import services
from parties.access import ActorRequest, allow, door
from parties.forms import BureauForm, RegionForm, posted
from parties.models import Region
from parties.rules import Act
from shell.refusals import refusals_to
from shell.tables import Column, Table, table_page


@allow(Act.MANAGE_SYSTEM)
def regions(request: ActorRequest) -> HttpResponse:
    """The regions of the bureau's area, by code."""
    table = Table(
        Region.objects.for_actor(request.actor).select_related("bureau", "parent"),
        [
            Column("code", _("Code"), kind="code", sort="code"),
            Column("name_zh", _("Chinese name")),
            Column("name_en", _("English name")),
            Column("get_level_display", _("Level"), sort="level"),
            Column("bureau", _("Bureau"), value=lambda row: getattr(row, "bureau", None)),
        ],
        request=request,
        caption=_("Regions"),
        row_url=lambda row: reverse("region", args=[row.pk]),
        empty=_("No region is entered."),
        page_size=100,
    )
    return table_page(request, "parties/regions.html", table)


@allow(Act.MANAGE_SYSTEM, methods=("GET", "POST"))
def new_region(request: ActorRequest) -> HttpResponse:
    """Add a region below the bureau's own."""
    form = RegionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            region = services.open_region(by=request.actor, entry=form.entry())
            messages.success(request, _("%(region)s is added.") % {"region": region})
            return redirect("region", region.pk)
    context = {"form": form, "cancel_url": reverse("regions")}
    return render(request, "parties/region_form.html", context, status=422 if form.errors else 200)


@allow(Act.MANAGE_SYSTEM, methods=("GET", "POST"))
def region(request: ActorRequest, region_id: str) -> HttpResponse:
    """One region; here it gets its bureau."""
    found = door(Region.objects.for_actor(request.actor).select_related("parent"), pk=region_id)
    form = BureauForm(posted(request))
    if request.method == "POST" and form.is_valid():
        bureau = services.open_bureau(by=request.actor, region=found, **form.cleaned_data)
        messages.success(request, _("%(bureau)s is opened.") % {"bureau": bureau})
        return redirect("region", found.pk)
    context = {"region": found, "bureau": getattr(found, "bureau", None), "form": form}
    return render(request, "parties/region.html", context, status=422 if form.errors else 200)
