"""What the clock does in the ledger; each task is one service call and may run twice."""

import structlog
from celery import shared_task
from django.utils import timezone

from ledger import queries, services
from parties.services import system_actor
from shell.refusals import Refusal

log = structlog.get_logger(__name__)


@shared_task
def expire_holds(**_extra: object) -> None:
    """Release the holds whose time is over."""
    services.expire_holds(by=system_actor("clock"), now=timezone.now())


@shared_task
def lapse_ended_periods(**_extra: object) -> None:
    """Let the rest of ended quota periods lapse or carry over, and what came back to ended lots."""
    clock = system_actor("clock")
    services.lapse_due(by=clock, now=timezone.now())
    services.sweep_ended_lots(by=clock, now=timezone.now())


@shared_task
def end_leases(**_extra: object) -> None:
    """Give back the leases whose last day is over."""
    services.end_leases(by=system_actor("clock"), now=timezone.now())


@shared_task
def carry_out_requests(**_extra: object) -> None:
    """Carry out what a second person granted and whose cool-off is over."""
    services.carry_out_due(by=system_actor("clock"), now=timezone.now())


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
def watch_lateness(**_extra: object) -> None:
    """Tell those who look after the log when it or a witness is late, and when it is over."""
    services.watch_lateness(now=timezone.now())


@shared_task
def ask_witnesses(**_extra: object) -> None:
    """Ask for cosignatures under the latest checkpoint; a witness that is down is asked again."""
    services.ask_witnesses(now=timezone.now())
