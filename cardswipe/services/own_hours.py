"""Booking hours by our own integral, at outlets where a rule makes it the source that is debited.

The hour's own frame books nothing there. Once the hour is well over, what its minutes come to is
booked as the event of that hour, once and for ever; late minutes change it by a correction only.
"""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from cardswipe.load_rules import CheckTerms
from cardswipe.models import Controller, DischargeEvent, LoadSourceRule
from cardswipe.models.devices import EventSource
from cardswipe.models.estimates import Source
from cardswipe.queries.estimating import check_terms
from cardswipe.queries.hours import HOUR, WATER, HourData, HourKey, hours_of
from cardswipe.queries.own_figures import marks_of, own_figures
from cardswipe.queries.sources import own_days
from cardswipe.rules import EventKind, EventReport
from cardswipe.substitution import is_within
from parties.models import Membership

from . import meters
from .events import book_events


def book_own_hours(
    *, by: Membership, since: datetime.datetime, until: datetime.datetime, now: datetime.datetime
) -> int:
    """Book the hours that began in the span at outlets debited by our own integral; returns how
    many were new. Safe to repeat."""
    last = timezone.localdate(until)
    rules = LoadSourceRule.objects.filter(source=Source.OWN, valid_from__lte=last)
    rows = Controller.objects.in_use().filter(
        event_source=EventSource.HOUR, outlet__in=rules.values("outlet")
    )
    return sum(_book_some(by, ids, (since, until), now) for ids in rows.blocks())


@transaction.atomic
def _book_some(
    by: Membership,
    ids: Sequence[int],
    span: tuple[datetime.datetime, datetime.datetime],
    now: datetime.datetime,
) -> int:
    known = Controller.objects.to_measure().in_bulk(ids)
    booked: set[HourKey] = set(
        DischargeEvent.objects.filter(
            controller__in=ids,
            kind=EventKind.HOUR,
            started_at__gte=span[0],
            started_at__lt=span[1],
        ).values_list("controller_id", "started_at")
    )
    hours = [hour for hour in hours_of(known, *span, skip=booked) if hour.key not in booked]
    own = own_days({row.outlet_id for row in known.values()})
    terms = check_terms(known.values(), timezone.localdate(now))
    reports = [
        report_of(hour, terms[hour.controller.pk])
        for hour in hours
        if is_within(own.get(hour.controller.outlet_id, ()), timezone.localdate(hour.begin))
        and hour.pollutants
    ]
    verdicts = book_events(by=by, reports=reports, now=now)
    ended: dict[int, datetime.datetime] = {}
    for report in reports:
        ended[report.controller_id] = max(
            report.ended_at, ended.get(report.controller_id, report.ended_at)
        )
    meters.restart_at(ended)
    return sum(verdict.is_new for verdict in verdicts)


def report_of(hour: HourData, terms: CheckTerms | None) -> EventReport:
    """The hour as our integral has it."""
    found = own_figures(hour, terms)
    return EventReport(
        controller_id=hour.controller.pk,
        kind=EventKind.HOUR,
        started_at=hour.begin,
        ended_at=hour.begin + HOUR,
        sequence=0,
        volume_l=found.loads.get(WATER),
        loads=tuple(sorted(found.loads.items())),
        is_estimate=bool(found.marks),
        marks=marks_of(found),
    )
