"""Whose hands an application is in, and steps taken on many at once where the law allows it."""

import dataclasses
import datetime
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from parties.models import Membership
from parties.rules import Act
from permits.models import Application
from permits.queries.findings import findings
from permits.rules import State, Step
from permits.work_refusals import HeldByAnother, OfficerOutOfReach
from shell.refusals import Refusal, spoken
from shell.rules import RuleBroken

from .review import accept_application
from .steps import close_step, open_step


@transaction.atomic
def claim(
    *, by: Membership, application: Application, key: str, now: datetime.datetime
) -> Application:
    """Take an application that nobody has (P166 when somebody has it)."""
    locked, is_repeat = open_step(application=application, step=Step.ASSIGN, key=key)
    if is_repeat or locked.assignee_id == by.pk:
        return locked
    if locked.assignee:
        raise HeldByAnother(who=locked.assignee.user)
    return hand_over(locked, by=by, officer=by, key=key, now=now, opinion="")


@transaction.atomic
def assign(
    *,
    by: Membership,
    application: Application,
    officer: Membership,
    key: str,
    now: datetime.datetime,
    opinion: str = "",
) -> Application:
    """Give an application to an officer, or take it from one for another; P165 for someone who
    does not review permits there."""
    locked, is_repeat = open_step(application=application, step=Step.ASSIGN, key=key)
    if is_repeat:
        return locked
    if not may_work_on(officer, locked, timezone.localdate(now)):
        raise OfficerOutOfReach(who=officer.user)
    return hand_over(locked, by=by, officer=officer, key=key, now=now, opinion=opinion)


def may_work_on(officer: Membership, application: Application, day: datetime.date) -> bool:
    """Whether the officer reviews permits in the application's region on the day."""
    prefix = officer.region_prefix
    return (
        officer.bureau_id is not None
        and officer.may(Act.REVIEW_PERMIT)
        and officer.valid_from <= day
        and (officer.valid_to is None or officer.valid_to >= day)
        and application.site.region_id.startswith(prefix)
    )


def hand_over(
    application: Application,
    *,
    by: Membership,
    officer: Membership,
    key: str,
    now: datetime.datetime,
    opinion: str,
) -> Application:
    application.assignee = officer
    said = " · ".join(filter(None, [str(officer.user), opinion]))
    close_step(application, step=Step.ASSIGN, by=by, key=key, now=now, opinion=said)
    return application


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one application of a batch; `why` is empty when the step was taken."""

    application: Application
    why: str = ""


def claim_many(
    *, by: Membership, applications: Sequence[Application], key: str, now: datetime.datetime
) -> list[Outcome]:
    """Claim each by itself: one that cannot be claimed does not keep the others back."""
    return [
        tried(claim, by=by, application=one, key=f"{key}:{one.pk}", now=now) for one in applications
    ]


def assign_many(
    *,
    by: Membership,
    applications: Sequence[Application],
    officer: Membership,
    key: str,
    now: datetime.datetime,
) -> list[Outcome]:
    """Give each to the officer, each by itself."""
    return [
        tried(assign, by=by, application=one, officer=officer, key=f"{key}:{one.pk}", now=now)
        for one in applications
    ]


def accept_many(
    *, by: Membership, applications: Sequence[Application], key: str, now: datetime.datetime
) -> list[Outcome]:
    """Accept those that are complete, each with its own step and clock. One with a finding of
    the automatic checks is left for a person; decisions are never taken in a batch."""
    return [
        accept_clean(by=by, application=one, key=f"{key}:{one.pk}", now=now) for one in applications
    ]


def accept_clean(
    *, by: Membership, application: Application, key: str, now: datetime.datetime
) -> Outcome:
    found = findings(application, timezone.localdate(now))
    if found and application.state == State.SUBMITTED:
        return Outcome(application, found[0])
    return tried(accept_application, by=by, application=application, key=key, now=now)


def tried(step: Callable[..., Any], *, application: Application, **more: Any) -> Outcome:
    """Take the step; a refusal becomes the outcome's reason."""
    try:
        step(application=application, **more)
    except (Refusal, RuleBroken) as refusal:
        return Outcome(application, str(spoken(refusal)))
    return Outcome(application)
