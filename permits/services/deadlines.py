"""Legal deadlines never pass silently: unanswered counts as accepted, the rest is told."""

import dataclasses
import datetime
from collections.abc import Callable, Iterable

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as said

from parties.models import Bureau, Membership
from parties.services import Told, give_notices, record, system_actor
from permits.models import Application, ClockPause, DeadlineNotice, Enquiry, Permit, RenewalNotice
from permits.models.applications import DeadlineSubject
from permits.models.permits import PermitState
from permits.queries.clocks import WorkdayCount, legal_clock, renewal_day
from permits.rules import CLOSED_STATES, DRAFT_STATES, Kind, State

from .review import deem_accepted
from .steps import start_clock

# How many working days before the deadline people are told; a convenience, not a rule of law.
TELL_BEFORE = 3
# How long before the last day of asking a unit is told of its renewal.
RENEWAL_NOTICE = datetime.timedelta(days=90)
CLOSED = [state.value for state in CLOSED_STATES]


def deem_unanswered(*, now: datetime.datetime) -> int:
    """Every application unanswered past its intake term counts as accepted; returns how many."""
    late = Application.objects.filter(
        state=State.SUBMITTED, due_on__lt=timezone.localdate(now)
    ).order_by("id")
    for application in late:
        deem_accepted(application=application, now=now)
    return len(late)


def recount_deadlines(*, by: Membership, reason: str) -> int:
    """Count every running term anew after the calendar or a legal term was corrected; returns
    how many deadlines moved. Each moves with its history, in its own transaction."""
    running = Application.objects.exclude(state__in=CLOSED).exclude(clock_act="")
    numbers = list(running.order_by("id").values_list("pk", flat=True))
    return sum(recount(by=by, application_id=pk, reason=reason) for pk in numbers)


@transaction.atomic
def recount(*, by: Membership, application_id: int, reason: str) -> bool:
    """Whether the application's deadline moved."""
    locked = (
        Application.objects.select_for_update(of=("self",))
        .select_related("site__region")
        .get(pk=application_id)
    )
    if not locked.clock_act or locked.clock_from is None:
        return False
    before = (locked.due_on, locked.clock_basis)
    start_clock(locked, locked.clock_act, locked.clock_from)
    if (locked.due_on, locked.clock_basis) == before:
        return False
    record(locked, by=by, reason=reason)
    return True


@dataclasses.dataclass(frozen=True)
class Deadline:
    """A day by which something of an application is due."""

    application: Application
    about: DeadlineSubject
    due_on: datetime.date


def watched(horizon: datetime.date) -> list[Deadline]:
    """Every deadline up to the horizon: legal terms, stopped clocks, answers awaited."""
    people = ("site__enterprise", "site__region", "assignee__user")
    rows = Application.objects.exclude(state__in=CLOSED).filter(due_on__lte=horizon)
    found = [
        Deadline(row, DeadlineSubject.CLOCK, row.due_on)
        for row in rows.select_related(*people)
        if row.due_on
    ]
    own = tuple(f"application__{name}" for name in people)
    closed = {"application__state__in": CLOSED}
    pauses = ClockPause.objects.filter(to_date__isnull=True, expected_to__lte=horizon)
    found += [
        Deadline(pause.application, DeadlineSubject.PAUSE, pause.expected_to)
        for pause in pauses.exclude(**closed).select_related(*own)
        if pause.expected_to
    ]
    asked = Enquiry.objects.open().filter(due_on__lte=horizon, pause__isnull=True)
    found += [
        Deadline(one.application, DeadlineSubject.ENQUIRY, one.due_on)
        for one in asked.exclude(**closed).select_related(*own)
        if one.due_on
    ]
    return found


