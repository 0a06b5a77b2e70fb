"""Raising and handling alarms."""

import datetime
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_noop as said

from cardswipe.models import Alarm, Controller, DischargeEvent
from cardswipe.refusals import AlarmIsHandled, HandlingMissing
from cardswipe.rules import ALARM_LEVELS, AlarmKind, AlarmLevel, AlarmState, EventState
from parties.models import Bureau, Enterprise, Membership
from parties.services import Told, give_notices, record

from . import announcing


@dataclass(frozen=True)
class AlarmSpec:
    """What an alarm is about; alike ones (all but event and figures) join the open one."""

    kind: AlarmKind
    enterprise_id: int
    controller_id: int | None = None
    card_id: int | None = None
    pollutant: str | None = None
    period_id: int | None = None
    percent: int | None = None
    event_id: int | None = field(default=None, compare=False)
    params: dict[str, Any] = field(default_factory=dict, compare=False)
    level: str = field(default="", compare=False)

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """One order for every writer, so that two never wait for each other."""
        numbers = (self.controller_id, self.card_id, self.period_id, self.percent)
        return (
            self.enterprise_id,
            self.kind,
            self.pollutant or "",
            *(number or 0 for number in numbers),
        )


@dataclass(frozen=True)
class Raised:
    """An alarm as it now stands open: its id, and whether this call opened it."""

    alarm_id: int
    is_new: bool


RAISE = """
INSERT INTO cardswipe_alarm AS open_alarm
    (kind, level, enterprise_id, controller_id, card_id, pollutant_id, period_id, percent,
     event_id, params, state, opened_at, last_at, times, handling)
SELECT n.kind, n.level, n.enterprise_id, n.controller_id, n.card_id, n.pollutant_id,
       n.period_id, n.percent, n.event_id, n.params::jsonb, 'OPEN', %(now)s, %(now)s, n.times, ''
FROM unnest(%(kind)s::text[], %(level)s::text[], %(enterprise)s::bigint[],
            %(controller)s::bigint[], %(card)s::bigint[], %(pollutant)s::text[],
            %(period)s::bigint[], %(percent)s::smallint[], %(event)s::bigint[],
            %(params)s::text[], %(times)s::integer[])
     AS n (kind, level, enterprise_id, controller_id, card_id, pollutant_id, period_id, percent,
           event_id, params, times)
ON CONFLICT (kind, enterprise_id, controller_id, card_id, pollutant_id, period_id, percent)
    WHERE state = 'OPEN'
DO UPDATE SET times = open_alarm.times + excluded.times, last_at = excluded.last_at,
              params = excluded.params
RETURNING kind, enterprise_id, controller_id, card_id, pollutant_id, period_id, percent,
          id, xmax = 0
"""


def raise_alarms(*, specs: Sequence[AlarmSpec], now: datetime.datetime) -> dict[AlarmSpec, Raised]:
    """Open an alarm for each spec, or count it on the open one that is alike; one statement.

    Whoever acts is the rule, so the alarm itself is the record of its opening.
    """
    latest = {spec: spec for spec in specs}
    if not latest:
        return {}
    times = Counter(specs)
    ordered = sorted(latest.values(), key=lambda spec: spec.sort_key)
    with connection.cursor() as cursor:
        cursor.execute(RAISE, {"now": now, **_columns(ordered, times)})
        rows = cursor.fetchall()
    _tell([row[7] for row in rows if row[8]], now)
    return {AlarmSpec(AlarmKind(row[0]), *row[1:7]): Raised(row[7], row[8]) for row in rows}


