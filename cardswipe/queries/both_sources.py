"""Both sources of an event's load side by side: the device's figure and our own integral."""

from dataclasses import dataclass

from django.utils import timezone

from cardswipe.load_rules import CheckVerdict
from cardswipe.models import DischargeEvent, LoadCheck, SessionReport
from cardswipe.models.estimates import Source
from cardswipe.queries.estimating import check_terms
from cardswipe.queries.own_figures import FROM_OWN, FROM_RULE, OwnFigures, own_figures
from cardswipe.queries.session_minutes import sessions_of
from cardswipe.rules import EventKind
from ledger.models import Pollutant


@dataclass(frozen=True)
class BothSources:
    """A pollutant's load from both (mg, water L), None where the device has none, and which of
    the two was debited at first; neither where a substitution rule filled the hour."""

    pollutant: Pollutant
    device: int | None
    own: int
    valid: int
    due: int
    verdict: CheckVerdict
    debited: Source | None


def report_of_session(event: DischargeEvent) -> SessionReport | None:
    """The report from which a session was booked by our own integral."""
    return event.session_reports.exclude(integral={}).first()


def both_sources(event: DischargeEvent) -> list[BothSources]:
    """By pollutant, what was compared when the event was booked or, of an hour, looked through."""
    report = report_of_session(event) if event.kind == EventKind.SESSION else None
    if report is not None and report.integral is not None:
        device = report.device_loads
        rows = [(code, device.get(code), *given) for code, given in report.integral.items()]
    elif event.kind == EventKind.HOUR:
        checks = LoadCheck.objects.filter(
            controller=event.controller_id, started_at=event.started_at
        )
        names = ("pollutant_id", "device", "own", "valid", "due", "verdict")
        rows = list(checks.values_list(*names))
    else:
        rows = []
    known = Pollutant.objects.in_bulk([row[0] for row in rows])
    found = [
        BothSources(
            known[code], device, own, valid, due, CheckVerdict(verdict),
            _debited(event, device, verdict),
        )
        for code, device, own, valid, due, verdict in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.pollutant.position)


def _debited(event: DischargeEvent, device: int | None, verdict: str) -> Source | None:
    if event.marks == FROM_RULE:
        return None
    is_own = event.marks.startswith(FROM_OWN)
    return (
        Source.OWN
        if is_own and (verdict != CheckVerdict.TOO_FEW or device is None)
        else (Source.DEVICE)
    )


def session_integral_now(event: DischargeEvent) -> OwnFigures | None:
    """Our integral of a session by the minutes that are there today, late ones included."""
    report = report_of_session(event)
    if report is None:
        return None
    (data,) = sessions_of([report], {event.controller_id: event.controller})
    terms = check_terms([event.controller], timezone.localdate(event.started_at))
    return own_figures(data, terms[event.controller_id])
