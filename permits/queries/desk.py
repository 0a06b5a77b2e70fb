"""What waits for whom: the officer's desk by legal deadline, the enterprise's to-dos."""

import dataclasses
import datetime

from django.db.models import F, Max, Prefetch, QuerySet

from parties.models import Membership
from parties.queries import years_not_entered
from parties.rules import Act
from permits.models import Application, Decision, Ending, PanelVote, Permit
from permits.models.endings import EndingState
from permits.models.permits import PermitState
from permits.rules import State

from .clocks import WorkdayCount, legal_clock, renewal_day


@dataclasses.dataclass(frozen=True)
class Task:
    """An application that waits for an officer, with the working days left."""

    application: Application
    workdays_left: int | None
    waits_for_second: bool
    is_own_decision: bool

    @property
    def days_over(self) -> int:
        """Working days since the deadline passed."""
        return -self.workdays_left if self.workdays_left and self.workdays_left < 0 else 0

    @property
    def tone(self) -> str:
        """How urgent it is, as a status tone."""
        if self.workdays_left is None:
            return "waiting"
        if self.workdays_left < 0:
            return "closed"
        if self.workdays_left <= 2:
            return "red"
        return "yellow" if self.workdays_left <= 5 else "normal"


WAITING = [
    state.value
    for state in (
        State.SUBMITTED,
        State.ACCEPTED,
        State.UNDER_REVIEW,
        State.PANEL,
        State.APPROVED,
    )
]


def waiting_applications(actor: Membership | None) -> QuerySet[Application]:
    """What waits for the bureau, nearest legal deadline first; a stopped clock comes last."""
    standing = Decision.objects.filter(is_returned=False)
    return (
        Application.objects.for_actor(actor)
        .filter(state__in=WAITING)
        .select_related("site__enterprise", "site__region")
        .prefetch_related(Prefetch("decisions", queryset=standing, to_attr="standing"))
        .order_by(F("due_on").asc(nulls_last=True), "id")
    )


def tasks(actor: Membership, today: datetime.date, *, limit: int = 20) -> list[Task]:
    """The desk's first lines, in five queries whatever their number."""
    rows = list(waiting_applications(actor)[:limit])
    count = WorkdayCount(today, [row.due_on for row in rows])
    return [task_of(row, count, actor) for row in rows]


def task_of(application: Application, count: WorkdayCount, actor: Membership) -> Task:
    """The application as a line of the desk."""
    standing: list[Decision] = getattr(application, "standing", [])
    decided_by = standing[0].decided_by_id if standing else None
    return Task(
        application=application,
        workdays_left=count.left(application.due_on),
        waits_for_second=application.state == State.APPROVED,
        is_own_decision=decided_by == actor.pk,
    )


def open_votes(actor: Membership) -> QuerySet[PanelVote]:
    """The collective reviews this person is called to and has not voted in."""
    return PanelVote.objects.filter(
        member_user=actor.user, vote="", panel__closed_at__isnull=True
    ).select_related("panel__application__site__enterprise")


def proposed_endings(actor: Membership) -> QuerySet[Ending]:
    """Revocations and other endings that wait for a second person."""
    return (
        Ending.objects.filter(
            state=EndingState.PROPOSED, permit__in=Permit.objects.for_actor(actor)
        )
        .exclude(proposed_by__user=actor.user_id)
        .select_related("permit__site__enterprise", "proposed_by__user")
        .order_by("proposed_at")
    )


def calendar_gaps(actor: Membership, today: datetime.date) -> list[int]:
    """The years not entered in the calendar into which the terms of waiting applications run."""
    last = waiting_applications(actor).order_by().aggregate(last=Max("due_on"))["last"]
    return years_not_entered(today, [last])


@dataclasses.dataclass(frozen=True)
class OwnPermit:
    """A permit on the enterprise's home, with the day by which to ask for its renewal."""

    permit: Permit
    renew_by: datetime.date | None
    is_renewal_due: bool

    @property
    def tone(self) -> str:
        """The state as a status tone."""
        if self.permit.state != PermitState.VALID:
            return "closed"
        return "yellow" if self.is_renewal_due else "normal"


def own_permits(actor: Membership, today: datetime.date) -> list[OwnPermit]:
    """The enterprise's permits, soonest expiry first."""
    permits = (
        Permit.objects.for_actor(actor)
        .select_related("site__region", "site__enterprise")
        .order_by("valid_to")
    )
    return [own_permit(permit, today) for permit in permits]


def own_permit(permit: Permit, today: datetime.date) -> OwnPermit:
    """When the renewal must be asked for (Regulation art. 14): so many working days before."""
    if permit.state != PermitState.VALID:
        return OwnPermit(permit, None, False)
    rule = legal_clock("RENEW_BEFORE", region=permit.site.region, day=today)
    renew_by = renewal_day(permit.valid_to, rule.amount)
    return OwnPermit(permit, renew_by, today >= renew_by - datetime.timedelta(days=90))


def own_applications(actor: Membership) -> QuerySet[Application]:
    """The enterprise's open applications, newest first."""
    return Application.objects.for_actor(actor).open().select_related("site__enterprise")


@dataclasses.dataclass(frozen=True)
class Desk:
    """Everything the officer's desk shows."""

    tasks: list[Task]
    waiting: int
    votes: list[PanelVote]
    endings: list[Ending]


def desk(actor: Membership, today: datetime.date) -> Desk:
    """What waits for this person, nearest legal deadline first."""
    return Desk(
        tasks=tasks(actor, today),
        waiting=waiting_applications(actor).count(),
        votes=list(open_votes(actor)),
        endings=list(proposed_endings(actor)),
    )


@dataclasses.dataclass(frozen=True)
class Affairs:
    """The permit part of an enterprise's home."""

    permits: list[OwnPermit]
    applications: list[Application]
    can_apply: bool


def own_affairs(actor: Membership, today: datetime.date) -> Affairs:
    """The enterprise's permits and open applications."""
    return Affairs(
        permits=own_permits(actor, today),
        applications=list(own_applications(actor)),
        can_apply=actor.may(Act.APPLY_PERMIT),
    )