@transaction.atomic
def tell_deadlines(*, now: datetime.datetime) -> list[DeadlineNotice]:
    """Tell the bureau of each deadline that is near or missed, once each: the county's and the
    city's, so that a missed one is known above the desk. Returns the new notices."""
    today = timezone.localdate(now)
    rows = watched(today + datetime.timedelta(days=TELL_BEFORE * 4))
    count = WorkdayCount(today, [row.due_on for row in rows])
    told = {
        (notice.application_id, notice.about, notice.due_on, notice.is_overdue)
        for notice in DeadlineNotice.objects.filter(application__in=[r.application for r in rows])
    }
    fresh = []
    for row in rows:
        left = count.left(row.due_on)
        assert left is not None, "a watched deadline has its day"
        key = (row.application.pk, row.about, row.due_on, left < 0)
        if left <= TELL_BEFORE and key not in told:
            told.add(key)
            fresh.append((row, left))
    give_notices(told=[notice for row, left in fresh for notice in said_of(row, left)], now=now)
    return DeadlineNotice.objects.bulk_create(
        [
            DeadlineNotice(
                application=row.application,
                about=row.about,
                due_on=row.due_on,
                is_overdue=left < 0,
                at=now,
            )
            for row, left in fresh
        ],
        ignore_conflicts=True,
    )


def said_of(deadline: Deadline, left: int) -> Iterable[Told]:
    """The notice to the bureaus of the application's county and city."""
    region = deadline.application.site.region
    link = reverse("application", args=[deadline.application.pk])
    for bureau in Bureau.objects.filter(region_id__in={region.code, region.city_code}):
        tone = "red" if left < 0 else "yellow"
        yield Told(place=bureau, say=words_of(deadline, left), link=link, tone=tone)


def words_of(deadline: Deadline, left: int) -> Callable[[], str]:
    """What is due, when, and in whose hands it is."""

    def say() -> str:
        application = deadline.application
        late = _("%(what)s of %(no)s (%(unit)s) was due on %(day)s. In the hands of: %(who)s.")
        near = _(
            "%(what)s of %(no)s (%(unit)s) is due on %(day)s: %(left)s working days left. "
            "In the hands of: %(who)s."
        )
        return (late if left < 0 else near) % {
            "what": deadline.about.label,
            "no": application,
            "unit": application.site.enterprise,
            "day": deadline.due_on,
            "left": left,
            "who": application.assignee.user if application.assignee else _("nobody"),
        }

    return say


@transaction.atomic
def tell_renewals(*, now: datetime.datetime) -> list[RenewalNotice]:
    """Tell each unit in time, and again when the day has passed, that its renewal must be asked
    for (Regulation art. 14); nobody who has asked already."""
    today = timezone.localdate(now)
    soon = Permit.objects.filter(
        state=PermitState.VALID, valid_to__gte=today, valid_to__lte=today + 3 * RENEWAL_NOTICE
    ).select_related("site__region", "site__enterprise")
    asked = Application.objects.filter(kind=Kind.RENEW).exclude(
        state__in=[*CLOSED, *(state.value for state in DRAFT_STATES)]
    )
    found = []
    for permit in soon.exclude(site__in=asked.values("site_id")):
        rule = legal_clock("RENEW_BEFORE", region=permit.site.region, day=today)
        due = renewal_day(permit.valid_to, rule.amount)
        if today >= due - RENEWAL_NOTICE:
            found += tell_renewal(permit, due=due, is_late=today > due, now=now)
    return found


def tell_renewal(
    permit: Permit, *, due: datetime.date, is_late: bool, now: datetime.datetime
) -> list[RenewalNotice]:
    """The notice, unless it was given before."""
    notice, is_new = RenewalNotice.objects.get_or_create(
        permit=permit, valid_to=permit.valid_to, is_late=is_late, defaults={"at": now}
    )
    if not is_new:
        return []

    def say() -> str:
        late = _("The renewal of %(no)s should have been asked for by %(day)s; do it at once.")
        near = _("Permit %(no)s ends on %(end)s: ask for its renewal by %(day)s.")
        params = {"no": permit.permit_no, "day": due, "end": permit.valid_to}
        return (late if is_late else near) % params

    give_notices(
        told=[
            Told(
                place=permit.site.enterprise,
                say=say,
                link=reverse("permit", args=[permit.pk]),
                tone="red" if is_late else "yellow",
            )
        ],
        now=now,
    )
    return [notice]


def watch(*, now: datetime.datetime) -> None:
    """The clock's round: count anew what the calendar moved, then deem, tell and remind."""
    recount_deadlines(by=system_actor("clock"), reason=said("deadline counted anew"))
    deem_unanswered(now=now)
    tell_deadlines(now=now)
    tell_renewals(now=now)
