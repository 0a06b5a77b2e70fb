"""Events without an open quota period: an officer books them late or dismisses them.

What the kind of operation LATE_DISCHARGE asks for in the region is asked of both acts: where its
booking needs a second person, so does its dismissal. Taking up again only puts an event back on
the desk and needs nobody else.
"""

import datetime
import json
from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as said

from cardswipe.late import STEPS, LateAct, LateState, check_choice
from cardswipe.late_refusals import (
    LateAsked,
    LateNotOpen,
    LatePeriodOver,
    NoOpenPeriod,
    OtherController,
    WillBeBooked,
)
from cardswipe.models import DischargeEvent, LateDecision, LateItem
from cardswipe.queries.booked import LATE_DISCHARGE
from ledger.models import OperationRule, QuotaPeriod
from ledger.models.assets import PeriodState
from parties.models import Membership
from parties.rules import Act
from parties.services import (
    Told,
    decide_approval,
    give_notices,
    record,
    request_approval,
    reserve_id,
    use_approval,
    withdraw_approval,
)
from shell.refusals import refused_by, spoken
from shell.rules import RuleBroken

from . import alarms, announcing, late_booking, resolving, storing
from .late_booking import Pair

ACT = Act.ADJUST_LEDGER
SUBJECT = "late_decision"


@transaction.atomic
def decide_late(
    *,
    by: Membership,
    act: LateAct,
    events: Sequence[DischargeEvent],
    reason: str,
    key: str,
    now: datetime.datetime,
) -> LateDecision:
    """As an officer, book events late, dismiss them, or take dismissed ones up again.

    It is done at once, or waits for a second person where the kind LATE_DISCHARGE needs one. All
    events are of one controller (C253) and in the state the act begins from (C250 to C252); the
    clock books those whose period is open (C254), and no other decision on them is pending
    (C256). Booking needs an open period that holds today (C255). The same form twice is one.
    """
    known = LateDecision.objects.filter(key=key).first()
    if known is not None:
        return known
    today = timezone.localdate(now)
    pairs = _chosen(act, events)
    first = pairs[0][0]
    made = LateDecision(
        pk=reserve_id(LateDecision),
        act=act,
        controller=first.controller,
        enterprise=first.enterprise,
        period=open_period(first, today) if act == LateAct.BOOK else None,
        content=late_booking.content_of(pairs),
        reason=reason,
        key=key,
        asked_by=by,
        asked_at=now,
    )
    if act != LateAct.TAKE_UP and needs_second_person(made, today):
        return _ask(made, pairs, now)
    made.state, made.ended_at = LateState.DONE, now
    _keep(made, pairs)
    _carry_out(made, pairs, now)
    return made


def _chosen(act: LateAct, events: Sequence[DischargeEvent]) -> list[Pair]:
    """The events, locked, each with its case; refuses what cannot be chosen together."""
    locked = list(
        DischargeEvent.objects.filter(pk__in=[event.pk for event in events])
        .select_for_update(of=("self",))
        .select_related("controller", "enterprise__region")
        .order_by("pk")
    )
    try:
        check_choice(act, [event.state for event in locked])
    except RuleBroken as broken:
        raise spoken(broken) from broken
    if len({(event.controller_id, event.enterprise_id) for event in locked}) > 1:
        raise OtherController
    reports = [storing.report_of(event) for event in locked]
    cases = resolving.resolve(reports, resolving.controllers_of(reports))
    pairs = list(zip(locked, cases, strict=True))
    if act != LateAct.TAKE_UP and any(case.period for _event, case in pairs):
        raise WillBeBooked
    return pairs


def open_period(event: DischargeEvent, today: datetime.date) -> QuotaPeriod:
    """The open quota period of today where the event's enterprise is (C255 without one)."""
    period = QuotaPeriod.objects.open_on(event.enterprise.region, today).first()
    if period is None:
        raise NoOpenPeriod(day=today)
    return period


def needs_second_person(decision: LateDecision, today: datetime.date) -> bool:
    """What the table of kinds says of late bookings where the enterprise is."""
    rule = OperationRule.objects.of_region(LATE_DISCHARGE, decision.enterprise.region, today)
    return rule is not None and (rule.needs_approval or rule.cool_off_workdays > 0)


def _ask(made: LateDecision, pairs: Sequence[Pair], now: datetime.datetime) -> LateDecision:
    made.approval = request_approval(
        by=made.asked_by,
        act=ACT,
        region_code=made.enterprise.region_id,
        subject_type=SUBJECT,
        subject_id=made.pk,
        content=granted_content(made),
        now=now,
    )
    return _keep(made, pairs)


