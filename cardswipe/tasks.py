"""What the clock does for card-swipe discharge; each task may run twice."""

import datetime

from celery import shared_task
from django.utils import timezone

from cardswipe import services
from cardswipe.services.telemetry import months_ahead
from parties.services import system_actor


@shared_task
def book_waiting(**_extra: object) -> None:
    """Debit the events that waited for their quota period."""
    services.book_waiting(by=system_actor("clock"), now=timezone.now())


@shared_task
def give_up_months(**_extra: object) -> None:
    """Drop months of raw frames and readings that no rule keeps any longer."""
    services.give_up_months(
        by=system_actor("clock"), today=timezone.localdate(), now=timezone.now()
    )


@shared_task
def watch_months(**_extra: object) -> None:
    """Warn whose month's plan is used up; let go whose month is over."""
    services.watch_months(by=system_actor("clock"), now=timezone.now())


@shared_task
def settle_batches(**_extra: object) -> None:
    """Settle the off-line batches whose sessions have come since."""
    services.settle_due(by=system_actor("clock"), now=timezone.now())


def hours_over(hours: int, now: datetime.datetime) -> tuple[datetime.datetime, datetime.datetime]:
    """The last so many whole hours that ended at least an hour ago: begin and end."""
    end = now.replace(minute=0, second=0, microsecond=0) - datetime.timedelta(hours=1)
    return end - datetime.timedelta(hours=hours), end


@shared_task
def check_loads(hours: int = 3, **_extra: object) -> None:
    """Compare both sources of the hours that ended at least an hour ago; late ones at night."""
    now = timezone.now()
    since, until = hours_over(hours, now)
    services.check_loads(since=since, until=until, now=now)


@shared_task
def check_late_loads(**_extra: object) -> None:
    """The same for three days back: hours whose data came late."""
    check_loads(hours=72)


@shared_task
def book_own_hours(hours: int = 3, **_extra: object) -> None:
    """Book the hours of outlets that are debited by our own integral, an hour after their end."""
    now = timezone.now()
    since, until = hours_over(hours, now)
    services.book_own_hours(by=system_actor("clock"), since=since, until=until, now=now)


@shared_task
def book_late_own_hours(**_extra: object) -> None:
    """The same for three days back: hours whose minutes came late."""
    book_own_hours(hours=72)


@shared_task
def book_own_sessions(**_extra: object) -> None:
    """Book the card sessions that our own integral debits, an hour after their end."""
    services.book_own_sessions(by=system_actor("clock"), now=timezone.now())


@shared_task
def tell_late_minutes(**_extra: object) -> None:
    """Tell of sessions booked as estimates whose minutes have come since."""
    services.tell_late_minutes(now=timezone.now())


@shared_task
def fill_missing(**_extra: object) -> None:
    """Fill hours that nobody reported by the substitution rules that are switched on."""
    services.fill_missing(by=system_actor("clock"), now=timezone.now())


@shared_task
def settle_corrections(**_extra: object) -> None:
    """Take over what the ledger has decided on corrections of loads."""
    services.settle_corrections(by=system_actor("clock"), now=timezone.now())


@shared_task
def make_partitions(**_extra: object) -> None:
    """Make the coming months' partitions of raw frames and readings."""
    months = months_ahead(timezone.localdate(), 3)
    services.ensure_partitions(months=months)
