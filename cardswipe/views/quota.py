"""An enterprise's quota, live: bars, trend, days left."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cardswipe.queries.home import quota_home
from parties.access import ActorRequest, allow, door
from parties.models import Enterprise
from parties.rules import Act
from shell.tables import Column, Table

ENTERPRISE_COLUMNS = [
    Column("__str__", gettext_lazy("Enterprise"), sort="name"),
    Column("region", gettext_lazy("County"), sort="region__code"),
    Column("industry_name", gettext_lazy("Industry"), sort="industry_name"),
]


def quota_context(request: ActorRequest, enterprise_id: int) -> dict[str, Any]:
    """The enterprise, if this person may reach it, with its quota."""
    found = Enterprise.objects.for_actor(request.actor).select_related("region")
    enterprise = door(found, pk=enterprise_id)
    return quota_home(enterprise, timezone.now(), trend=request.GET.get("trend", ""))


@allow(Act.SEE_CARDS)
def enterprise_quota(request: ActorRequest, enterprise_id: int) -> HttpResponse:
    """The quota of one enterprise."""
    return render(request, "cardswipe/quota.html", quota_context(request, enterprise_id))


@allow(Act.SEE_CARDS)
def quota_part(request: ActorRequest, enterprise_id: int) -> HttpResponse:
    """The part of the quota page and of the enterprise's home that lives."""
    return render(request, "cardswipe/_home_quota.html", quota_context(request, enterprise_id))


@allow(Act.SEE_CARDS)
def own_quota(request: ActorRequest) -> HttpResponse:
    """The own enterprise's quota; a bureau chooses an enterprise first."""
    if request.actor.enterprise_id:
        return enterprise_quota(request, request.actor.enterprise_id)
    table = Table(
        Enterprise.objects.for_actor(request.actor).select_related("region"),
        ENTERPRISE_COLUMNS,
        request=request,
        caption=_("Enterprises"),
        row_url=lambda row: reverse("enterprise_quota", args=[row.pk]),
        empty=_("No enterprise is registered here yet."),
        can_export=False,
    )
    return render(request, "cardswipe/quota_choose.html", {"table": table})
