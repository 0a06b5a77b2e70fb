"""What the clock does for permits; each task is one service call and may run twice."""

from celery import shared_task
from django.utils import timezone

from permits import services


@shared_task
def expire_permits(**_extra: object) -> None:
    """End the permits whose term is over."""
    services.expire_due(now=timezone.now())


@shared_task
def watch_deadlines(**_extra: object) -> None:
    """Deem unanswered applications accepted, and tell of legal deadlines near or missed."""
    services.deem_unanswered(now=timezone.now())
    services.tell_deadlines(now=timezone.now())