def _tell(new_ids: Sequence[int], now: datetime.datetime) -> None:
    """Say a new alarm to its enterprise and, when red, to the bureau of the city."""
    if not new_ids:
        return
    found = Alarm.objects.filter(pk__in=new_ids).order_by("pk")
    alarms = list(found.select_related("pollutant", "controller__outlet", "enterprise__region"))
    announcing.tell_enterprises({alarm.enterprise for alarm in alarms})
    cities = {alarm.enterprise.region.city_code for alarm in alarms}
    bureaus = {bureau.region_id: bureau for bureau in Bureau.objects.filter(region_id__in=cities)}
    told = [
        Told(
            place=place,
            say=partial(_sentence, alarm, place),
            link=f"/alarms/{alarm.pk}/",
            tone="red" if alarm.level == AlarmLevel.RED else "yellow",
        )
        for alarm in alarms
        for place in (alarm.enterprise, bureaus.get(alarm.enterprise.region.city_code))
        if place is not None and (place == alarm.enterprise or alarm.level == AlarmLevel.RED)
    ]
    give_notices(told=told, now=now)


def _sentence(alarm: Alarm, place: Enterprise | Bureau) -> str:
    """The alarm's sentence; a bureau also hears whose it is."""
    if isinstance(place, Bureau):
        return f"{alarm.enterprise} · {alarm.sentence}"
    return f"{alarm.sentence} {alarm.advice}"


def _columns(ordered: Sequence[AlarmSpec], times: Mapping[AlarmSpec, int]) -> dict[str, list[Any]]:
    return {
        "kind": [str(spec.kind) for spec in ordered],
        "level": [str(spec.level or ALARM_LEVELS[spec.kind]) for spec in ordered],
        "enterprise": [spec.enterprise_id for spec in ordered],
        "controller": [spec.controller_id for spec in ordered],
        "card": [spec.card_id for spec in ordered],
        "pollutant": [spec.pollutant for spec in ordered],
        "period": [spec.period_id for spec in ordered],
        "percent": [spec.percent for spec in ordered],
        "event": [spec.event_id for spec in ordered],
        "params": [json.dumps(spec.params, ensure_ascii=False) for spec in ordered],
        "times": [times[spec] for spec in ordered],
    }


@transaction.atomic
def handle_alarm(*, by: Membership, alarm: Alarm, handling: str, now: datetime.datetime) -> Alarm:
    """Note what was found and done; refuses an alarm already handled (C301) or no words (C304)."""
    locked = (
        Alarm.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=alarm.pk)
    )
    if locked.state != AlarmState.OPEN:
        raise AlarmIsHandled
    if not handling.strip():
        raise HandlingMissing
    locked.state, locked.handled_by, locked.handled_at = AlarmState.HANDLED, by, now
    locked.handling = handling.strip()
    announcing.tell_enterprise(locked.enterprise)
    return record(locked, by=by, reason=said("handle alarm"))


def settle_waiting(
    *, by: Membership, controller: Controller, why: str, now: datetime.datetime
) -> None:
    """Close the alarms of a controller's waiting events once none of them waits any more."""
    if DischargeEvent.objects.filter(controller=controller, state=EventState.WAITING).exists():
        return
    found = Alarm.objects.open().filter(
        controller=controller, kind__in=(AlarmKind.LATE, AlarmKind.NO_PERIOD)
    )
    for alarm in found.order_by("pk").select_for_update(of=("self",)):
        alarm.state, alarm.handled_by, alarm.handled_at = AlarmState.HANDLED, by, now
        alarm.handling = why
        record(alarm, by=by, reason=said("late events decided"))


def settle_steps(
    *, by: Membership, like: AlarmSpec, month: datetime.date | None, now: datetime.datetime
) -> None:
    """Close the open step alarms above `like.percent`, which holds again, after a load for
    example; those of a month's plan only when they speak of that month."""
    over = Alarm.objects.open().filter(
        kind=like.kind,
        enterprise_id=like.enterprise_id,
        card_id=like.card_id,
        pollutant_id=like.pollutant,
        period_id=like.period_id,
        percent__gt=like.percent,
    )
    if month:
        over = over.filter(params__month=f"{month:%Y-%m}")
    for alarm in over.order_by("pk").select_for_update(of=("self",)):
        alarm.state, alarm.handled_by, alarm.handled_at = AlarmState.HANDLED, by, now
        alarm.handling = f"≤ {like.percent} %"
        record(alarm, by=by, reason=said("step left"))
