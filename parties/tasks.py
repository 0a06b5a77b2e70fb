"""What the clock does for parties; each task is one service call and may run twice."""

from celery import shared_task
from django.utils import timezone

from parties import services


@shared_task
def deliver_notices(**_extra: object) -> None:
    """Send the notices given since the last run, and again what was not taken."""
    services.deliver_notices(now=timezone.now())
