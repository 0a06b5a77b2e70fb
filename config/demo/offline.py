"""Off-line batches: what controllers state, signed, of the sessions they kept without contact."""

import datetime
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from cardswipe import services
from cardswipe.models import DischargeEvent, EventLoad, OfflineBatch
from cardswipe.models.offline import OfflineRule
from cardswipe.offline import Batch, mac_of
from cardswipe.rules import EventState
from cardswipe.services.offline import signing_keys
from parties.services import system_actor

from .places import CITY
from .stage import BEIJING, DAY, Stage, at

RULE_BASIS = "《清源市刷卡排污总量控制管理办法（试行）》第十八条（演示；文件未见规定）"
PERCENT, HOURS = 10, 72
MARGIN = datetime.timedelta(minutes=40)  # contact was lost before, and came back after
# Places in the table: one box whose sessions have all come, one that counts a session more, one
# whose sums an officer had to look at.
WHOLE, MISSING, DIFFERING = 3, 17, 1
TOO_MUCH = 3  # thousandths by which a statement differs

Change = Callable[[int], int]


def plan_offline(stage: Stage) -> None:
    """The rule with the introduction of cards, then a batch of each kind in these weeks."""
    add = stage.agenda.add
    add(at(stage.first_day - 7 * DAY, 9, 30), partial(enter_rule, stage))
    add(at(stage.workdays_ago(13), 8, 40), partial(state, stage, WHOLE, 0, unchanged))
    add(at(stage.workdays_ago(9), 8, 40), partial(state, stage, DIFFERING, 0, larger))
    add(at(stage.workdays_ago(7), 15), partial(settle, stage))
    add(at(stage.workdays_ago(1), 8, 40), partial(state, stage, MISSING, 1, larger))


def enter_rule(stage: Stage, now: datetime.datetime) -> None:
    """What the city lets controllers discharge without contact."""
    rule = OfflineRule(
        region=stage.regions[CITY],
        percent=PERCENT,
        hours=HOURS,
        valid_from=now.date(),
        legal_basis=RULE_BASIS,
    )
    services.enter_rule(by=stage.people["officer"], rule=rule, reason="录入本市规定")


def unchanged(quantity: int) -> int:
    """What was booked."""
    return quantity


def larger(quantity: int) -> int:
    """More than was booked."""
    return quantity * (1000 + TOO_MUCH) // 1000


def state(
    stage: Stage, place: int, more_sessions: int, change: Change, now: datetime.datetime
) -> None:
    """A box of the plant is back on line and states the sessions of its last day."""
    events = day_of_sessions(stage, place, now)
    if not events:
        return
    first, last = events[0], events[-1]
    rows = EventLoad.objects.filter(event__in=events).values_list("pollutant_id", "quantity")
    totals: dict[str, int] = {}
    for code, quantity in rows:
        totals[code] = totals.get(code, 0) + change(quantity)
    began, ended = first.started_at - MARGIN, last.ended_at + MARGIN
    signed = (
        f"{first.controller.mn};BatchNo={first.sequence};BeginTime={told(began)};"
        f"EndTime={told(ended)};FirstSwipe={first.sequence};LastSwipe={last.sequence}"
    )
    batch = Batch(
        number=first.sequence,
        began_at=began,
        ended_at=ended,
        first=first.sequence,
        last=last.sequence + more_sessions,
        totals=dict(sorted(totals.items())),
        signed=signed,
        mac=mac_of(signing_keys(first.controller.mn)[0], signed),
    )
    services.take_batch(
        by=system_actor("gateway"), controller=first.controller, batch=batch, now=now
    )


def told(moment: datetime.datetime) -> str:
    """A moment as frames write it."""
    return f"{moment.astimezone(BEIJING):%Y%m%d%H%M%S}"


def day_of_sessions(stage: Stage, place: int, now: datetime.datetime) -> list[DischargeEvent]:
    """The latest sessions of the plant's first controller that follow each other: two of a busy
    day, else one."""
    found = DischargeEvent.objects.filter(
        controller__outlet__site__enterprise=stage.enterprises.get(place),
        controller__outlet__code="DW001",
        kind="SESSION",
        state=EventState.BOOKED,
        ended_at__range=(now - 20 * DAY, now - MARGIN),
    )
    events = list(found.select_related("controller").order_by("-started_at")[:20])
    two = [(early, late) for late, early in pairwise(events) if late.sequence == early.sequence + 1]
    return list(two[0]) if two else events[:1]


def settle(stage: Stage, now: datetime.datetime) -> None:
    """An officer settles what did not settle itself."""
    for batch in OfflineBatch.objects.filter(state="PROV").order_by("pk"):
        services.settle_batch(
            by=stage.people["officer"],
            batch=batch,
            reason="现场核对控制器存储记录，以已入账场次为准",
            now=now,
        )
