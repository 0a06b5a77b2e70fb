"""Booking discharge events: each exactly once, in any order, as one posting per batch.

A discharge is a fact: a sound report is never refused. What the card lacks, or what no card
covers, is booked as overrun with an alarm.
"""

import datetime
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from cardswipe.models import DischargeEvent, Estimate
from cardswipe.rules import (
    AlarmKind,
    EventReport,
    EventState,
    EventVerdict,
    Verdict,
    fault_of,
)
from parties.models import Membership

from . import alarms, announcing, clashing, storing
from .alarms import AlarmSpec
from .debiting import Booking, debit
from .resolving import Case, ControllerFacts, controllers_of, resolve

Key = tuple[int, str, datetime.datetime, int]

STATE_VERDICTS = {
    EventState.BOOKED: Verdict.BOOKED,
    EventState.NOT_DEBITED: Verdict.NOT_DEBITED,
    EventState.WAITING: Verdict.WAITING,
}


@transaction.atomic
def book_events(
    *, by: Membership, reports: Sequence[EventReport], now: datetime.datetime
) -> list[EventVerdict]:
    """Store and debit a batch of reports; one verdict for each, in their order.

    Loads in milligrams (water: litres). A repeated report is answered REPEATED, one that
    contradicts a booked event, or tells its discharge under another name, is kept as CONFLICT,
    one that cannot be true is INVALID: none of these debits anything. Safe to call again with
    any of the reports.
    """
    controllers = controllers_of(reports)
    faults = [_fault(report, controllers, now) for report in reports]
    first: dict[Key, int] = {}
    for place, report in enumerate(reports):
        if not faults[place]:
            first.setdefault(report.key, place)
    told = [reports[place] for place in first.values()]
    clashes = clashing.clashes(told)
    twins = clashing.twins([report for report in told if report.key not in clashes])
    cases = resolve([r for r in told if r.key not in clashes and r.key not in twins], controllers)
    stored = storing.store([(case, state_of(case)) for case in cases], now)
    clashes |= {key: stored[first_told].event_id for key, first_told in twins.items()}
    fresh = [
        Booking(case, stored[case.report.key].event_id)
        for case in cases
        if stored[case.report.key].is_new
    ]
    verdicts = [
        EventVerdict(False, None, Verdict.INVALID, fault)
        if fault
        else EventVerdict(False, clashes[report.key], Verdict.CONFLICT)
        if report.key in clashes
        else _verdict(report, stored[report.key], is_first=first[report.key] == place)
        for place, (report, fault) in enumerate(zip(reports, faults, strict=True))
    ]
    _keep_conflicts(reports, verdicts, now)
    _book(by, fresh, now)
    specs = [_alarm(case) for case in fresh]
    problems = problems_of(reports, verdicts, controllers)
    alarms.raise_alarms(specs=[s for found in specs for s in found] + problems, now=now)
    announcing.tell({b.case.controller for b in fresh})
    return verdicts


def _fault(
    report: EventReport, controllers: dict[int, ControllerFacts], now: datetime.datetime
) -> str:
    return "CONTROLLER" if report.controller_id not in controllers else fault_of(report, now=now)


def state_of(case: Case) -> EventState:
    """Whether the event is debited now, never, or once its period is open."""
    if not case.debits:
        return EventState.NOT_DEBITED
    return EventState.BOOKED if case.period else EventState.WAITING


def _verdict(report: EventReport, found: storing.Stored, *, is_first: bool) -> EventVerdict:
    if found.body_hash != report.body_hash():
        return EventVerdict(False, found.event_id, Verdict.CONFLICT)
    if found.is_new and is_first:
        return EventVerdict(True, found.event_id, STATE_VERDICTS[found.state])
    return EventVerdict(False, found.event_id, Verdict.REPEATED)


def _keep_conflicts(
    reports: Sequence[EventReport], verdicts: Sequence[EventVerdict], now: datetime.datetime
) -> None:
    contradicting = [
        (verdict.event_id, report)
        for report, verdict in zip(reports, verdicts, strict=True)
        if verdict.verdict == Verdict.CONFLICT and verdict.event_id is not None
    ]
    storing.keep_conflicts(contradicting, now)


def _book(by: Membership, fresh: Sequence[Booking], now: datetime.datetime) -> None:
    storing.store_loads(fresh)
    storing.add_to_days(fresh)
    booked = [booking for booking in fresh if state_of(booking.case) == EventState.BOOKED]
    debit(by=by, bookings=booked, now=now)


