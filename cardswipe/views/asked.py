"""What an address or a form asks for: an enterprise, a quota period, a plan, a decision."""

import datetime
from collections.abc import Sequence

from django.http import Http404

from cardswipe.queries.plans import Plan
from cardswipe.refusals import DecisionMissing
from ledger.models import Account, QuotaPeriod
from parties.access import ActorRequest, door
from parties.models import Enterprise


def reach_enterprise(request: ActorRequest, enterprise_id: int) -> Enterprise:
    """The enterprise, if this person may reach it."""
    found = Enterprise.objects.for_actor(request.actor).select_related("region")
    return door(found, pk=enterprise_id)


def own_periods(enterprise: Enterprise) -> list[QuotaPeriod]:
    """The quota periods of the enterprise's city in which it holds anything, newest first."""
    assets = Account.objects.filter(enterprise=enterprise).values("asset__period")
    own = QuotaPeriod.objects.filter(region_id=enterprise.region.city_code, pk__in=assets)
    return list(own.order_by("-start_date"))


def asked_period(
    request: ActorRequest, enterprise: Enterprise, today: datetime.date
) -> QuotaPeriod | None:
    """The quota period in the address, else that of today."""
    periods = own_periods(enterprise)
    if wanted := request.GET.get("period", ""):
        return chosen_period(periods, wanted)
    return next((p for p in periods if p.start_date <= today <= p.end_date), None)


def chosen_period(periods: Sequence[QuotaPeriod], wanted: str) -> QuotaPeriod:
    """The period of this number; another one is not found, and never taken for the present."""
    found = next((period for period in periods if str(period.pk) == wanted), None)
    if found is None:
        raise Http404
    return found


def asked_plan(request: ActorRequest, plans: list[Plan]) -> Plan | None:
    """The plan of the pollutant in the address, else the first."""
    wanted = request.GET.get("pollutant", "")
    found = next((plan for plan in plans if plan.pollutant.code == wanted), None)
    return found or (plans[0] if plans else None)


def is_granted(request: ActorRequest) -> bool:
    """Which of the two buttons was pressed; neither is no refusal but an error (C305)."""
    decision = request.POST.get("decision", "")
    if decision not in {"grant", "refuse"}:
        raise DecisionMissing
    return decision == "grant"
