"""What a person can do with an application now: the open steps that the role allows."""

import dataclasses
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parties.models import Membership
from parties.rules import Act
from permits.models import Application, PanelVote
from permits.models.applications import STEP_NAMES
from permits.rules import REVIEW_STATES, State, Step, open_steps

# Step → (act it needs, route of its page); the order is that of the buttons.
PAGES: dict[Step, tuple[Act, str]] = {
    Step.SUBMIT: (Act.APPLY_PERMIT, "application_check"),
    Step.RESUBMIT: (Act.APPLY_PERMIT, "application_check"),
    Step.ACCEPT: (Act.REVIEW_PERMIT, "application_accept"),
    Step.START_REVIEW: (Act.REVIEW_PERMIT, "application_review"),
    Step.CLOSE_PANEL: (Act.REVIEW_PERMIT, "application_close_panel"),
    Step.PROPOSE: (Act.REVIEW_PERMIT, "application_propose"),
    Step.ISSUE: (Act.ISSUE_PERMIT, "application_issue"),
    Step.ENQUIRE: (Act.REVIEW_PERMIT, "application_ask"),
    Step.ASSIGN: (Act.REVIEW_PERMIT, "application_assign"),
    Step.ASK_CORRECTION: (Act.REVIEW_PERMIT, "application_correct"),
    Step.NOT_ACCEPT: (Act.REVIEW_PERMIT, "application_decline"),
    Step.CALL_PANEL: (Act.REVIEW_PERMIT, "application_panel"),
    Step.RUN_CLOCK: (Act.REVIEW_PERMIT, "application_run_clock"),
    Step.STOP_CLOCK: (Act.REVIEW_PERMIT, "application_stop_clock"),
    Step.REFUSE: (Act.REVIEW_PERMIT, "application_refuse"),
    Step.RETURN: (Act.ISSUE_PERMIT, "application_return"),
    Step.WITHDRAW: (Act.APPLY_PERMIT, "application_withdraw"),
}
STEP_VOTE = _("Vote")
# What carries the file forward; the other steps are side doors and never the main button.
FORWARD = {
    Step.SUBMIT,
    Step.RESUBMIT,
    Step.ACCEPT,
    Step.START_REVIEW,
    Step.CLOSE_PANEL,
    Step.PROPOSE,
    Step.ISSUE,
}
ENDS = {Step.NOT_ACCEPT, Step.REFUSE, Step.WITHDRAW}


@dataclasses.dataclass(frozen=True)
class Action:
    """A button: its words, its page, whether it is the main one or ends something."""

    label: Any
    url: str
    is_main: bool = False
    is_end: bool = False


def actions_of(application: Application, actor: Membership) -> list[Action]:
    """The buttons of this person; none that would only be refused."""
    steps = [step for step in PAGES if step in open_steps(application.state)]
    hidden = hidden_steps(application, actor)
    found = [
        Action(
            STEP_NAMES[step],
            reverse(PAGES[step][1], args=[application.pk]),
            is_main=step in FORWARD,
            is_end=step in ENDS,
        )
        for step in steps
        if actor.may(PAGES[step][0]) and step not in hidden
    ]
    if actor.may(Act.JOIN_PANEL) and application.state == State.PANEL:
        found = vote_action(application, actor) + found
    return found


def vote_action(application: Application, actor: Membership) -> list[Action]:
    """The vote, for a member who is called and has not voted."""
    is_called = PanelVote.objects.filter(
        panel__application=application, panel__closed_at=None, member_user=actor.user, vote=""
    ).exists()
    url = reverse("application_vote", args=[application.pk])
    return [Action(STEP_VOTE, url, is_main=True)] if is_called else []


def hidden_steps(application: Application, actor: Membership) -> set[Step]:
    """Steps of the table that this file or this person cannot take now."""
    hidden: set[Step] = set()
    if application.state in REVIEW_STATES:
        is_stopped = application.clock_pauses.filter(to_date__isnull=True).exists()
        hidden.add(Step.STOP_CLOCK if is_stopped else Step.RUN_CLOCK)
    if application.state == State.PANEL:
        panel = application.panels.filter(closed_at__isnull=True).first()
        if panel and panel.votes.filter(vote="").exists():
            hidden.add(Step.CLOSE_PANEL)
    if application.review_steps.filter(step=Step.ASK_CORRECTION).exists():
        hidden.add(Step.ASK_CORRECTION)
    if application.state == State.APPROVED:
        decision = application.decisions.filter(is_returned=False).first()
        if decision and decision.decided_by.user_id == actor.user_id:
            hidden |= {Step.ISSUE, Step.RETURN}
    return hidden
