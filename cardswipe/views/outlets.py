"""Outlets as they stand now: those of an enterprise or a site, and one with its days."""

import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe.outlet_tables import (
    check_table,
    controller_table,
    day_charts,
    enterprise_table,
    estimate_table,
    limit_table,
    outlet_facts,
    source_facts,
    today_facts,
)
from cardswipe.queries.outlets import outlet_states, tally_states
from parties.access import ActorRequest, allow, door
from parties.models import Enterprise
from parties.rules import Act
from permits.models import Outlet, Permit, Site
from shell.units import is_id

DAYS_SHOWN = 30


def states_context(
    request: ActorRequest, enterprise: Enterprise, outlets: "QuerySet[Outlet]", part: str
) -> dict[str, Any]:
    """The outlets with their present, and what makes the page live."""
    now = timezone.now()
    states = outlet_states(outlets.order_by("site__site_no", "code"), now)
    return {
        "enterprise": enterprise,
        "states": states,
        "tally": tally_states(states),
        **topics(enterprise),
        "part": part,
        "now": now,
    }


def topics(enterprise: Enterprise) -> dict[str, str]:
    """What the pages listen to: bookings, alarms and valves; and what the devices measure."""
    return {"topic": f"enterprise:{enterprise.pk}", "meters_topic": f"meters:{enterprise.pk}"}


def of_enterprise(request: ActorRequest, enterprise_id: int) -> dict[str, Any]:
    found = door(Enterprise.objects.for_actor(request.actor), pk=enterprise_id)
    own = Outlet.objects.for_actor(request.actor).filter(site__enterprise=found)
    part = reverse("enterprise_meters", args=[found.pk])
    site = request.GET.get("site", "")
    if is_id(site):
        own, part = own.filter(site_id=int(site)), f"{part}?site={site}"
    return states_context(request, found, own, part)


@allow(Act.SEE_READINGS)
def outlets(request: ActorRequest) -> HttpResponse:
    """The own outlets; a bureau chooses an enterprise first."""
    if request.actor.enterprise_id:
        return enterprise_outlets(request, request.actor.enterprise_id)
    return render(request, "cardswipe/outlets_choose.html", {"table": enterprise_table(request)})


@allow(Act.SEE_READINGS)
def enterprise_outlets(request: ActorRequest, enterprise_id: int) -> HttpResponse:
    """The outlets of an enterprise with their meters, live."""
    return render(request, "cardswipe/outlets.html", of_enterprise(request, enterprise_id))


@allow(Act.SEE_READINGS)
def enterprise_meters(request: ActorRequest, enterprise_id: int) -> HttpResponse:
    """The part of that page that lives."""
    return render(request, "cardswipe/_meters.html", of_enterprise(request, enterprise_id))


@allow(Act.SEE_READINGS)
def site_outlets(request: ActorRequest, site_id: int) -> HttpResponse:
    """The outlets of one site: where a permit's page leads."""
    site = door(Site.objects.for_actor(request.actor).select_related("enterprise"), pk=site_id)
    part = f"{reverse('enterprise_meters', args=[site.enterprise_id])}?site={site.pk}"
    own = Outlet.objects.for_actor(request.actor).filter(site=site)
    context = states_context(request, site.enterprise, own, part)
    return render(request, "cardswipe/outlets.html", {**context, "site": site})


@allow(Act.SEE_READINGS)
def outlet(request: ActorRequest, outlet_id: int) -> HttpResponse:
    """One outlet: present state, limits with the newest figures, controllers, its days."""
    return render(request, "cardswipe/outlet.html", outlet_context(request, outlet_id))


@allow(Act.SEE_READINGS)
def outlet_now(request: ActorRequest, outlet_id: int) -> HttpResponse:
    """The part of the outlet's page that lives."""
    return render(request, "cardswipe/_outlet_now.html", outlet_context(request, outlet_id))


def outlet_context(request: ActorRequest, outlet_id: int) -> dict[str, Any]:
    own = Outlet.objects.for_actor(request.actor)
    door(own, pk=outlet_id)
    now = timezone.now()
    state = outlet_states(own.filter(pk=outlet_id), now)[0]
    today = timezone.localdate(now)
    first = today - datetime.timedelta(days=DAYS_SHOWN - 1)
    return {
        "state": state,
        "outlet": state.outlet,
        "enterprise": state.outlet.site.enterprise,
        **topics(state.outlet.site.enterprise),
        "facts": outlet_facts(state),
        "has_sign": Permit.objects.public().filter(site=state.outlet.site).exists(),
        "today": today_facts(state),
        "limits": limit_table(request, state),
        "controllers": controller_table(request, state),
        "checks": check_table(request, state),
        "estimates": estimate_table(request, state, first),
        "source": source_facts(state, today),
        "may_regulate": request.actor.may(Act.MANAGE_REGULATION),
        "charts": day_charts(state, first, today),
        "now": now,
        "no_load": _("Nothing is booked for today yet. That is not zero: it may still come."),
    }
