"""A year of discharge: each day's card sessions, booked as the gateway books them."""

import datetime
from collections.abc import Iterable
from functools import partial
from random import Random

from cardswipe import services
from cardswipe.models import Alarm, ValveOrder
from cardswipe.rules import AlarmState, EventReport, OrderState
from parties.services import system_actor

from . import loads
from .stage import DAY, Plant, Stage, at

SECOND = datetime.timedelta(seconds=1)
BUSY = 1150  # thousandths of an ordinary day from which a second shift runs
FIRST_SHIFT_PERCENT = 62
# The valve of this plant does not answer, so that it goes on over its quota.
STUCK = 35
HANDLINGS = (
    "已电话提醒企业核对生产计划，企业承诺控制排放量。",
    "现场核查：流量计、在线监测运行正常，超用系旺季增产，已要求错峰生产。",
    "已约谈企业负责人，企业提交减排措施并申请竞拍增购排污权。",
)


def plan_discharges(stage: Stage) -> None:
    """Each evening the day's sessions; each Friday officers look at the week's alarms."""
    day = stage.first_day
    while day <= stage.today:
        late = stage.dice("evening", day)
        evening = min(at(day, 23, late.randint(5, 55)) + late.randint(0, 59) * SECOND, stage.now)
        stage.agenda.add(evening, partial(book_day, stage, day))
        if day.weekday() == 4 and day < stage.today - 6 * DAY:
            stage.agenda.add(at(day, 16, 45), partial(handle_alarms, stage))
        day += DAY


def book_day(stage: Stage, day: datetime.date, now: datetime.datetime) -> None:
    """Book what every controller reported of the day, then see to the valve orders."""
    reports = [
        report
        for plant in stage.plants
        if not plant.is_new and plant.place not in stage.shut
        for report in reports_of(stage, plant, day)
        if report.ended_at <= now
    ]
    if reports:
        services.book_events(by=system_actor("gateway"), reports=reports, now=now)
    if ValveOrder.objects.filter(state=OrderState.REQUESTED).exists():
        move_valves(stage, now)


def reports_of(stage: Stage, plant: Plant, day: datetime.date) -> Iterable[EventReport]:
    """The sessions of the plant's controllers."""
    dice = stage.dice("sessions", plant.place, day)
    weight = stage.courses[plant.place].weights.get(day, 0)
    card = stage.cards[plant.place]
    for outlet, amounts in loads.loads_on(stage, plant, day).items():
        controller = stage.controllers[plant.place, outlet]
        for shift, (start, end, part) in enumerate(shifts(day, weight, amounts, dice)):
            yield EventReport(
                controller_id=controller.pk,
                kind="SESSION",
                started_at=start,
                ended_at=end,
                sequence=(day - stage.first_day).days * 2 + shift + 1,
                card_no=card.card_no,
                volume_l=dict(part).get("WATER"),
                loads=part,
            )


Loads = tuple[tuple[str, int], ...]


def shifts(
    day: datetime.date, weight: int, amounts: Loads, dice: Random
) -> Iterable[tuple[datetime.datetime, datetime.datetime, Loads]]:
    """One session, or on a busy day two, with begin and end."""
    begin = at(day, 6, dice.randint(20, 59)) + dice.randint(0, 59) * SECOND
    if weight < BUSY:
        hours = dice.randint(7 * 3600, 10 * 3600)
        yield begin, begin + hours * SECOND, amounts
        return
    first = tuple((code, load * FIRST_SHIFT_PERCENT // 100) for code, load in amounts)
    rest = tuple(
        (code, load - early) for (code, load), (_c, early) in zip(amounts, first, strict=True)
    )
    yield begin, begin + dice.randint(6 * 3600, 7 * 3600) * SECOND, first
    later = at(day, 14, dice.randint(30, 59))
    yield later, later + dice.randint(6 * 3600, 8 * 3600) * SECOND, rest


def move_valves(stage: Stage, now: datetime.datetime) -> None:
    """The controllers answer valve orders: sent, accepted, moved; one valve sticks."""
    by = system_actor("gateway")
    orders = ValveOrder.objects.filter(state=OrderState.REQUESTED)
    for order in orders.select_related("controller__outlet__site").order_by("pk"):
        place = place_of(stage, order)
        is_stuck = place == STUCK
        steps = [OrderState.SENT, OrderState.FAILED if is_stuck else OrderState.ACCEPTED]
        for after, to in enumerate(steps, start=1):
            services.advance_order(
                by=by,
                order_id=order.pk,
                to=to,
                now=now + after * 2 * SECOND,
                outcome="阀门未动作，无应答" if to == OrderState.FAILED else "",
            )
        if not is_stuck:
            is_closed = order.action == "CLOSE"
            moved_at = now + 6 * SECOND
            services.note_valve_state(
                by=by, controller_id=order.controller_id, is_closed=is_closed, now=moved_at
            )
            turn(stage, place, is_closed=is_closed)


def place_of(stage: Stage, order: ValveOrder) -> int:
    """The place in the table of the plant whose valve it is."""
    pk = order.controller.outlet.site.enterprise_id
    return next(place for place, one in stage.enterprises.items() if one.pk == pk)


def turn(stage: Stage, place: int, *, is_closed: bool) -> None:
    """A plant with a closed valve discharges nothing until it opens again."""
    if is_closed:
        stage.shut.add(place)
    else:
        stage.shut.discard(place)


def handle_alarms(stage: Stage, now: datetime.datetime) -> None:
    """What is older than three days has been looked at, most of it."""
    dice = stage.dice("alarms", now.date())
    old = Alarm.objects.filter(state=AlarmState.OPEN, opened_at__lt=now - 3 * DAY)
    for alarm in old.order_by("pk"):
        if dice.randint(1, 100) <= 60:
            services.handle_alarm(
                by=stage.people["inspector"],
                alarm=alarm,
                handling=dice.choice(HANDLINGS),
                now=now,
            )
