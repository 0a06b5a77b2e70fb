"""Off-line batches: taken from the controller, settled by themselves or by an officer."""

import datetime
from collections import Counter
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_noop as said

from cardswipe.models import (
    CardAccount,
    CardBinding,
    Controller,
    DischargeEvent,
    EventLoad,
    SessionReport,
)
from cardswipe.models.offline import OfflineBatch, OfflineRule
from cardswipe.offline import (
    OPEN_FINDINGS,
    Allowance,
    Batch,
    BatchState,
    Booked,
    Finding,
    findings,
    mac_of,
)
from cardswipe.refusals import BatchIsSettled
from cardswipe.rules import AlarmKind, EventKind
from parties.models import Membership
from parties.services import record
from shell.rules import RuleBroken

from .alarms import AlarmSpec, raise_alarms

SALT = "cardswipe.offline-counters.v1"


def signing_keys(mn: str) -> list[str]:
    """The controller's key in hexadecimal, that of the present secret first; none is stored."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac(SALT, mn, one, algorithm="sha256").hexdigest() for one in secrets]


@transaction.atomic
def take_batch(
    *,
    by: Membership,
    controller: Controller,
    batch: Batch,
    now: datetime.datetime,
    frame_id: int | None = None,
) -> OfflineBatch:
    """Keep a controller's statement and settle it if everything fits already.

    The same statement again changes nothing; another under the same number is refused (C122).
    """
    known = OfflineBatch.objects.filter(controller=controller, number=batch.number).first()
    if known is not None:
        if (known.signed, known.mac) != (batch.signed, batch.mac):
            raise RuleBroken("C122", field="BatchNo")
        return known
    made = OfflineBatch(
        controller=controller,
        number=batch.number,
        began_at=batch.began_at,
        ended_at=batch.ended_at,
        first=batch.first,
        last=batch.last,
        totals=dict(batch.totals),
        signed=batch.signed,
        mac=batch.mac,
        frame_id=frame_id,
        received_at=now,
    )
    return _judge(by, made, now)


def _judge(by: Membership, batch: OfflineBatch, now: datetime.datetime) -> OfflineBatch:
    """Note what is found; settled when nothing keeps it open. An alarm tells what people must
    look at."""
    before = list(batch.findings)
    allowance = allowance_of(batch)
    found = findings(said_in(batch), booked(batch), key=_key(batch), allowance=allowance)
    batch.findings = [str(one) for one in found]
    if not OPEN_FINDINGS & set(found):
        batch.state, batch.settled_at, batch.settled_by = BatchState.SETTLED, now, by
    if batch.pk is None or batch.findings != before or batch.state == BatchState.SETTLED:
        record(batch, by=by, reason=said("judge the off-line batch"))
    if set(found) - {Finding.MISSING} and batch.findings != before:
        _alarm(batch, now)
    return batch


def _key(batch: OfflineBatch) -> str:
    """The key whose signature fits, else the present one."""
    keys = signing_keys(batch.controller.mn)
    return next((key for key in keys if mac_of(key, batch.signed) == batch.mac), keys[0])


def said_in(batch: OfflineBatch) -> Batch:
    """The statement as it was kept."""
    return Batch(
        number=batch.number,
        began_at=batch.began_at,
        ended_at=batch.ended_at,
        first=batch.first,
        last=batch.last,
        totals=batch.totals,
        signed=batch.signed,
        mac=batch.mac,
    )


def events_of(batch: OfflineBatch) -> "QuerySet[DischargeEvent]":
    """The sessions that a batch speaks of, those that are booked."""
    rows = DischargeEvent.objects.filter(kind=EventKind.SESSION)
    return rows.filter(**_sessions_of(batch))


def _sessions_of(batch: OfflineBatch) -> dict[str, Any]:
    return {
        "controller_id": batch.controller_id,
        "sequence__range": (batch.first, batch.last),
        "started_at__range": (batch.began_at, batch.ended_at),
    }


def booked(batch: OfflineBatch) -> Booked:
    """How many of its sessions have come, and what they add up to by the controller's own
    figures: those are what its batch counts, also where our integral was debited."""
    events = events_of(batch).filter(session_reports=None)
    rows = (
        EventLoad.objects.filter(event__in=events)
        .values_list("pollutant_id")
        .annotate(total=Sum("quantity"))
    )
    sums = Counter({pollutant: int(total) for pollutant, total in rows})
    told = SessionReport.objects.filter(**_sessions_of(batch)).exclude(integral={})
    kept = {
        one.report().key: one for one in told.order_by("-pk")
    }  # of two that contradict, the first
    for one in kept.values():
        sums.update(one.device_loads)
    return Booked(
        events.count() + len(kept), {code: sums[code] for code in batch.totals if code in sums}
    )


def allowance_of(batch: OfflineBatch) -> Allowance:
    """What the region allowed when the contact was lost, of what the card had been loaded with."""
    day = timezone.localdate(batch.began_at)
    region = batch.controller.outlet.site.region_id
    rules = OfflineRule.objects.nearest(region, day)
    if not rules:
        return Allowance({}, 0)
    binding = CardBinding.objects.at(batch.began_at).filter(controller=batch.controller).first()
    accounts = CardAccount.objects.filter(
        card_id=binding.card_id if binding else None,
        period__start_date__lte=day,
        period__end_date__gte=day,
    )
    loaded = dict(accounts.values_list("pollutant_id", "loaded"))
    parts = {code: amount * rules[0].percent // 100 for code, amount in loaded.items()}
    return Allowance(parts, rules[0].hours)


def _alarm(batch: OfflineBatch, now: datetime.datetime) -> None:
    spec = AlarmSpec(
        kind=AlarmKind.OFFLINE,
        enterprise_id=batch.controller.outlet.site.enterprise_id,
        controller_id=batch.controller_id,
        params={"number": str(batch.number), "fault": ", ".join(batch.findings)},
    )
    raise_alarms(specs=[spec], now=now)


@transaction.atomic
def settle_batch(
    *, by: Membership, batch: OfflineBatch, reason: str, now: datetime.datetime
) -> OfflineBatch:
    """As an officer, settle a batch that does not settle itself, with a reason; the sessions
    that were booked stand. Refuses one that is settled (C238)."""
    locked = _lock(batch.pk)
    if locked.state == BatchState.SETTLED:
        raise BatchIsSettled
    locked.state, locked.settled_at, locked.settled_by = BatchState.SETTLED, now, by
    locked.reason = reason
    return record(locked, by=by, reason=reason)


def _lock(pk: int) -> OfflineBatch:
    return (
        OfflineBatch.objects.select_for_update(of=("self",))
        .select_related("controller__outlet__site")
        .get(pk=pk)
    )


def settle_due(*, by: Membership, now: datetime.datetime) -> int:
    """Judge the provisional batches anew, whose sessions may have come since; returns how many
    were settled. Safe to repeat."""
    settled = 0
    for pk in OfflineBatch.objects.filter(state=BatchState.PROVISIONAL).values_list("pk"):
        with transaction.atomic():
            batch = _lock(pk[0])
            if batch.state == BatchState.PROVISIONAL:
                settled += _judge(by, batch, now).state == BatchState.SETTLED
    return settled
