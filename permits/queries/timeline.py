"""What happened to an application or a permit: who, when, what, why; newest first."""

import dataclasses
import datetime
from typing import Any

from django.utils.translation import gettext as _

from parties.models import Membership
from permits.models import Application, Permit
from permits.models.endings import EndingState
from permits.rules import Step

TONES = {
    Step.ASK_CORRECTION: "yellow",
    Step.NOT_ACCEPT: "closed",
    Step.STOP_CLOCK: "waiting",
    Step.RETURN: "yellow",
    Step.REFUSE: "closed",
    Step.ISSUE: "normal",
    Step.PROPOSE: "active",
    Step.ACCEPT: "active",
}


@dataclasses.dataclass(frozen=True)
class Event:
    """One line of a timeline."""

    at: datetime.datetime
    who: str
    role: str
    what: str
    why: str = ""
    tone: str = "neutral"


def event(by: Membership, at: datetime.datetime, what: str, **more: Any) -> Event:
    return Event(at, str(by.user), by.get_role_display(), what, **more)


def application_timeline(application: Application) -> list[Event]:
    """The steps on file, with opinions and legal basis, and the votes of collective reviews."""
    steps = application.review_steps.select_related("by__user").order_by("-id")
    events = [
        event(
            step.by,
            step.at,
            step.get_step_display(),
            why=" · ".join(filter(None, [step.opinion, step.legal_basis])),
            tone=TONES.get(Step(step.step), "neutral"),
        )
        for step in steps
    ]
    votes = [
        event(
            vote.member,
            vote.voted_at,
            _("Vote: %(vote)s") % {"vote": vote.get_vote_display()},
            why=vote.opinion,
        )
        for panel in application.panels.all()
        for vote in panel.votes.exclude(vote="").select_related("member__user")
        if vote.voted_at
    ]
    return sorted(events + votes, key=lambda found: found.at, reverse=True)


def permit_timeline(permit: Permit, *, is_public: bool = False) -> list[Event]:
    """Versions issued and the permit's ending; the public is told the office, not the person."""
    events = [
        event(
            version.issued_by,
            version.issued_at,
            _("Version %(number)s issued: %(kind)s")
            % {"number": version.number, "kind": version.get_business_type_display()},
            why=_("Valid %(start)s to %(end)s")
            % {"start": version.valid_from, "end": version.valid_to},
            tone="normal",
        )
        for version in permit.versions.select_related("issued_by__user")
    ]
    events += [
        event(
            ending.proposed_by,
            ending.proposed_at,
            _("Permit ended: %(state)s") % {"state": ending.get_ends_as_display()},
            why=" · ".join([ending.reason, ending.legal_basis]),
            tone="closed",
        )
        for ending in permit.endings.filter(state=EndingState.DONE).select_related(
            "proposed_by__user"
        )
    ]
    events.sort(key=lambda found: found.at, reverse=True)
    if is_public:
        return [dataclasses.replace(found, who=found.role, role="") for found in events]
    return events
