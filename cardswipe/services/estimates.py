"""Filling hours that no controller reported, by the substitution rules that are switched on.

A filled hour is a discharge event like any other, marked as an estimate, with a row that says how
it came about. When the true report comes later it contradicts the event: it is kept, debits
nothing, and an officer adopts it by a correction. Without a rule the hours stay unknown.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from cardswipe.models import Controller, Estimate
from cardswipe.models.devices import EventSource
from cardswipe.queries.estimating import (
    ONE_HOUR,
    Suggestion,
    missing_hours,
    suggest,
    terms_for,
)
from cardswipe.queries.own_figures import FROM_RULE
from cardswipe.rules import AlarmKind, EventKind, EventReport
from cardswipe.substitution import Cause, Gap, Term, gaps_of
from parties.models import Membership
from permits.models.sites import OutletKind

from .alarms import AlarmSpec, raise_alarms
from .events import book_events

LOOK_BACK = datetime.timedelta(days=62)
WATER = "WATER"


@dataclass(frozen=True)
class Filling:
    """An hour of a gap with what fills it."""

    controller: Controller
    gap: Gap
    hour: datetime.datetime
    by_rule: Suggestion

    def report(self) -> EventReport:
        quantities = self.by_rule.quantities
        return EventReport(
            controller_id=self.controller.pk,
            kind=EventKind.HOUR,
            started_at=self.hour,
            ended_at=self.hour + ONE_HOUR,
            sequence=0,
            volume_l=quantities.get(WATER),
            loads=tuple(sorted(quantities.items())),
            is_estimate=True,
            marks=FROM_RULE,
        )

    def row(self, event_id: int, now: datetime.datetime) -> Estimate:
        return Estimate(
            event_id=event_id,
            rule_id=self.by_rule.term.id,
            gap_begin=self.gap.begin,
            gap_h=self.gap.hours,
            capture=self.by_rule.capture,
            basis={
                code: [count, self.by_rule.quantities[code]]
                for code, count in self.by_rule.looked_at.items()
            },
            made_at=now,
        )


def fill_missing(*, by: Membership, now: datetime.datetime) -> int:
    """Fill the missing hours of main outlets by the rules that are switched on; returns how many
    were filled. Hours that no rule fills raise an alarm. Safe to repeat."""
    rows = Controller.objects.in_use().filter(
        event_source=EventSource.HOUR, outlet__kind=OutletKind.MAIN
    )
    return sum(_fill_some(by, ids, now) for ids in rows.blocks())


@transaction.atomic
def _fill_some(by: Membership, ids: Sequence[int], now: datetime.datetime) -> int:
    known = Controller.objects.select_related("outlet__site__region").in_bulk(ids)
    last = now.replace(minute=0, second=0, microsecond=0) - ONE_HOUR
    missing = missing_hours(ids, last - LOOK_BACK, last)
    terms = terms_for(known.values(), timezone.localdate(now))
    fillings: list[Filling] = []
    specs: list[AlarmSpec] = []
    for pk, hours in sorted(missing.items()):
        found, left = _fill(known[pk], hours, terms[pk], now)
        fillings += found
        specs += _alarms(known[pk], found, left)
    verdicts = book_events(by=by, reports=[one.report() for one in fillings], now=now)
    Estimate.objects.bulk_create(
        filling.row(verdict.event_id, now)
        for filling, verdict in zip(fillings, verdicts, strict=True)
        if verdict.is_new and verdict.event_id is not None
    )
    raise_alarms(specs=specs, now=now)
    return sum(verdict.is_new for verdict in verdicts)


def _fill(
    controller: Controller,
    hours: Sequence[datetime.datetime],
    terms: Sequence[Term],
    now: datetime.datetime,
) -> tuple[list[Filling], list[datetime.datetime]]:
    """The hours that are filled, and those that are due to be and cannot."""
    waits = [term.wait_h for term in terms]
    if not waits:
        return [], []
    filled: list[Filling] = []
    left: list[datetime.datetime] = []
    for gap in gaps_of(hours):
        by_rule = suggest(controller, gap, Cause.INVALID, _on(terms))
        wait = by_rule.term.wait_h if by_rule else min(waits)
        due = [hour for hour in gap.each() if hour + ONE_HOUR * (1 + wait) <= now]
        if by_rule is None:
            left += due
        else:
            filled += [Filling(controller, gap, hour, by_rule) for hour in due]
    return filled, left


def _on(terms: Sequence[Term]) -> list[Term]:
    return [term for term in terms if term.is_on]


def _alarms(
    controller: Controller, filled: Sequence[Filling], left: Sequence[datetime.datetime]
) -> list[AlarmSpec]:
    found = []
    for kind, hours in (
        (AlarmKind.ESTIMATED, [one.hour for one in filled]),
        (AlarmKind.MISSING, list(left)),
    ):
        if hours:
            begin = f"{timezone.localtime(min(hours)):%Y-%m-%d %H:%M}"
            found.append(
                AlarmSpec(
                    kind=kind,
                    enterprise_id=controller.outlet.site.enterprise_id,
                    controller_id=controller.pk,
                    params={"hours": len(hours), "hour": begin},
                )
            )
    return found
