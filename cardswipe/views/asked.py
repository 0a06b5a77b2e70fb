"""What the address asks for: an enterprise, one of its quota periods, a pollutant's plan."""

import datetime

from cardswipe.queries.plans import Plan
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
    wanted = request.GET.get("period", "")
    asked = next((p for p in periods if str(p.pk) == wanted), None)
    return asked or next((p for p in periods if p.start_date <= today <= p.end_date), None)


def asked_plan(request: ActorRequest, plans: list[Plan]) -> Plan | None:
    """The plan of the pollutant in the address, else the first."""
    wanted = request.GET.get("pollutant", "")
    found = next((plan for plan in plans if plan.pollutant.code == wanted), None)
    return found or (plans[0] if plans else None)
