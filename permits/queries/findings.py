"""The automatic checks before submission and decision: every rule that does not hold, numbered."""

import datetime
from collections.abc import Callable, Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from parties.rules import has_good_check_character
from permits.catalogue import ManagedAs
from permits.models import Application, BasicChange, Classification, Permit, Project
from permits.models.attachments import AttachmentKind
from permits.models.catalogue import CLASS_NAMES
from permits.models.facilities import FacilityKind
from permits.models.parts import Method
from permits.rules import Kind, LimitLine, Nature, check_limit
from shell.refusals import REGISTER, Refusal, spoken
from shell.rules import RuleBroken

from .catalogue import classing
from .clocks import WorkdayCount, due_on, legal_clock, renewal_day
from .content import latest_version, requested_lines

# Kinds whose limits are asked anew, so that project, plan and papers are checked with them.
SUBSTANCE = (Kind.APPLY, Kind.REAPPLY)
REASONED = (Kind.CHANGE, Kind.REISSUE, Kind.CANCEL, Kind.REAPPLY)


def findings(application: Application, today: datetime.date | None = None) -> list[str]:
    """Numbered sentences about what is wrong or doubtful; empty when nothing was found."""
    day = today or timezone.localdate()
    lines = requested_lines(application)
    found: list[Refusal] = []
    for check in CHECKS:
        found += check(application, lines, day)
    return list(dict.fromkeys(str(one) for one in found))


def finding(code: str, **params: object) -> Refusal:
    return spoken(RuleBroken(code, **params))


def check_lines(
    application: Application, lines: list[LimitLine], day: datetime.date
) -> Iterator[Refusal]:
    """P108 and the rules of each line."""
    if not lines and application.kind != Kind.CANCEL:
        yield REGISTER["P108"]()
    for line in lines:
        try:
            check_limit(line)
        except RuleBroken as error:
            yield spoken(error)


def check_unit(
    application: Application, lines: list[LimitLine], day: datetime.date
) -> Iterator[Refusal]:
    """P138: a credit code that does not check."""
    if not has_good_check_character(application.site.enterprise.uscc):
        yield REGISTER["P138"]()


def check_words(
    application: Application, lines: list[LimitLine], day: datetime.date
) -> Iterator[Refusal]:
    """P129 and P177: commitment and statement."""
    if not application.is_committed:
        yield REGISTER["P129"]()
    if application.kind in REASONED and not application.statement.strip():
        yield REGISTER["P177"]()


def check_project(
    application: Application, lines: list[LimitLine], day: datetime.date
) -> Iterator[Refusal]:
    """P170, P178: something new to be built names its EIA approval and shows it."""
    project = Project.objects.filter(application=application).first()
    if application.kind not in SUBSTANCE or project is None or project.nature == Nature.EXISTING:
        return
    if not project.eia_no or project.eia_on is None:
        yield REGISTER["P170"]()
    yield from check_paper(application, AttachmentKind.EIA)
    if project.accepted_on:
        yield from check_paper(application, AttachmentKind.ACCEPTANCE)


def check_paper(application: Application, kind: AttachmentKind) -> Iterator[Refusal]:
    """P178: a paper of this kind is attached."""
    if not application.attachments.standing().filter(kind=kind).exists():
        yield finding("P178", kind=kind.label)


def check_change(
    application: Application, lines: list[LimitLine], day: datetime.date
) -> Iterator[Refusal]:
    """P172, P173: a change says what changed, and is reported in time (Regulation art. 14)."""
    if application.kind != Kind.CHANGE:
        return
    change = BasicChange.objects.filter(application=application).first()
    if change is None:
        yield REGISTER["P172"]()
        return
    rule = legal_clock("REPORT_CHANGE", region=application.site.region, day=change.changed_on)
    due = due_on(change.changed_on, rule.amount)
    if reported_on(application, day) > due:
        yield finding("P173", day=change.changed_on, due=due)


def reported_on(application: Application, day: datetime.date) -> datetime.date:
    """The day on which it was handed in; today while it is not."""
    return timezone.localdate(application.submitted_at) if application.submitted_at else day


