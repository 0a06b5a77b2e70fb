"""What waits on the officer's desk: events without an open quota period, by controller."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.utils import timezone

from cardswipe.models import Controller, DischargeEvent, EventLoad
from cardswipe.rules import EventState
from ledger.models import QuotaPeriod
from ledger.models.assets import PeriodState
from parties.models import Enterprise, Membership


@dataclass(frozen=True)
class Waiting:
    """The events of a controller on which no decision is pending."""

    controller: Controller
    enterprise: Enterprise
    count: int
    first: datetime.datetime
    last: datetime.datetime
    closed: tuple[str, ...]  # names of the closed quota periods of these days

    @property
    def first_day(self) -> datetime.date:
        """The local day of the earliest event."""
        return timezone.localdate(self.first)

    @property
    def last_day(self) -> datetime.date:
        """The local day of the latest event."""
        return timezone.localdate(self.last)


def waiting_events(actor: Membership) -> "QuerySet[DischargeEvent]":
    """The waiting events this person may reach that no pending decision names."""
    found = DischargeEvent.objects.for_actor(actor).filter(state=EventState.WAITING)
    return found.exclude(late_items__is_open=True)


def waiting_by_controller(actor: Membership) -> list[Waiting]:
    """The waiting events by controller and enterprise, those that wait longest first."""
    rows = (
        waiting_events(actor)
        .values("controller_id", "enterprise_id")
        .annotate(count=Count("pk"), first=Min("started_at"), last=Max("started_at"))
        .order_by("first", "controller_id")
    )
    boxes = Controller.objects.select_related("outlet__site").in_bulk(
        [row["controller_id"] for row in rows]
    )
    owners = Enterprise.objects.select_related("region").in_bulk(
        [row["enterprise_id"] for row in rows]
    )
    closed = QuotaPeriod.objects.filter(
        region__in={owner.region.city_code for owner in owners.values()}, state=PeriodState.CLOSED
    )
    periods = list(closed.order_by("start_date"))
    return [
        _waiting(boxes[row["controller_id"]], owners[row["enterprise_id"]], row, periods)
        for row in rows
    ]


def _waiting(
    controller: Controller,
    enterprise: Enterprise,
    row: Mapping[str, Any],
    closed: Iterable[QuotaPeriod],
) -> Waiting:
    first, last = timezone.localdate(row["first"]), timezone.localdate(row["last"])
    labels = tuple(
        period.label
        for period in closed
        if period.region_id == enterprise.region.city_code
        and period.start_date <= last
        and period.end_date >= first
    )
    return Waiting(controller, enterprise, row["count"], row["first"], row["last"], labels)


def debited_sums(events: "QuerySet[DischargeEvent]") -> dict[str, int]:
    """What the events debit together, by pollutant."""
    rows = (
        EventLoad.objects.filter(event__in=events, is_debited=True)
        .values_list("pollutant_id")
        .annotate(total=Sum("quantity"))
        .order_by("pollutant_id")
    )
    return {code: int(total) for code, total in rows}


def waiting_count(actor: Membership) -> int:
    """How many events wait for this officer's decision."""
    return waiting_events(actor).count()
