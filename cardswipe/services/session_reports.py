"""Taking in discharge reports: card sessions that our own integral debits are kept for the clock.

The frame of such a session is answered once its report is stored; what it debits is computed from
its minutes later (`own_sessions`). Everything else is booked at once.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction

from cardswipe.models import SessionReport
from cardswipe.rules import EventKind, EventReport, EventVerdict, Verdict, fault_of
from parties.models import Membership

from . import alarms, storing
from .events import book_events, problems_of
from .resolving import controllers_of
from .storing import Key

KNOWN = """
SELECT r.controller_id, r.started_at, r.sequence, r.body_hash, r.event_id
FROM cardswipe_sessionreport r
JOIN unnest(%s::bigint[], %s::timestamptz[], %s::bigint[])
     AS w (controller_id, started_at, sequence)
  ON r.controller_id = w.controller_id AND r.started_at = w.started_at
 AND r.sequence = w.sequence
"""


@transaction.atomic
def take_reports(
    *, by: Membership, reports: Sequence[EventReport], own: Sequence[bool], now: datetime.datetime
) -> list[EventVerdict]:
    """Book the reports, but keep the sessions for which `own` says that our own integral is
    debited; one verdict for each, in their order. Safe to call again with any of them.

    A session that is kept is KEPT once and REPEATED after, also when the rule has changed since:
    it is never booked by a second figure. One that contradicts it is a CONFLICT.
    """
    sessions = [place for place, one in enumerate(reports) if one.kind == EventKind.SESSION]
    if not sessions:
        return book_events(by=by, reports=reports, now=now)
    taking = _Taking(*_known([reports[place] for place in sessions]))
    kept = {
        place: verdict
        for place in sessions
        if (verdict := taking.verdict_on(reports[place], is_own=own[place], now=now))
    }
    taking.store(now)
    said = [(reports[place], verdict) for place, verdict in kept.items()]
    _tell_conflicts(said, now)
    rest = [one for place, one in enumerate(reports) if place not in kept]
    booked = iter(book_events(by=by, reports=rest, now=now))
    return [kept.get(place) or next(booked) for place in range(len(reports))]


@dataclass
class _Taking:
    """What is known of the sessions of a batch, and what the batch adds to it."""

    known: dict[Key, dict[bytes, int | None]]  # by body, the event that the session became
    booked: frozenset[Key]
    new: list[EventReport] = field(default_factory=list)
    conflicts: list[tuple[int, EventReport]] = field(default_factory=list)

    def verdict_on(
        self, report: EventReport, *, is_own: bool, now: datetime.datetime
    ) -> EventVerdict | None:
        """The verdict on a session that is kept here; None: it is for `book_events`."""
        body = report.body_hash()
        bodies = self.known.get(report.key)
        if bodies is None:
            if not is_own or report.key in self.booked or fault_of(report, now=now):
                return None
            self.known[report.key] = {body: None}
            self.new.append(report)
            return EventVerdict(True, None, Verdict.KEPT)
        event_id = next((pk for pk in bodies.values() if pk), None)
        if body in bodies:
            return EventVerdict(False, event_id, Verdict.REPEATED)
        if event_id is None:
            bodies[body] = None
            self.new.append(report)
        else:
            self.conflicts.append((event_id, report))
        return EventVerdict(False, event_id, Verdict.CONFLICT)

    def store(self, now: datetime.datetime) -> None:
        """Keep what is new: reports to be booked, and those that contradict."""
        SessionReport.objects.bulk_create(
            [_row(report, now) for report in self.new], ignore_conflicts=True
        )
        storing.keep_conflicts(self.conflicts, now)


def _row(report: EventReport, now: datetime.datetime) -> SessionReport:
    return SessionReport(
        controller_id=report.controller_id,
        started_at=report.started_at,
        sequence=report.sequence,
        ended_at=report.ended_at,
        card_no=report.card_no,
        body=report.body(),
        body_hash=report.body_hash(),
        frame_id=report.frame_id,
        received_at=now,
    )


def _known(
    sessions: Sequence[EventReport],
) -> tuple[dict[Key, dict[bytes, int | None]], frozenset[Key]]:
    """What is kept already of these sessions, and which are booked."""
    keys = [report.key for report in sessions]
    wanted = [list(column) for column in zip(*keys, strict=True)]
    kept: dict[Key, dict[bytes, int | None]] = {}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [wanted[0], wanted[2], wanted[3]])
        for controller, begin, sequence, body, event in cursor.fetchall():
            key = (controller, str(EventKind.SESSION), begin, sequence)
            kept.setdefault(key, {})[bytes(body)] = event
        cursor.execute(storing.FIND, wanted)
        booked = frozenset(row[:4] for row in cursor.fetchall())
    return kept, booked


def _tell_conflicts(
    said: Sequence[tuple[EventReport, EventVerdict]], now: datetime.datetime
) -> None:
    """An alarm for each report that contradicts one that is kept."""
    wrong = [(report, verdict) for report, verdict in said if verdict.verdict == Verdict.CONFLICT]
    if wrong:
        reports, verdicts = zip(*wrong, strict=True)
        specs = problems_of(reports, verdicts, controllers_of(reports))
        alarms.raise_alarms(specs=specs, now=now)
