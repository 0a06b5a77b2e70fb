"""Where the figures of an event come from, in words: reported, integrated, filled, corrected."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from cardswipe.models import DischargeEvent, Estimate, LoadCheck, LoadCorrection
from cardswipe.models.estimates import CorrectionCause, CorrectionState, Source
from cardswipe.queries.booked import booked_loads
from cardswipe.queries.both_sources import report_of_session, session_integral_now
from cardswipe.queries.estimating import suggest, terms_for
from cardswipe.queries.own_figures import FROM_OWN, FROM_RULE
from cardswipe.rules import EventKind
from cardswipe.substitution import Gap, cause_of
from ledger.models import Pollutant
from shell.figures import moment
from shell.tables import Status


@dataclass(frozen=True)
class Proposal:
    """Figures that might be booked instead (mg, water L), whence they come, and under which cause.

    `doubt` says why they are shown for information only.
    """

    source: str
    words: str
    loads: dict[str, int]
    cause: CorrectionCause
    doubt: str = ""


def standing_of(event: DischargeEvent) -> Status:
    """Measured, estimated or corrected."""
    if any(row.state == CorrectionState.COUNTED for row in event.corrections.all()):
        return Status("active", _("corrected"))
    return Status("yellow", _("estimate")) if event.is_estimate else Status("normal", _("measured"))


def origin_of(event: DischargeEvent) -> str:
    """How the booked figures came about, in a sentence."""
    estimate = Estimate.objects.filter(event=event).select_related("rule").first()
    if estimate is not None:
        return _("No report came. Filled by a substitution rule (gap of %(hours)s h).") % {
            "hours": estimate.gap_h
        }
    if event.marks.startswith(FROM_OWN):
        if not event.is_estimate:
            return _("Our own integral of the minute data (HJ 212-2017 annex D).")
        return _(
            "Too few valid minutes for our own integral: the device's sum stands in, as an"
            " estimate."
        )
    if event.is_estimate:
        return _("The device's own figure, not vouched for by its data marks: an estimate.")
    return _("Reported by the device.")


def source_of(event: DischargeEvent) -> str:
    """Which source was debited when the event was booked."""
    if event.marks == FROM_RULE:
        return _("substitution rule")
    if not event.marks.startswith(FROM_OWN):
        return str(Source.DEVICE.label)
    if event.is_estimate:
        return _("our integral; the device's own sum where minutes are missing")
    return str(Source.OWN.label)


def marks_word(event: DischargeEvent) -> str:
    """The data marks that the device sent, without our own notes beside them."""
    own = event.marks.startswith(FROM_OWN) or event.marks == FROM_RULE
    return "" if own else event.marks


def short_origin(event: DischargeEvent) -> str:
    """The same in a word, for tables."""
    if hasattr(event, "estimate"):
        return _("substitution rule")
    if event.marks.startswith(FROM_OWN):
        return _("too few valid minutes")
    return event.marks or _("the device")


def estimate_facts(event: DischargeEvent) -> list[tuple[str, Any]]:
    """By which rule and from what an hour was filled; nothing for other events."""
    row = Estimate.objects.filter(event=event).select_related("rule").first()
    if row is None:
        return []
    names = Pollutant.objects.in_bulk(list(row.basis))
    looked = format_html_join(
        " · ",
        "{}: {}",
        ((names[code], _counted(row, count)) for code, (count, _value) in row.basis.items()),
    )
    return [
        (_("Gap"), _("%(hours)s h from %(begin)s on")
         % {"hours": row.gap_h, "begin": moment(row.gap_begin)}),
        (_("Valid hours of the quarter"), f"{row.capture // 10}.{row.capture % 10} %"),
        (_("Computed from"), looked),
        (_("Legal basis"), row.rule.legal_basis if row.rule else ""),
        (_("Estimated at"), moment(row.made_at)),
    ]  # fmt: skip


def _counted(row: Estimate, count: int) -> str:
    if row.rule is not None and row.rule.method == "MAX_DAYS":
        return _("greatest of %(count)s valid days") % {"count": count}
    return _("greatest of %(count)s valid hours") % {"count": count}


def proposals(event: DischargeEvent) -> list[Proposal]:
    """What might be booked instead: reports that came later, our integral, a substitution rule."""
    own = _own_session(event) if event.kind == EventKind.SESSION else [_own(event)]
    return [one for one in (*_reports(event), *own, _by_rule(event)) if one is not None]


def _reports(event: DischargeEvent) -> Iterator[Proposal]:
    for row in event.conflicts.order_by("pk"):
        yield Proposal(
            f"report-{row.pk}",
            _("contradicting report of %(at)s") % {"at": moment(row.received_at)},
            {code: int(amount) for code, amount in row.body["loads"]},
            CorrectionCause.TRUE_FIGURES,
        )


def _own(event: DischargeEvent) -> Proposal | None:
    if event.kind != EventKind.HOUR or event.marks.startswith(FROM_OWN):
        return None
    rows = LoadCheck.objects.filter(controller=event.controller_id, started_at=event.started_at)
    checks = list(rows)
    if not checks:
        return None
    few = [row for row in checks if row.verdict == "TOO_FEW"]
    return Proposal(
        "own",
        _("our integral of the minute data"),
        {row.pollutant_id: row.own for row in checks},
        CorrectionCause.OWN_INTEGRAL,
        _("too few valid minutes") if few else "",
    )


def _own_session(event: DischargeEvent) -> Iterator[Proposal]:
    """Of a session both sources: the controller's figure, and our integral of the minutes that
    have come by now."""
    now, report = session_integral_now(event), report_of_session(event)
    if now is None or report is None:
        return
    yield Proposal(
        "device",
        _("the controller's own figure"),
        report.device_loads,
        CorrectionCause.OTHER,
    )
    yield Proposal(
        "own",
        _("our integral of the minute data"),
        {code: own.quantity for code, own in now.own.items()},
        CorrectionCause.OWN_INTEGRAL,
        _("too few valid minutes") if now.marks else "",
    )


def _by_rule(event: DischargeEvent) -> Proposal | None:
    """What a substitution rule gives for an hour that was marked; also when it is switched off."""
    if event.kind != EventKind.HOUR or not event.is_estimate or hasattr(event, "estimate"):
        return None
    day = timezone.localdate(event.started_at)
    gap = Gap(event.started_at, 1)
    terms = terms_for([event.controller], day)[event.controller_id]
    found = suggest(event.controller, gap, cause_of(event.marks), terms)
    if found is None:
        return None
    return Proposal(
        "rule",
        _("substitution rule"),
        dict(found.quantities),
        CorrectionCause.SUBSTITUTED,
        "" if found.term.is_on else _("the rule is switched off: not confirmed"),
    )


def booked_now(event: DischargeEvent) -> dict[Pollutant, int]:
    """What the ledger holds as debited for the event, corrections included."""
    loads = booked_loads(event)
    names = Pollutant.objects.in_bulk(list(loads))
    return {names[code]: amount for code, amount in loads.items()}


def correction_words(row: LoadCorrection) -> Any:
    """Who asked, and where it is decided."""
    return format_html("{} · {}", row.get_cause_display(), row.request.reason)
