"""What officers do before the decision: intake, review, clock, collective review."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as said

from parties.models import Membership
from parties.services import record, system_actor
from permits.models import Application, ClockPause, Panel, PanelVote, ReviewStep
from permits.models.panels import Vote
from permits.refusals import ClockState, NotOnPanel, OneCorrectionOnly, PanelEmpty, VoteCast
from permits.rules import Step, panel_result

from .steps import close_step, open_step, start_decision_clock


@transaction.atomic
def accept_application(
    *,
    by: Membership,
    application: Application,
    key: str,
    now: datetime.datetime,
    opinion: str = "",
    legal_basis: str = "",
) -> Application:
    """Accept; the decision clock starts (Regulation art. 9, 12)."""
    locked, is_repeat = open_step(application=application, step=Step.ACCEPT, key=key)
    if is_repeat:
        return locked
    locked.accepted_at = now
    close_step(
        locked, step=Step.ACCEPT, by=by, key=key, now=now, opinion=opinion, legal_basis=legal_basis
    )
    return locked


@transaction.atomic
def deem_accepted(*, application: Application, now: datetime.datetime) -> Application:
    """Without an answer in time the application counts as accepted from the day it was
    received (Regulation art. 9(4)); the clock's act, noted like any other."""
    key = f"deemed:{application.pk}:{application.due_on}"
    locked, is_repeat = open_step(application=application, step=Step.ACCEPT, key=key)
    if is_repeat:
        return locked
    basis = locked.clock_basis
    locked.accepted_at = locked.submitted_at
    close_step(
        locked,
        step=Step.ACCEPT,
        by=system_actor("clock"),
        key=key,
        now=now,
        opinion="逾期未告知，自收到申请之日起即为受理",
        legal_basis=basis,
    )
    return locked


@transaction.atomic
def ask_correction(
    *,
    by: Membership,
    application: Application,
    gaps: str,
    key: str,
    now: datetime.datetime,
    legal_basis: str = "",
) -> Application:
    """Send the one correction notice the law allows, naming all gaps (P102 on a second)."""
    locked, is_repeat = open_step(application=application, step=Step.ASK_CORRECTION, key=key)
    if is_repeat:
        return locked
    if ReviewStep.objects.filter(application=locked, step=Step.ASK_CORRECTION).exists():
        raise OneCorrectionOnly
    close_step(
        locked,
        step=Step.ASK_CORRECTION,
        by=by,
        key=key,
        now=now,
        opinion=gaps,
        legal_basis=legal_basis,
    )
    return locked


@transaction.atomic
def decline_intake(
    *,
    by: Membership,
    application: Application,
    reason: str,
    key: str,
    now: datetime.datetime,
    legal_basis: str = "",
) -> Application:
    """Do not accept: no permit needed, or not this bureau's matter (Regulation art. 9(1)(2))."""
    locked, is_repeat = open_step(application=application, step=Step.NOT_ACCEPT, key=key)
    if not is_repeat:
        close_step(
            locked,
            step=Step.NOT_ACCEPT,
            by=by,
            key=key,
            now=now,
            opinion=reason,
            legal_basis=legal_basis,
        )
    return locked


@transaction.atomic
def start_review(
    *,
    by: Membership,
    application: Application,
    has_site_check: bool,
    key: str,
    now: datetime.datetime,
    opinion: str = "",
) -> Application:
    """Begin the review; a needed site check lengthens the term (Regulation art. 12)."""
    locked, is_repeat = open_step(application=application, step=Step.START_REVIEW, key=key)
    if is_repeat:
        return locked
    locked.has_site_check = has_site_check
    start_decision_clock(locked)
    close_step(locked, step=Step.START_REVIEW, by=by, key=key, now=now, opinion=opinion)
    return locked


@transaction.atomic
def stop_clock(
    *,
    by: Membership,
    application: Application,
    pause_reason: str,
    told: str,
    key: str,
    now: datetime.datetime,
    legal_basis: str = "",
    expected_to: datetime.date | None = None,
) -> Application:
    """Stop the decision clock for a hearing, expert review or test; `told` is what the
    applicant is told in writing (Administrative Licensing Law art. 45)."""
    locked, is_repeat = open_step(application=application, step=Step.STOP_CLOCK, key=key)
    if is_repeat:
        return locked
    if locked.clock_pauses.filter(to_date__isnull=True).exists():
        raise ClockState
    pause_clock(
        locked, by=by, pause_reason=pause_reason, told=told, expected_to=expected_to, now=now
    )
    close_step(
        locked,
        step=Step.STOP_CLOCK,
        by=by,
        key=key,
        now=now,
        opinion=told,
        legal_basis=legal_basis,
    )
    return locked


