"""Cards, controllers, vouchers and discharge events for tests."""

import datetime
import itertools
from typing import Any

from cardswipe import services
from cardswipe.models import (
    Alarm,
    Card,
    CardAccount,
    Controller,
    DeviceProfile,
    SubstitutionRule,
    WarningStep,
)
from cardswipe.rules import EventReport, EventVerdict, LoadLine, StepBase
from ledger.models import Account, QuotaPeriod
from ledger.rules import Purpose
from ledger.services import period_on
from parties.models import Enterprise
from parties.services import system_actor
from permits.models import Permit
from tests import factories_permits

T = 10**9
KG = 10**6
# A year that the permit of the factories covers: it is issued on this day.
NOW = factories_permits.NOW
TODAY = NOW.date()
_serial = itertools.count(1)


def controller(enterprise: Enterprise, *, code: str = "DW001", **given: Any) -> Controller:
    """A controller in use at an outlet of the enterprise."""
    profile, _ = DeviceProfile.objects.get_or_create(name="test")
    values = {
        "mn": f"TESTMN{next(_serial):08d}",
        "outlet": factories_permits.outlet(factories_permits.site(enterprise), code=code),
        "profile": profile,
        "password": "123456",
        "valid_from": datetime.date(2026, 1, 1),
        "state": "IN_USE",
    }
    return Controller.objects.create(**values | given)


def card(enterprise: Enterprise, **given: Any) -> Card:
    """A card just issued."""
    values = {"physical_no": f"CHIP{next(_serial):06d}", "now": NOW - datetime.timedelta(days=30)}
    return services.issue_card(by=system_actor("demo"), enterprise=enterprise, **values | given)


def bound(enterprise: Enterprise, **given: Any) -> tuple[Card, Controller]:
    """A card bound to a controller a month ago."""
    made, box = card(enterprise), controller(enterprise, **given)
    begin = NOW - datetime.timedelta(days=30)
    services.bind_card(by=system_actor("demo"), card=made, controller=box, now=begin)
    made.refresh_from_db()
    return made, box


def permit(enterprise: Enterprise) -> Permit:
    """A permit whose rights (10 t COD, 1 t NH3N and 2 t SO2 a year, pro rata) are granted."""
    return factories_permits.permit(enterprise)


def period(enterprise: Enterprise, day: datetime.date = TODAY) -> QuotaPeriod:
    return period_on(enterprise.region, day)


def load(of: Card, quantity: int = 100 * KG, *, pollutant: str = "COD", **given: Any):
    """A voucher that loads the card."""
    values = {
        "by": system_actor("demo"),
        "lines": [LoadLine(pollutant, quantity)],
        "period": period(of.enterprise),
        "key": f"form-{next(_serial)}",
        "now": NOW,
    }
    return services.load_card(card=of, **values | given)


def ready(enterprise: Enterprise, quantity: int = 100 * KG) -> tuple[Card, Controller]:
    """An enterprise with permit, whose bound card is loaded with so much COD."""
    permit(enterprise)
    made, box = bound(enterprise)
    load(made, quantity)
    return made, box


def report(box: Controller, quantity: int = 10 * KG, **given: Any) -> EventReport:
    """A card session of half an hour with so much COD."""
    values = {
        "kind": "SESSION",
        "started_at": NOW,
        "ended_at": NOW + datetime.timedelta(minutes=30),
        "sequence": next(_serial),
        "volume_l": 5000,
        "loads": (("COD", quantity),),
    }
    return EventReport(controller_id=box.pk, **values | given)


def book(*reports: EventReport, now: datetime.datetime = NOW) -> list[EventVerdict]:
    return services.book_events(by=system_actor("gateway"), reports=reports, now=now)


def balance(of: Card, pollutant: str = "COD") -> int:
    """What the card holds in the present period."""
    found = CardAccount.objects.get(card=of, pollutant_id=pollutant, period=period(of.enterprise))
    return found.account.balance


def held(enterprise: Enterprise, purpose: Purpose, pollutant: str = "COD") -> int:
    """What all the enterprise's accounts of the purpose hold together, in all periods."""
    accounts = Account.objects.filter(
        enterprise=enterprise, purpose=purpose, asset__pollutant_id=pollutant
    )
    return sum(accounts.values_list("balance", flat=True))


def step(enterprise: Enterprise, percent: int, **given: Any) -> WarningStep:
    """A warning step of the enterprise's city."""
    values = {
        "region_id": enterprise.region.city_code,
        "base": StepBase.CARD,
        "percent": percent,
        "level": "YELLOW",
        "valid_from": datetime.date(2020, 1, 1),
        "legal_basis": "地方做法",
    }
    return WarningStep.objects.create(**values | given)


def substitution(enterprise: Enterprise, **given: Any) -> SubstitutionRule:
    """The rule of the enterprise's county that fills hours of water with the greatest of ten."""
    values = {
        "region": enterprise.region,
        "medium": "WATER",
        "cause": "INVALID",
        "longest_gap_h": 0,
        "least_capture": 0,
        "method": "MAX_HOURS",
        "window": 10,
        "wait_h": 2,
        "is_on": True,
        "valid_from": datetime.date(2020, 1, 1),
        "legal_basis": "地方办法",
    } | given
    same = ("region", "medium", "cause", "longest_gap_h", "least_capture")
    key = {name: values.pop(name) for name in same}
    return SubstitutionRule.objects.get_or_create(**key, defaults=values)[0]


def hour(
    box: Controller, begin: datetime.datetime, quantity: int = KG, **given: Any
) -> EventReport:
    """An hour of a continuous outlet with so much COD."""
    values = {
        "kind": "HOUR",
        "started_at": begin,
        "ended_at": begin + datetime.timedelta(hours=1),
        "sequence": 0,
        "volume_l": 5000,
        "loads": (("COD", quantity),),
    }
    return EventReport(controller_id=box.pk, **values | given)


def alarms(enterprise: Enterprise) -> list[tuple[str, int | None, int]]:
    """Kind, step and times of the open alarms."""
    found = Alarm.objects.open().filter(enterprise=enterprise).order_by("kind", "percent")
    return list(found.values_list("kind", "percent", "times"))
