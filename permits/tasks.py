"""What the clock does for permits; each task is one service call and may run twice."""

from celery import shared_task
from django.utils import timezone

from parties.services import system_actor
from permits import services


@shared_task
def expire_permits(**_extra: object) -> None:
    """End the permits whose term is over."""
    services.expire_due(now=timezone.now())


@shared_task
def keep_reports(**_extra: object) -> None:
    """Open the reports owed, renew their recorded figures, chase the late ones."""
    services.keep_reports(now=timezone.now())


@shared_task
def take_snapshots(**_extra: object) -> None:
    """Keep the month's totals."""
    services.take_snapshots(now=timezone.now())


@shared_task
def watch_deadlines(**_extra: object) -> None:
    """Count running terms by today's calendar, deem unanswered applications accepted, tell of
    deadlines near or missed and of renewals to ask for."""
    services.watch(now=timezone.now())


@shared_task
def publish_register(**_extra: object) -> None:
    """Publish today's open data once, and give up the files that no rule keeps."""
    now = timezone.now()
    services.publish_day(now=now)
    services.give_up_days(now=now)


@shared_task
def keep_rights_certificates(**_extra: object) -> None:
    """Void certificates whose rights changed, issue those that paid rights are owed."""
    services.issue_due(by=system_actor("clock"), now=timezone.now())
