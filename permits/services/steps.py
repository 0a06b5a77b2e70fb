"""The one way an application moves: lock, check the state table, note the step, set the clock."""

import datetime
from typing import Any

from django.utils import timezone

from parties.models import Membership
from parties.queries import phrase
from parties.services import record
from permits.models import Application, ReviewStep
from permits.models.applications import STEP_NAMES
from permits.queries.clocks import due_on, legal_clock
from permits.queries.edits import changes_since
from permits.refusals import KeyReused, StaleEdit
from permits.rules import State, Step, check_reason, decision_clock, next_state
from shell import live

from .telling import tell_step


def open_step(*, application: Application, step: Step, key: str) -> tuple[Application, bool]:
    """The application, locked, and whether this very step was taken before with this key.

    P126 when the key served another step; P101 when the state does not allow it.
    """
    locked = (
        Application.objects.select_for_update(of=("self",))
        .select_related("site__region", "site__enterprise")
        .get(pk=application.pk)
    )
    taken = ReviewStep.objects.filter(key=key).first()
    if taken is None:
        next_state(locked.state, step)
        return locked, False
    if (taken.application_id, taken.step) != (locked.pk, step):
        raise KeyReused
    return locked, True


def open_draft(*, application: Application, revision: int) -> Application:
    """The application, locked for writing; P101 when it is handed in, P103 with what changed
    when someone saved it after this person opened it."""
    locked = (
        Application.objects.select_for_update(of=("self",))
        .select_related("site__enterprise", "site__region")
        .get(pk=application.pk)
    )
    if not locked.is_editable:
        next_state(locked.state, Step.SUBMIT)
    check_revision(locked, revision)
    return locked


def check_revision(application: Application, revision: int) -> None:
    """P103, with who saved what since, when the page shows an older state."""
    if application.revision != revision:
        who, changes = changes_since(application, revision)
        raise StaleEdit(who=who, changes=changes)


def close_step(
    application: Application,
    *,
    step: Step,
    by: Membership,
    key: str,
    now: datetime.datetime,
    opinion: str = "",
    legal_basis: str = "",
) -> ReviewStep:
    """Move the locked application, set the clock that runs from now and note the step."""
    check_reason(step, opinion)
    before, after = application.state, next_state(application.state, step)
    application.state = after
    application.revision += 1
    if after != before or step in (Step.STOP_CLOCK, Step.RUN_CLOCK):
        set_clock(application, before=before, now=now)
    record(application, by=by, reason=phrase(STEP_NAMES[step]))
    tell_open_pages(application)
    tell_step(application, step=step, by=by, opinion=opinion.strip(), now=now)
    return ReviewStep.objects.create(
        application=application,
        step=step,
        from_state=before,
        to_state=after,
        by=by,
        at=now,
        opinion=opinion.strip(),
        legal_basis=legal_basis,
        key=key,
    )


def tell_open_pages(application: Application) -> None:
    """Refresh the desks of county and city and the enterprise's pages once this commits."""
    region = application.site.region
    for place in sorted({region.code, region.city_code}):
        live.notify(f"desk:{place}", payload={"kind": "application"})
    live.notify(f"enterprise:{application.site.enterprise_id}", payload={"kind": "application"})


def set_clock(application: Application, *, before: str, now: datetime.datetime) -> None:
    """Start, keep or end the legal clock by the state just entered."""
    state, today = State(application.state), timezone.localdate(now)
    if state == State.SUBMITTED:
        start_clock(application, "INTAKE", today)
    elif state == State.APPROVED:
        start_clock(application, "ISSUE", today)
    elif state == State.ACCEPTED or before == State.APPROVED:
        start_decision_clock(application)
    elif state not in (State.UNDER_REVIEW, State.PANEL):
        application.clock_act, application.clock_basis = "", ""
        application.clock_from = application.due_on = None


def start_decision_clock(application: Application) -> None:
    """The term from acceptance to decision, for this kind, class and site check."""
    assert application.accepted_at, "the decision clock runs from acceptance"
    act = decision_clock(
        application.kind, application.management_class, has_site_check=application.has_site_check
    )
    start_clock(application, act, timezone.localdate(application.accepted_at))


def start_clock(application: Application, act: str, start: datetime.date) -> None:
    """Let the act's term run from the day; a running pause leaves the deadline open."""
    rule = legal_clock(act, region=application.site.region, day=start)
    pauses: list[Any] = []
    if act.startswith("DECIDE"):
        pauses = list(application.clock_pauses.all())
    application.clock_act, application.clock_from = act, start
    application.clock_basis = rule.legal_basis
    is_stopped = any(pause.to_date is None for pause in pauses)
    application.due_on = None if is_stopped else due_on(start, rule.amount, pauses=pauses)
