"""What the clock does for parties; each task is one service call and may run twice."""

from celery import shared_task
from django.utils import timezone

from parties import services


@shared_task
def mail_notices(**_extra: object) -> None:
    """Mail the notices that were given since the last run."""
    services.mail_notices(now=timezone.now())
