"""Late events: sessions of a closed year that came weeks afterwards and need an officer."""

import datetime
from functools import partial

from cardswipe import services
from cardswipe.late import LateAct
from cardswipe.models import DischargeEvent, LateDecision
from cardswipe.rules import EventReport
from ledger.models import QuotaPeriod
from parties.services import system_actor

from . import loads
from .places import CITY
from .stage import DAY, Stage, at

# Places in the table: booked with a second officer, waiting for one, not looked at yet.
BOOKED, HALF_DECIDED, WAITING = 3, 4, 17
FIRST_SEQUENCE = 90_001  # numbers that the memory of a repaired box counted in
DAYS_BEFORE_THE_END = (9, 8, 7, 6)  # days of the closed year's last weeks
PART = 40  # of an ordinary day's load


def plan_late(stage: Stage) -> None:
    """What came late in these weeks, and what became of it; nothing before a year is closed."""
    add = stage.agenda.add
    add(at(stage.workdays_ago(14), 9, 10), partial(come, stage, BOOKED, 3))
    add(at(stage.workdays_ago(12), 10), partial(decide, stage, BOOKED, LateAct.BOOK))
    add(at(stage.workdays_ago(6), 9, 10), partial(come, stage, HALF_DECIDED, 2))
    add(at(stage.workdays_ago(3), 10), partial(decide, stage, HALF_DECIDED, LateAct.DISMISS))
    add(at(stage.workdays_ago(2), 9, 10), partial(come, stage, WAITING, 4))


def come(stage: Stage, place: int, count: int, now: datetime.datetime) -> None:
    """A repaired controller sends night sessions of the closed year from its memory."""
    by, plants = system_actor("gateway"), [one for one in stage.plants if one.place == place]
    closed = QuotaPeriod.objects.filter(
        region=CITY, state="CLOSED", end_date__range=(stage.first_day, now.date())
    ).first()
    if closed is None or not plants:
        return
    days = [closed.end_date - ago * DAY for ago in DAYS_BEFORE_THE_END[:count]]
    outlet = plants[0].outlets[0]
    ordinary = next(
        (found for day in days if (found := loads.loads_on(stage, plants[0], day))), None
    )
    if ordinary is None or days[0] < stage.first_day:
        return
    part = tuple((code, load * PART // 100) for code, load in ordinary[outlet.code])
    reports = [
        EventReport(
            controller_id=stage.controllers[place, outlet.code].pk,
            kind="SESSION",
            started_at=at(day, 22, 10 + number),
            ended_at=at(day, 23, 40 + number),
            sequence=FIRST_SEQUENCE + number,
            card_no=stage.cards[place].card_no,
            volume_l=dict(part).get("WATER"),
            loads=part,
        )
        for number, day in enumerate(days)
    ]
    services.book_events(by=by, reports=reports, now=now)


def decide(stage: Stage, place: int, act: LateAct, now: datetime.datetime) -> None:
    """One officer decides; of what is booked a second one grants it the next day."""
    events = DischargeEvent.objects.filter(
        enterprise=stage.enterprises.get(place), state="WAITING", sequence__gte=FIRST_SEQUENCE
    )
    if not events:
        return
    is_booking = act == LateAct.BOOK
    made = services.decide_late(
        by=stage.people["officer"],
        act=act,
        events=list(events),
        reason="控制器维修后补传，经核实属实" if is_booking else "与纸质台账已补登的场次重复",
        key=f"demo-late:{place}",
        now=now,
    )
    if is_booking:
        day = at(stage.workdays_from(now.date(), 1), 14)
        stage.agenda.add(day, partial(second, stage, made.pk))


def second(stage: Stage, decision_id: int, now: datetime.datetime) -> None:
    """The second officer grants it, if the kind of operation asks for one."""
    waiting = LateDecision.objects.filter(pk=decision_id, state="ASKED").first()
    if waiting:
        services.settle_late(
            by=stage.people["officer2"], decision=waiting, granted=True, reason="属实", now=now
        )
