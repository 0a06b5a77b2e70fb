"""Legal deadlines never pass silently: unanswered counts as accepted, the rest is told."""

import datetime

from django.db import transaction
from django.utils import timezone

from permits.models import Application, DeadlineNotice
from permits.queries.clocks import WorkdayCount
from permits.rules import CLOSED_STATES, State

from .review import deem_accepted

# How many working days before the deadline people are told; a convenience, not a rule of law.
TELL_BEFORE = 3


def deem_unanswered(*, now: datetime.datetime) -> int:
    """Every application unanswered past its intake term counts as accepted; returns how many."""
    late = Application.objects.filter(
        state=State.SUBMITTED, due_on__lt=timezone.localdate(now)
    ).order_by("id")
    for application in late:
        deem_accepted(application=application, now=now)
    return len(late)


@transaction.atomic
def tell_deadlines(*, now: datetime.datetime) -> list[DeadlineNotice]:
    """Note each deadline that is near or missed, once each; returns the new notices."""
    today = timezone.localdate(now)
    rows = list(
        Application.objects.exclude(state__in=[state.value for state in CLOSED_STATES]).filter(
            due_on__lte=today + datetime.timedelta(days=TELL_BEFORE * 4)
        )
    )
    count = WorkdayCount(today, [row.due_on for row in rows])
    wanted = []
    for row in rows:
        left = count.left(row.due_on)
        if left is not None and left <= TELL_BEFORE:
            wanted.append(
                DeadlineNotice(application=row, due_on=row.due_on, is_overdue=left < 0, at=now)
            )
    told = {
        (notice.application_id, notice.due_on, notice.is_overdue)
        for notice in DeadlineNotice.objects.filter(application__in=rows)
    }
    fresh = [n for n in wanted if (n.application_id, n.due_on, n.is_overdue) not in told]
    return DeadlineNotice.objects.bulk_create(fresh, ignore_conflicts=True)