def _keep(made: LateDecision, pairs: Sequence[Pair]) -> LateDecision:
    record(made, by=made.asked_by, reason=made.reason)
    is_open = made.state == LateState.ASKED
    with refused_by(one_open_late_decision_per_event=LateAsked):
        LateItem.objects.bulk_create(
            LateItem(decision=made, event=event, is_open=is_open) for event, _case in pairs
        )
    return made


def granted_content(made: LateDecision) -> bytes:
    """The exact bytes that the second person grants."""
    told = {
        "act": made.act,
        "controller": made.controller.mn,
        "enterprise": made.enterprise.uscc,
        "period": made.period.label if made.period else "",
        "reason": made.reason,
        **made.content,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


@transaction.atomic
def settle_late(
    *, by: Membership, decision: LateDecision, granted: bool, reason: str, now: datetime.datetime
) -> LateDecision:
    """As the second person, grant it (it is done at once) or refuse it; refuses one that is not
    open (C257), and a booking whose period is no longer today's or closed (C258)."""
    locked = _lock(decision)
    assert locked.approval, "kept by the constraint"
    decide_approval(by=by, approval=locked.approval, granted=granted, reason=reason, now=now)
    if not granted:
        return _end(locked, LateState.REFUSED, by=by, reason=reason, now=now)
    _check_period(locked, timezone.localdate(now))
    pairs = _chosen(LateAct(locked.act), [item.event for item in locked.items.all()])
    use_approval(
        by=by,
        approval_id=locked.approval_id,
        act=ACT,
        subject_type=SUBJECT,
        subject_id=locked.pk,
        content=granted_content(locked),
    )
    _end(locked, LateState.DONE, by=by, reason=reason, now=now)
    _carry_out(locked, pairs, now)
    return locked


@transaction.atomic
def take_back_late(
    *, by: Membership, decision: LateDecision, reason: str, now: datetime.datetime
) -> LateDecision:
    """Take an own decision back while nobody has decided it (C257)."""
    locked = _lock(decision)
    assert locked.approval, "kept by the constraint"
    withdraw_approval(by=by, approval=locked.approval, reason=reason)
    return _end(locked, LateState.TAKEN_BACK, by=by, reason=reason, now=now)


def _lock(decision: LateDecision) -> LateDecision:
    locked = (
        LateDecision.objects.select_for_update(of=("self",))
        .select_related("approval", "period", "controller", "enterprise__region", "asked_by__user")
        .get(pk=decision.pk)
    )
    if locked.state != LateState.ASKED:
        raise LateNotOpen
    return locked


def _check_period(decision: LateDecision, today: datetime.date) -> None:
    period = decision.period
    if period is None:
        return
    is_todays = period.start_date <= today <= period.end_date
    if not is_todays or period.state != PeriodState.OPEN:
        raise LatePeriodOver(period=period)


def _end(
    locked: LateDecision, state: LateState, *, by: Membership, reason: str, now: datetime.datetime
) -> LateDecision:
    locked.state, locked.ended_at = state, now
    locked.items.update(is_open=False)
    return record(locked, by=by, reason=reason or said("late events decided"))


def _carry_out(done: LateDecision, pairs: Sequence[Pair], now: datetime.datetime) -> None:
    """Change the events, debit what is booked, close the alarms, tell the enterprise."""
    act = LateAct(done.act)
    events = [event.pk for event, _case in pairs]
    DischargeEvent.objects.filter(pk__in=events).update(state=STEPS[act][1])
    if act == LateAct.BOOK:
        late_booking.book(done, pairs, now)
    if act != LateAct.TAKE_UP:
        alarms.settle_waiting(by=done.asked_by, controller=done.controller, now=now, why=str(done))
    announcing.tell_enterprise(done.enterprise)
    told = Told(done.enterprise, partial(_words, done), f"/late-decisions/{done.pk}/", "yellow")
    give_notices(told=[told], now=now)


def _words(done: LateDecision) -> str:
    """What was done, for the enterprise."""
    words = {
        LateAct.BOOK: _("%(count)s late discharge events of %(mn)s are booked (%(no)s): %(why)s"),
        LateAct.DISMISS: _(
            "%(count)s late discharge events of %(mn)s are dismissed (%(no)s): %(why)s"
        ),
        LateAct.TAKE_UP: _(
            "%(count)s dismissed discharge events of %(mn)s wait again (%(no)s): %(why)s"
        ),
    }[LateAct(done.act)]
    return words % {
        "count": len(done.content["events"]),
        "mn": done.controller.mn,
        "no": done,
        "why": done.reason,
    }