def check_loss(
    application: Application, lines: list[LimitLine], day: datetime.date
) -> Iterator[Refusal]:
    """P178: a lost permit is declared lost in writing."""
    if application.kind == Kind.REISSUE:
        yield from check_paper(application, AttachmentKind.LOSS)


def check_plan(
    application: Application, lines: list[LimitLine], day: datetime.date
) -> Iterator[Refusal]:
    """P175, P176: every limited pollutant is monitored, main outlets of key units by machine."""
    items = list(application.monitoring_items.select_related("outlet"))
    if application.kind not in SUBSTANCE or not items:
        if application.kind in SUBSTANCE and lines:
            yield finding("P175", pollutant=_("any pollutant"), outlet=application.site)
        return
    planned = {(item.outlet.code, item.pollutant_id) for item in items}
    for line in lines:
        if (line.outlet, line.pollutant) not in planned and line.pollutant != "WATER":
            yield finding("P175", pollutant=line.pollutant, outlet=line.outlet)
    automatic = {item.outlet.code for item in items if item.method == Method.AUTO}
    main = sorted({line.outlet for line in lines if line.outlet_kind == "MAIN"} - automatic)
    if application.management_class == "KEY":
        yield from (finding("P176", outlet=code) for code in main)


def check_class(
    application: Application, lines: list[LimitLine], day: datetime.date
) -> Iterator[Refusal]:
    """P433, P442: the class is what the catalogue gives, or somebody said why it is not."""
    if application.kind not in (*SUBSTANCE, Kind.RENEW):
        return
    found = classing(application, day).proposal
    kept = Classification.objects.filter(application=application).first()
    if kept is not None and kept.reason and kept.proposed == found.decided:
        return
    if found.waiting:
        yield REGISTER["P442"]()
    elif found.decided and found.decided != application.management_class:
        names = {"proposed": CLASS_NAMES[ManagedAs(found.decided)]}
        yield finding("P433", chosen=application.get_management_class_display(), **names)


def check_facilities(
    application: Application, lines: list[LimitLine], day: datetime.date
) -> Iterator[Refusal]:
    """P437, P438: what makes the discharge and what cleans it are in the register."""
    if application.kind not in SUBSTANCE:
        return
    units = application.site.facilities.in_use().prefetch_related("links__outlet")
    if not any(unit.kind == FacilityKind.PRODUCTION for unit in units):
        yield REGISTER["P437"]()
    treated = {
        link.outlet.code
        for unit in units
        if unit.kind != FacilityKind.PRODUCTION
        for link in unit.links.all()
    }
    main = {line.outlet for line in lines if line.outlet_kind == "MAIN"}
    yield from (finding("P438", outlet=code) for code in sorted(main - treated))


def check_renewal(
    application: Application, lines: list[LimitLine], day: datetime.date
) -> Iterator[Refusal]:
    """P139, P174, P179: the sixty days before the term's end (Regulation art. 14)."""
    if application.kind != Kind.RENEW:
        return
    due = renewal_due(application, day)
    if due is None:
        return
    if application.submitted_at:
        if timezone.localdate(application.submitted_at) > due:
            yield REGISTER["P139"]()
    elif day > due:
        yield finding("P179", due=due)
    else:
        yield finding("P174", due=due, left=WorkdayCount(day, [due]).left(due))


def renewal_due(application: Application, day: datetime.date) -> datetime.date | None:
    """The last day to ask for the renewal of the site's permit; None without a permit."""
    version = latest_version(Permit.objects.filter(site_id=application.site_id).first())
    if version is None:
        return None
    asked = reported_on(application, day)
    rule = legal_clock("RENEW_BEFORE", region=application.site.region, day=asked)
    return renewal_day(version.valid_to, rule.amount)


CHECKS: tuple[Callable[..., Iterator[Refusal]], ...] = (
    check_lines,
    check_words,
    check_project,
    check_change,
    check_loss,
    check_plan,
    check_class,
    check_facilities,
    check_renewal,
    check_unit,
)
