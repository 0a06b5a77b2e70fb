"""Execution reports: opened when their period ends, filled, handed in, chased, sent back."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parties.models import Bureau, Membership
from parties.queries import changes_of
from parties.services import (
    Told,
    content_hash,
    give_notices,
    record,
    record_many,
    system_actor,
)
from permits.actuals import NOTHING, recorded
from permits.models import ExecutionReport, Permit, PermitVersion, ReportLine, ReportReminder
from permits.models.permits import PermitState
from permits.queries.clocks import legal_clock
from permits.queries.reports import (
    content_of,
    lines_of,
    report_findings,
    version_of_period,
)
from permits.refusals import StaleEdit, TermMissing
from permits.report_refusals import ReportClosed, ReportNotHandedIn
from permits.report_rules import Period, ReportKind, ReportState, held_days, last_ended
from permits.rules import canonical
from shell.refusals import refusal

DAY = datetime.timedelta(days=1)
# When people are reminded of a report that is due; a convenience, not a rule of law.
TELL_BEFORE = 5 * DAY
RECORDED = ("recorded", "estimated", "running_year", "gap_days")


@dataclass(frozen=True)
class Entry:
    """What the enterprise enters on one line."""

    line_id: int
    reported: int | None
    taxed: int | None
    note: str


@dataclass(frozen=True)
class Texts:
    """What the enterprise says in words, and its commitment."""

    treatment: str = ""
    monitoring: str = ""
    events: str = ""
    is_committed: bool = False


def open_due_reports(*, now: datetime.datetime) -> list[ExecutionReport]:
    """Open what permits owe for the periods that ended last; running twice opens nothing twice."""
    today = timezone.localdate(now)
    opened = []
    for kind in ReportKind:
        period = last_ended(kind, today)
        owing = (
            Permit.objects.filter(
                state=PermitState.VALID, valid_from__lte=period.end, valid_to__gte=period.start
            )
            .exclude(reports__kind=kind, reports__start_date=period.start)
            .select_related("site__region", "site__enterprise")
        )
        for permit in owing.iterator():
            report = open_report(permit=permit, kind=kind, period=period)
            opened += [report] if report else []
    return opened


@transaction.atomic
def open_report(*, permit: Permit, kind: ReportKind, period: Period) -> ExecutionReport | None:
    """The report owed for the period with its recorded figures; None when none is owed:
    no term is set for its kind and class, or the permit was held too short (HJ 944-2018)."""
    version = version_of_period(permit.pk, period)
    if version is None or version.valid_to < period.start:
        return None
    region = permit.site.region
    try:
        term = legal_clock(
            f"REPORT_{kind}_{version.management_class}", region=region, day=period.end
        )
        least = legal_clock(f"REPORT_HELD_{kind}", region=region, day=period.end).amount
    except TermMissing:
        return None
    if held_days(period, permit.valid_from, version.valid_to) < least:
        return None
    report, is_new = ExecutionReport.objects.get_or_create(
        permit=permit,
        kind=kind,
        start_date=period.start,
        defaults={
            "end_date": period.end,
            "due_on": period.end + term.amount * DAY,
            "legal_basis": term.legal_basis,
        },
    )
    if is_new:
        fill_lines(report, version)
    return report


def fill_lines(report: ExecutionReport, version: PermitVersion) -> None:
    """A line for each limit of the version, with what the devices recorded."""
    lines = [
        ReportLine(
            report=report,
            outlet_id=limit.outlet_id,
            pollutant_id=limit.pollutant_id,
            concentration=limit.concentration,
            permitted=limit.quantity_per_year,
        )
        for limit in version.limits.all()
    ]
    # The clock opens reports; the check of the night wants every line's history (V13).
    record_many(rows=lines, by=system_actor("clock"), reason=gettext_noop("report opened"))
    refresh_lines(report)


def refresh_lines(report: ExecutionReport) -> None:
    """The recorded figures as they are known now; what the enterprise entered stays."""
    site = report.permit.site
    year_before = report.end_date.replace(day=1, year=report.end_date.year - 1)
    first = (year_before + 31 * DAY).replace(day=1)  # twelve months that end with the period
    in_period = recorded(site, report.start_date, report.end_date)
    in_year = recorded(site, first, report.end_date)
    days = (report.end_date - max(report.start_date, report.permit.valid_from)).days + 1
    changed = []
    for line in report.lines.all():
        place = (line.outlet_id, line.pollutant_id)
        actual = in_period.get(place, NOTHING)
        running = in_year.get(place, NOTHING).quantity
        found = (actual.quantity, actual.estimated, running, max(days - actual.days, 0))
        if found != tuple(getattr(line, name) for name in RECORDED):
            for name, value in zip(RECORDED, found, strict=True):
                setattr(line, name, value)
            changed.append(line)
    reason = gettext_noop("recorded figures known anew")
    record_many(rows=changed, by=system_actor("clock"), reason=reason, fields=RECORDED)


@transaction.atomic
def save_report(
    *,
    by: Membership,
    report: ExecutionReport,
    revision: int,
    entries: Sequence[Entry],
    texts: Texts,
) -> ExecutionReport:
    """Keep what the enterprise entered; P406 once handed in, P103 when somebody saved before."""
    locked = open_for_writing(report, revision)
    refresh_lines(locked)
    said = {entry.line_id: entry for entry in entries}
    for line in locked.lines.filter(pk__in=said):
        entry = said[line.pk]
        line.reported, line.taxed, line.note = entry.reported, entry.taxed, entry.note
        record(line, by=by, reason=gettext_noop("report written"))
    locked.treatment, locked.monitoring = texts.treatment, texts.monitoring
    locked.events, locked.is_committed = texts.events, texts.is_committed
    locked.revision += 1
    return record(locked, by=by, reason=gettext_noop("report written"))


def open_for_writing(report: ExecutionReport, revision: int) -> ExecutionReport:
    """The report, locked, if it is open and as the writer saw it."""
    locked = ExecutionReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if locked.state != ReportState.OPEN:
        at = timezone.localtime(locked.submitted_at)
        raise ReportClosed(at=f"{at:%Y-%m-%d %H:%M}")
    if locked.revision != revision:
        who, changes = changes_since(locked, revision)
        raise StaleEdit(who=who, changes=changes)
    return locked


def changes_since(report: ExecutionReport, revision: int) -> tuple[str, str]:
    """Who saved the report last, and what differs from the revision that the writer saw."""
    latest = report.history.order_by("-history_id").first()
    seen = report.history.filter(revision=revision).order_by("-history_id").first()
    changes = changes_of(latest, seen) if latest and seen else ""
    return str(latest.history_user if latest else "–"), changes or "…"


@transaction.atomic
def submit_report(
    *, by: Membership, report: ExecutionReport, revision: int, now: datetime.datetime
) -> ExecutionReport:
    """Hand the report in, signed by the enterprise: its content is frozen and hashed.

    The first finding of the automatic checks refuses it (P401–P405, P408); the figures checked
    are those the enterprise saw. Handing in what is handed in changes nothing.
    """
    there = ExecutionReport.objects.get(pk=report.pk)
    if there.state == ReportState.SUBMITTED and there.submitted_by_id == by.pk:
        return there
    locked = open_for_writing(report, revision)
    lines = list(lines_of(locked))
    for found in report_findings(locked, lines):
        raise refusal(found.code, **found.params)
    locked.content = content_of(locked, lines)
    locked.content_sha256 = content_hash(canonical(locked.content))
    locked.state = ReportState.SUBMITTED
    locked.submitted_by, locked.submitted_at = by, now
    return record(locked, by=by, reason=gettext_noop("report handed in"))


@transaction.atomic
def return_report(
    *, by: Membership, report: ExecutionReport, reason: str, now: datetime.datetime
) -> ExecutionReport:
    """Send a report back to be mended; the enterprise is told why. P407 unless handed in."""
    locked = ExecutionReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if locked.state != ReportState.SUBMITTED:
        raise ReportNotHandedIn
    locked.state = ReportState.OPEN
    locked.returned_for = reason
    locked.is_committed = False
    locked.revision += 1
    sent = record(locked, by=by, reason=gettext_noop("report sent back"))
    tell(sent, lambda: _("%(report)s was sent back: %(why)s"), tone="red", now=now)
    return sent


def tell(report: ExecutionReport, say: object, *, tone: str, now: datetime.datetime) -> None:
    """A notice to the enterprise about its report."""
    assert callable(say)
    said = {"report": report, "day": report.due_on, "why": report.returned_for}
    link = reverse("report", args=[report.pk])
    place = report.permit.site.enterprise
    give_notices(told=[Told(place, lambda: say() % said, link, tone)], now=now)


@transaction.atomic
def chase_reports(*, now: datetime.datetime) -> list[ReportReminder]:
    """Tell each enterprise once that a report is due soon and once that it is missing; of a
    missing one the bureau is told too."""
    today = timezone.localdate(now)
    rows = (
        ExecutionReport.objects.filter(state=ReportState.OPEN, due_on__lte=today + TELL_BEFORE)
        .select_related("permit__site__enterprise", "permit__site__region")
        .prefetch_related("reminders")
    )
    fresh = [
        ReportReminder(report=row, is_overdue=row.due_on < today, at=now)
        for row in rows
        if (row.due_on < today) not in {told.is_overdue for told in row.reminders.all()}
    ]
    made = ReportReminder.objects.bulk_create(fresh, ignore_conflicts=True)
    for reminder in fresh:
        remind(reminder, now)
    return made


def remind(reminder: ReportReminder, now: datetime.datetime) -> None:
    """The sentences: due soon, or missing."""
    report = reminder.report
    if not reminder.is_overdue:
        tell(report, lambda: _("%(report)s is due on %(day)s."), tone="yellow", now=now)
        return
    tell(report, lambda: _("%(report)s is missing since %(day)s."), tone="red", now=now)
    site = report.permit.site
    said = {"report": report, "name": site.enterprise, "day": report.due_on}
    link = reverse("report", args=[report.pk])
    give_notices(
        told=[
            Told(
                bureau,
                lambda: _("%(name)s: %(report)s is missing since %(day)s.") % said,
                link,
                "yellow",
            )
            for bureau in Bureau.objects.filter(region_id=site.region.city_code)
        ],
        now=now,
    )


def keep_reports(*, now: datetime.datetime) -> None:
    """The daily round: open what is owed, renew the recorded figures of open ones, chase."""
    open_due_reports(now=now)
    for report in ExecutionReport.objects.filter(state=ReportState.OPEN).select_related(
        "permit__site"
    ):
        with transaction.atomic():
            refresh_lines(report)
    chase_reports(now=now)
