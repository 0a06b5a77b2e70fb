"""The clock of trading: rounds open and close, paid awards are delivered, bills are reminded.

Each task may run late, twice or on two machines: the database decides, so nothing happens twice.
"""

import structlog
from celery import shared_task
from django.utils import timezone

from parties.services import system_actor
from shell.refusals import Refusal
from shell.rules import RuleBroken
from trading import queries, services
from trading.models import Auction, Award
from trading.rules import AwardState, BillState

log = structlog.get_logger(__name__)


@shared_task
def keep_rounds() -> None:
    """Open and close every auction whose time has come."""
    clock = system_actor("clock")
    now = queries.database_now()
    for auction in Auction.objects.due_to_open(now):
        services.open_auction(by=clock, auction=auction, now=now)
    now = queries.database_now()
    for auction in Auction.objects.due_to_close(now):
        services.close_auction(by=clock, auction=auction, now=now)


@shared_task
def deliver_paid_awards() -> None:
    """Deliver what is paid and was not delivered at once; one that fails does not stop others."""
    clock = system_actor("clock")
    paid = Award.objects.filter(state=AwardState.PENDING)
    for award in paid.filter(bill__state=BillState.PAID) | paid.filter(bill__isnull=True):
        try:
            services.deliver_award(by=clock, award=award, now=timezone.now())
        except (Refusal, RuleBroken) as error:
            log.warning("award_not_delivered", award=award.pk, rule=error.code)


@shared_task
def remind_overdue_bills() -> None:
    """Mark bills whose due date has passed; their enterprises see it on their home page."""
    clock = system_actor("clock")
    while services.remind_overdue(by=clock, now=timezone.now()):
        pass