def _alarm(booking: Booking) -> Iterable[AlarmSpec]:
    """What the event itself gives cause to look at."""
    case = booking.case
    report, controller = case.report, case.controller
    kinds: list[tuple[AlarmKind, dict[str, object]]] = []
    if case.debits and case.card_alarm:
        kinds.append((case.card_alarm, {"card_no": report.card_no}))
    if case.debits and not case.has_permit:
        kinds.append((AlarmKind.NO_PERMIT, {}))
    if case.debits and case.period is None:
        kinds.append(_waiting_alarm(case))
    for kind, params in kinds:
        yield AlarmSpec(
            kind=kind,
            enterprise_id=controller.enterprise_id,
            controller_id=controller.id,
            event_id=booking.event_id,
            params=params,
        )


def _waiting_alarm(case: Case) -> tuple[AlarmKind, dict[str, object]]:
    """A period that is closed needs an officer; one that is missing needs to be opened."""
    day = case.day.isoformat()
    if case.closed is None:
        return AlarmKind.NO_PERIOD, {"day": day}
    return AlarmKind.LATE, {"day": day, "label": case.closed.label}


def problems_of(
    reports: Sequence[EventReport],
    verdicts: Sequence[EventVerdict],
    controllers: dict[int, ControllerFacts],
) -> list[AlarmSpec]:
    """Alarms for reports that contradict or cannot be true."""
    found = []
    conflicts = [v.event_id for v in verdicts if v.verdict == Verdict.CONFLICT]
    rows = Estimate.objects.filter(event_id__in=conflicts) if conflicts else Estimate.objects.none()
    estimated = set(rows.values_list("event_id", flat=True))
    for report, verdict in zip(reports, verdicts, strict=True):
        controller = controllers.get(report.controller_id)
        if controller is None or verdict.verdict not in (Verdict.CONFLICT, Verdict.INVALID):
            continue
        found.append(
            AlarmSpec(
                kind=_problem(verdict, estimated),
                enterprise_id=controller.enterprise_id,
                controller_id=controller.id,
                event_id=verdict.event_id,
                params={
                    "sequence": str(report.sequence),
                    "fault": verdict.fault,
                    "hour": f"{timezone.localtime(report.started_at):%Y-%m-%d %H:%M}",
                },
            )
        )
    return found


def _problem(verdict: EventVerdict, estimated: set[int]) -> AlarmKind:
    """What a report that was not booked means: for a filled hour, that the truth has come."""
    if verdict.verdict == Verdict.INVALID:
        return AlarmKind.BAD_REPORT
    return AlarmKind.TRUE_FIGURES if verdict.event_id in estimated else AlarmKind.CONFLICT


# Events whose day now lies in an open period and on which no decision is pending. Those of closed
# periods wait for an officer: looked through here, they would keep the others from their turn.
READY = """
SELECT e.id FROM cardswipe_dischargeevent e
JOIN parties_enterprise p ON p.id = e.enterprise_id
JOIN ledger_quotaperiod q ON q.region_id = left(p.region_id, 4) || '00' AND q.state = 'OPEN'
 AND (e.started_at AT TIME ZONE %s)::date BETWEEN q.start_date AND q.end_date
WHERE e.state = 'WAITING'
  AND NOT EXISTS (SELECT FROM cardswipe_lateitem i WHERE i.event_id = e.id AND i.is_open)
ORDER BY e.id LIMIT %s
FOR UPDATE OF e SKIP LOCKED
"""


@transaction.atomic
def book_waiting(*, by: Membership, now: datetime.datetime, limit: int = 1000) -> int:
    """Debit stored events whose quota period is open by now; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(READY, [settings.TIME_ZONE, limit])
        ids = [row[0] for row in cursor.fetchall()]
    waiting = list(DischargeEvent.objects.filter(pk__in=ids).order_by("pk"))
    reports = [storing.report_of(event) for event in waiting]
    cases = resolve(reports, controllers_of(reports))
    ready = [
        Booking(case, event.pk)
        for event, case in zip(waiting, cases, strict=True)
        if case.period is not None
    ]
    DischargeEvent.objects.filter(pk__in=[b.event_id for b in ready]).update(
        state=EventState.BOOKED
    )
    debit(by=by, bookings=ready, now=now)
    announcing.tell({b.case.controller for b in ready})
    return len(ready)
