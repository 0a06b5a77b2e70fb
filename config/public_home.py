"""The public home: search, verification, auctions and the cap equation."""

import datetime
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.caps import cap_part
from ledger.models import Account, QuotaPeriod
from ledger.rules import Purpose
from parties.models import Region
from permits.models import Permit
from permits.models.permits import PermitState
from permits.verify_forms import VerifyForm
from shell.figures import quantity
from trading.models import Auction
from trading.rules import AuctionState

RUNNING = [AuctionState.ANNOUNCED, AuctionState.OPEN]
OVER = [AuctionState.CLOSED, AuctionState.SETTLED, AuctionState.NO_SALE]
SHOWN = 5


def context(request: Any, now: datetime.datetime) -> dict[str, Any]:
    """All of it, in a few reads whose cost does not grow with history."""
    today = timezone.localdate(now)
    periods = QuotaPeriod.objects.filter(start_date__lte=today, end_date__gte=today)
    period = periods.select_related("region").order_by("region_id").first()
    found: dict[str, Any] = {
        "numbers": numbers(period),
        "verify_form": VerifyForm(),
        "running": auctions(RUNNING, "opens_at"),
        "over": auctions(OVER, "-closed_at"),
        "family": family(period.region) if period else [],
    }
    if period:
        found |= cap_part(period.region, period, request)
    return found


def auctions(states: list[AuctionState], order: str) -> list[Auction]:
    """Announced auctions in these states, with what was awarded."""
    rows = Auction.objects.for_actor(None).filter(state__in=states)
    return list(
        rows.select_related("pollutant", "region")
        .prefetch_related("awards")
        .order_by(order)[:SHOWN]
    )


def family(city: Region) -> list[Region]:
    """The city and its counties."""
    return [city, *Region.objects.filter(parent=city).order_by("code")]


def numbers(period: QuotaPeriod | None) -> list[tuple[str, Any]]:
    """Permits in force, and what was discharged of the first pollutant this year."""
    found: list[tuple[str, Any]] = [
        (_("Permits in force"), Permit.objects.public().filter(state=PermitState.VALID).count())
    ]
    for code, words in (
        ("COD", _("COD discharged in %(period)s")),
        ("NOX", _("NOx discharged in %(period)s")),
    ):
        if period:
            label = words % {"period": period.label}
            found.append((label, quantity(discharged(code, period), "t")))
    return found


def discharged(code: str, period: QuotaPeriod) -> int:
    """What all enterprises together have discharged of a pollutant in the period, in mg."""
    accounts = Account.objects.filter(
        asset__pollutant_id=code, asset__period=period, purpose=Purpose.DISCHARGED
    )
    return accounts.aggregate(total=Sum("balance"))["total"] or 0
