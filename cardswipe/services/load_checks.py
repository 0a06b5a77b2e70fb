"""Comparing the two sources of each hour's load, and raising what is doubtful about it.

Runs after the hours, apart from the way of the frames: a doubt is an alarm for a person, it never
changes what was booked. Safe to run again: an hour is compared once, alike alarms join.
"""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from cardswipe.load_rules import (
    CheckTerms,
    CheckVerdict,
    Minute,
    compare,
    frozen_for,
    implausible,
    longest_gap,
)
from cardswipe.models import Controller, LoadCheck
from cardswipe.models.gas_states import STATE_FIGURE_NAMES
from cardswipe.queries.estimating import check_terms
from cardswipe.queries.hours import HOUR, HourData, hours_of, senders_of_minutes, totaliser_falls
from cardswipe.queries.limits import concentrations_in_force
from cardswipe.rules import AlarmKind
from shell.units import plain

from .alarms import AlarmSpec, raise_alarms

Permitted = Mapping[str, Decimal | None]


def check_loads(
    *, since: datetime.datetime, until: datetime.datetime, now: datetime.datetime
) -> int:
    """Compare every hour that began in the span and was reported; returns how many loads."""
    blocks = Controller.objects.in_use().blocks()
    return sum(_check_some(ids, since, until, now) for ids in blocks)


@transaction.atomic
def _check_some(
    ids: Sequence[int], since: datetime.datetime, until: datetime.datetime, now: datetime.datetime
) -> int:
    known = Controller.objects.to_measure().in_bulk(ids)
    done = set(
        LoadCheck.objects.filter(
            controller__in=known, started_at__gte=since, started_at__lt=until
        ).values_list("controller_id", "started_at")
    )
    hours = [hour for hour in hours_of(known, since, until, skip=done) if hour.sums]
    if not hours:
        return 0
    rules = check_terms(known.values(), timezone.localdate(now))
    outlets = {hour.controller.outlet_id for hour in hours}
    permitted = concentrations_in_force(outlets, timezone.localdate(now))
    expected = senders_of_minutes({hour.controller.pk for hour in hours}, until)
    checks: list[Compared] = []
    specs: list[AlarmSpec] = []
    for hour in hours:
        terms = rules[hour.controller.pk]
        if terms and hour.controller.pk in expected:
            minutes = {code: hour.minutes_of(code) for code in hour.pollutants}
            found = [_check(hour, code, own, terms) for code, own in minutes.items()]
            checks += found
            limits = permitted.get(hour.controller.outlet_id, {})
            specs += doubts(hour, minutes, found, terms, limits)
    _store(checks, now)
    specs += _falls([hour for hour in hours if hour.controller.pk in expected], since, until)
    raise_alarms(specs=specs, now=now)
    return len(checks)


class Compared(NamedTuple):
    """Both sources of one pollutant in an hour (mg, water L): a row of `LoadCheck` to be."""

    controller_id: int
    started_at: datetime.datetime
    pollutant_id: str
    device: int | None
    own: int
    valid: int
    due: int
    verdict: CheckVerdict


STORE = """
INSERT INTO cardswipe_loadcheck
    (controller_id, started_at, pollutant_id, device, own, valid, due, verdict, checked_at)
SELECT n.*, %s FROM unnest(
    %s::bigint[], %s::timestamptz[], %s::text[], %s::bigint[], %s::bigint[], %s::smallint[],
    %s::smallint[], %s::text[]) AS n
ON CONFLICT DO NOTHING
"""


def _store(checks: Sequence[Compared], now: datetime.datetime) -> None:
    """Keep what was compared; an hour that another run compared first stays as it is."""
    if checks:
        columns = [list(column) for column in zip(*checks, strict=True)]
        columns[-1] = [str(verdict) for verdict in columns[-1]]
        with connection.cursor() as cursor:
            cursor.execute(STORE, [now, *columns])


def _check(hour: HourData, code: str, minutes: Sequence[Minute], terms: CheckTerms) -> Compared:
    """Both sources of one pollutant."""
    device, own = hour.device(code), hour.own(code, minutes)
    is_water = hour.is_water_medium
    verdict = compare(device, own, is_water_medium=is_water, terms=terms)
    begin, box = hour.begin, hour.controller.pk
    return Compared(box, begin, code, device, own.quantity, own.valid, own.due, verdict)


def doubts(
    hour: HourData,
    minutes: Mapping[str, Sequence[Minute]],
    checks: Sequence[Compared],
    terms: CheckTerms,
    limits: Permitted,
) -> list[AlarmSpec]:
    """What a person must look at in this hour."""
    found = [
        _spec(hour, AlarmKind.LOAD_DIFFERS, one.pollutant_id, device=one.device, own=one.own)
        for one in checks
        if one.verdict == CheckVerdict.DIFFERS
    ]
    every = [minute for one in minutes.values() for minute in one]
    gap = longest_gap(every, hour.begin, hour.begin + HOUR, hour.rhythm)
    if gap >= terms.gap_minutes:
        found.append(_spec(hour, AlarmKind.DATA_GAP, None, minutes=gap))
    unconverted, wanting = hour.unconverted()
    if unconverted:
        names = ", ".join(str(STATE_FIGURE_NAMES[one]) for one in wanting)
        found.append(_spec(hour, AlarmKind.GAS_STATE, None, minutes=unconverted, figures=names))
    for code, own in minutes.items():
        # A whole hour without the slightest change, as long as the rule asks for no more.
        stood = frozen_for(hour.reported_minutes(code) if hour.gas else own)
        if stood >= min(terms.frozen_minutes, 60):
            found.append(_spec(hour, AlarmKind.FROZEN, code, minutes=stood))
        figure = implausible(own, limits.get(code), terms)
        if figure is not None:
            found.append(_spec(hour, AlarmKind.IMPLAUSIBLE, code, figure=plain(figure)))
    return found


def _falls(
    hours: Sequence[HourData], since: datetime.datetime, until: datetime.datetime
) -> list[AlarmSpec]:
    """Totalisers that ran backwards in the hours that are compared for the first time."""
    new = {hour.key: hour for hour in hours}
    found = []
    for fall in totaliser_falls({pk for pk, _begin in new}, since - HOUR, until):
        begin = fall.at.replace(minute=0, second=0, microsecond=0)
        hour = new.get((fall.controller_id, begin))
        if hour is not None:
            said = {"before": plain(fall.before), "after": plain(fall.after)}
            found.append(_spec(hour, AlarmKind.TOTALISER, None, **said))
    return found


def _spec(hour: HourData, kind: AlarmKind, code: str | None, **params: object) -> AlarmSpec:
    at = f"{timezone.localtime(hour.begin):%Y-%m-%d %H:%M}"
    return AlarmSpec(
        kind=kind,
        enterprise_id=hour.controller.outlet.site.enterprise_id,
        controller_id=hour.controller.pk,
        pollutant=code,
        params={"hour": at, **params},
    )
