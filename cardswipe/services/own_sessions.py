"""Booking card sessions by our own integral, at outlets where a rule makes it the source debited.

The controller's frame tells which session it was, and is kept (`session_reports`). An hour after
its end and its arrival the session is booked from its minutes, once and for ever, under the name
it was reported by. Late minutes change it by a correction only, as with hours (`own_hours`).
"""

import dataclasses
import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from cardswipe.load_rules import CheckTerms, CheckVerdict, OwnLoad, compare
from cardswipe.models import Controller, SessionReport
from cardswipe.queries.estimating import check_terms
from cardswipe.queries.hours import HOUR, WATER
from cardswipe.queries.own_figures import OwnFigures, marks_of, own_figures
from cardswipe.queries.session_minutes import SessionData, sessions_of
from cardswipe.rules import AlarmKind, EventReport, fault_of
from parties.models import Membership

from . import meters, storing
from .alarms import AlarmSpec, raise_alarms
from .events import book_events

AT_ONCE = 50  # sessions may last for days: of so many the minutes are in memory together
LATE_MINUTES = datetime.timedelta(days=3)


@dataclasses.dataclass(frozen=True)
class Settled:
    """A session with what is booked of it and, per pollutant, how both sources compare."""

    data: SessionData
    figures: OwnFigures
    report: EventReport
    verdicts: dict[str, CheckVerdict]

    @property
    def integral(self) -> dict[str, list[int | str]]:
        """What is kept of our integral, by pollutant."""
        return {
            code: [own.quantity, own.valid, own.due, str(self.verdicts[code])]
            for code, own in self.figures.own.items()
        }


def book_own_sessions(*, by: Membership, now: datetime.datetime) -> int:
    """Book the sessions that are kept and whose minutes have had their hour to come; returns how
    many were new. Safe to repeat."""
    due = SessionReport.objects.waiting().filter(
        ended_at__lte=now - HOUR, received_at__lte=now - HOUR
    )
    ids = list(due.order_by("started_at", "pk").values_list("pk", flat=True))
    blocks = (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE))
    return sum(_book_some(by, block, now) for block in blocks)


@transaction.atomic
def _book_some(by: Membership, ids: Sequence[int], now: datetime.datetime) -> int:
    rows = list(
        SessionReport.objects.waiting()
        .filter(pk__in=ids)
        .select_for_update(skip_locked=True)
        .order_by("pk")
    )
    first: dict[tuple[object, ...], SessionReport] = {}
    for row in rows:
        first.setdefault(row.report().key, row)
    settled = _settle(list(first.values()), now)
    verdicts = book_events(by=by, reports=[one.report for one in settled], now=now)
    booked = {
        one.report.key: (verdict, one) for one, verdict in zip(settled, verdicts, strict=True)
    }
    conflicts = []
    for row in rows:
        verdict, one = booked[row.report().key]
        row.event_id = verdict.event_id
        is_told = row == one.data.reported
        row.integral = one.integral if is_told and verdict.is_new else {}
        if not is_told and row.event_id is not None:
            conflicts.append((row.event_id, row.report()))
    SessionReport.objects.bulk_update(rows, ["event", "integral"])
    storing.keep_conflicts(conflicts, now)
    new = [(verdict.event_id, one) for verdict, one in booked.values() if verdict.is_new]
    raise_alarms(specs=[spec for pk, one in new for spec in _doubts(one, pk)], now=now)
    meters.restart_at(_ends([one for _pk, one in new]))
    return len(new)


def _settle(rows: Sequence[SessionReport], now: datetime.datetime) -> list[Settled]:
    ids = {row.controller_id for row in rows}
    known = Controller.objects.to_measure().in_bulk(ids)
    terms = check_terms(known.values(), timezone.localdate(now))
    return [settled(data, terms[data.controller.pk], now) for data in sessions_of(rows, known)]


def settled(data: SessionData, terms: CheckTerms | None, now: datetime.datetime) -> Settled:
    """The session as our integral has it; where that cannot be, the controller's own report."""
    figures = own_figures(data, terms)
    reported = data.reported.report()
    report = dataclasses.replace(
        reported,
        volume_l=figures.loads.get(WATER, reported.volume_l),
        loads=tuple(sorted(figures.loads.items())),
        is_estimate=bool(figures.marks),
        marks=marks_of(figures),
    )
    if fault_of(report, now=now):
        report = dataclasses.replace(reported, is_estimate=True, marks=report.marks)
    verdicts = {code: _compared(data, code, own, terms) for code, own in figures.own.items()}
    return Settled(data, figures, report, verdicts)


def _compared(data: SessionData, code: str, own: OwnLoad, terms: CheckTerms | None) -> CheckVerdict:
    if terms is None:
        return CheckVerdict.TOO_FEW
    is_water = data.is_water_medium
    return compare(data.device(code), own, is_water_medium=is_water, terms=terms)


def _ends(rows: Sequence[Settled]) -> dict[int, datetime.datetime]:
    """By controller, the end of the last session."""
    ended: dict[int, datetime.datetime] = {}
    for one in rows:
        key, end = one.report.controller_id, one.report.ended_at
        ended[key] = max(end, ended.get(key, end))
    return ended


def _doubts(one: Settled, event_id: int | None) -> list[AlarmSpec]:
    """What a person must look at: sources that differ, and a session without enough minutes,
    whose controller might be keeping them back."""
    found = [
        _spec(
            one.data, event_id, AlarmKind.LOAD_DIFFERS, code,
            device=one.data.device(code), own=one.figures.own[code].quantity,
        )
        for code, verdict in one.verdicts.items()
        if verdict == CheckVerdict.DIFFERS
    ]  # fmt: skip
    if one.figures.marks:
        said = ", ".join(one.figures.marks)
        number = str(one.report.sequence)
        found.append(
            _spec(one.data, event_id, AlarmKind.FEW_MINUTES, sequence=number, minutes=said)
        )
    return found


def _spec(
    data: SessionData, event_id: int | None, kind: AlarmKind, code: str = "", **params: object
) -> AlarmSpec:
    return AlarmSpec(
        kind=kind,
        enterprise_id=data.controller.outlet.site.enterprise_id,
        controller_id=data.controller.pk,
        pollutant=code or None,
        event_id=event_id,
        params={"hour": f"{timezone.localtime(data.begin):%Y-%m-%d %H:%M}", **params},
    )


@transaction.atomic
def tell_late_minutes(*, now: datetime.datetime) -> int:
    """Tell of sessions of the last days that were booked as estimates and whose minutes have come
    since, so that an officer can correct them; returns how many. Nothing is booked here."""
    rows = list(
        SessionReport.objects.filter(
            ended_at__gte=now - LATE_MINUTES, event__is_estimate=True, event__corrections=None
        ).exclude(integral={})
    )
    found = [one for one in _settle(rows, now) if not one.figures.marks]
    specs = [_spec(one.data, one.data.reported.event_id, AlarmKind.TRUE_FIGURES) for one in found]
    raise_alarms(specs=specs, now=now)
    return len(found)