def pause_clock(
    application: Application,
    *,
    by: Membership,
    pause_reason: str,
    told: str,
    expected_to: datetime.date | None,
    now: datetime.datetime,
) -> ClockPause:
    """Let the locked application's decision clock stand from today."""
    pause = ClockPause(
        application=application,
        reason=pause_reason,
        from_date=timezone.localdate(now),
        expected_to=expected_to,
    )
    record(pause, by=by, reason=told)
    start_decision_clock(application)
    return pause


def end_pause(
    application: Application,
    pause: ClockPause,
    *,
    by: Membership,
    reason: str,
    now: datetime.datetime,
) -> None:
    """Let the locked application's clock run on from today; what it stood for does not count."""
    pause.to_date = timezone.localdate(now)
    record(pause, by=by, reason=reason)
    start_decision_clock(application)


@transaction.atomic
def run_clock(
    *,
    by: Membership,
    application: Application,
    key: str,
    now: datetime.datetime,
    opinion: str = "",
) -> Application:
    """Let the stopped clock run on; the days it stood do not count."""
    locked, is_repeat = open_step(application=application, step=Step.RUN_CLOCK, key=key)
    if is_repeat:
        return locked
    pause = locked.clock_pauses.filter(to_date__isnull=True).first()
    if pause is None:
        raise ClockState
    end_pause(locked, pause, by=by, reason=opinion, now=now)
    close_step(locked, step=Step.RUN_CLOCK, by=by, key=key, now=now, opinion=opinion)
    return locked


@transaction.atomic
def call_panel(
    *,
    by: Membership,
    application: Application,
    members: Sequence[Membership],
    key: str,
    now: datetime.datetime,
    opinion: str = "",
    meets_at: datetime.datetime | None = None,
    place: str = "",
) -> Panel:
    """Call the members to a collective review (集体审议, local practice)."""
    locked, is_repeat = open_step(application=application, step=Step.CALL_PANEL, key=key)
    if is_repeat:
        return locked.panels.latest("id")
    if not members:
        raise PanelEmpty
    panel = Panel(application=locked, called_at=now, meets_at=meets_at, place=place)
    record(panel, by=by, reason=said("panel called"))
    for member in {member.user_id: member for member in members}.values():
        vote = PanelVote(panel=panel, member=member, member_user=member.user)
        record(vote, by=by, reason=said("called to the panel"))
    close_step(locked, step=Step.CALL_PANEL, by=by, key=key, now=now, opinion=opinion)
    return panel


@transaction.atomic
def cast_vote(
    *, by: Membership, panel: Panel, vote: str, opinion: str, now: datetime.datetime
) -> PanelVote:
    """Vote once, as a member who was called (P122, P123); the same vote again is no fault."""
    own = (
        PanelVote.objects.select_for_update()
        .filter(panel=panel, member_user=by.user, panel__closed_at__isnull=True)
        .first()
    )
    if own is None:
        raise NotOnPanel
    if own.vote:
        if (own.vote, own.opinion) == (vote, opinion):
            return own
        raise VoteCast
    own.vote, own.opinion, own.voted_at = Vote(vote), opinion, now
    return record(own, by=by, reason=said("vote cast"))


@transaction.atomic
def close_panel(
    *,
    by: Membership,
    application: Application,
    minutes: str,
    key: str,
    now: datetime.datetime,
) -> Panel:
    """Count the votes and put the minutes on file (P121 while votes are missing)."""
    locked, is_repeat = open_step(application=application, step=Step.CLOSE_PANEL, key=key)
    panel = locked.panels.latest("id")
    if is_repeat:
        return panel
    votes = dict(panel.votes.values_list("member_user_id", "vote"))
    panel.result = panel_result(votes)
    panel.closed_at, panel.minutes = now, minutes
    record(panel, by=by, reason=said("panel closed"))
    close_step(locked, step=Step.CLOSE_PANEL, by=by, key=key, now=now, opinion=minutes)
    return panel
