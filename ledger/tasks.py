"""What the clock does in the ledger; each task is one service call and may run twice."""

import structlog
from celery import shared_task
from django.utils import timezone

from ledger import queries, services
from ledger.models import QuotaPeriod
from parties.services import system_actor
from shell.refusals import Refusal

log = structlog.get_logger(__name__)


@shared_task
def expire_holds(**_extra: object) -> None:
    """Release the holds whose time is over."""
    services.expire_holds(by=system_actor("clock"), now=timezone.now())


@shared_task
def lapse_ended_periods(**_extra: object) -> None:
    """Let the rest of ended quota periods lapse."""
    today = timezone.localdate()
    for period in QuotaPeriod.objects.filter(state="OPEN", end_date__lt=today):
        if (today - period.end_date).days > period.closes_after_days:
            services.lapse_period(by=system_actor("clock"), period=period, now=timezone.now())


@shared_task
def make_partitions(**_extra: object) -> None:
    """Make the journal's partitions of the coming months."""
    services.ensure_partitions(now=timezone.now())


@shared_task
def verify_nightly(**_extra: object) -> None:
    """Recompute the whole ledger and keep the result for the auditors."""
    services.record_verification(faults=queries.verify(), now=timezone.now())


@shared_task
def keep_proof_log(**_extra: object) -> None:
    """Give what was written its place in the proof log and sign it: every few seconds."""
    try:
        services.keep_log(now=timezone.now())
    except Refusal as refusal:
        # Told every time until someone acts: without a checkpoint nothing is proved any more.
        log.error("proof_log_not_signed", code=refusal.code, why=str(refusal))


@shared_task
def ask_witnesses(**_extra: object) -> None:
    """Ask for cosignatures under the latest checkpoint; a witness that is down is asked again."""
    services.ask_witnesses(now=timezone.now())
