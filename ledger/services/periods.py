"""The end of a quota period: its rest lapses or is carried over, then the period is closed."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import models, transaction
from django.utils import timezone

from ledger.lot_refusals import PeriodOverForRule
from ledger.models import Account, Asset, Hold, Lot, QuotaPeriod
from ledger.models.assets import PeriodState
from ledger.models.holds import HoldState
from ledger.refusals import PeriodHasHolds, PeriodIsClosed, PeriodNotOver
from ledger.rules import DocumentRef, Move, Posting, Purpose
from ledger.shares import carried_part
from parties.models import Membership
from parties.services import record

from .accounts import AccountSpec, accounts_for, asset_for, ensure_periods
from .posting import post

BATCH = 2000
LAPSING = [Purpose.AVAILABLE, Purpose.CARD, Purpose.RESERVE]


@transaction.atomic
def lapse_period(*, by: Membership, period: QuotaPeriod, now: datetime.datetime) -> int:
    """Let what is left of a quota period lapse, or carry it over by the period's rule; returns
    the accounts emptied.

    Safe to repeat: what came back since (a hold released) lapses then. A closed period is left
    alone. What is on cards lapses whatever the rule: it must be unloaded to be carried over.
    """
    locked = QuotaPeriod.objects.select_for_update(of=("self",)).get(pk=period.pk)
    if locked.state == PeriodState.CLOSED:
        return 0
    rest = list(resting(locked).select_for_update(of=("self",)).order_by("pk"))
    for start in range(0, len(rest), BATCH):
        part = rest[start : start + BATCH]
        post(by=by, postings=_end_postings(by, part, locked), now=now)
    if rest or locked.lapsed_at is None:
        locked.lapsed_at = now
        record(locked, by=by, reason="period ended")
    return len(rest)


def resting(period: QuotaPeriod) -> "models.QuerySet[Account]":
    """The accounts in which something of the period is left."""
    return Account.objects.filter(
        asset__period=period, purpose__in=LAPSING, balance__gt=0
    ).select_related("asset")


def _end_postings(by: Membership, rest: Sequence[Account], period: QuotaPeriod) -> list[Posting]:
    """For each account what is carried over, then what lapses."""
    carried = carried_amounts(rest, period)
    document = DocumentRef("quota_period", period.pk)
    specs = {a.pk: lapsed_spec(a) for a in rest}
    lapsed = accounts_for(list(specs.values()))
    next_accounts = _next_accounts(by, [a for a in rest if a.pk in carried], period)
    postings = []
    for account in rest:
        key = f"period:{period.pk}:{account.pk}:{account.version}"
        part = carried.get(account.pk, 0)
        if part:
            issued, next_issued, target = next_accounts[account.pk]
            moves = (Move(account.pk, issued, part), Move(next_issued, target, part))
            postings.append(Posting("CARRY_OVER", key, moves, period.end_date, document))
        if account.balance > part:
            move = Move(account.pk, lapsed[specs[account.pk]].pk, account.balance - part)
            postings.append(Posting("LAPSE", key, (move,), period.end_date, document))
    return postings


def lapsed_spec(account: Account) -> AccountSpec:
    """Where what lapses of an account goes."""
    return AccountSpec(Purpose.LAPSED, account.asset_id, account.region_id, account.enterprise_id)


def carried_amounts(rest: Iterable[Account], period: QuotaPeriod) -> dict[int, int]:
    """What of each account goes on into the next period: of lots that reach into it, by the
    period's own rule."""
    if not period.has_carry_over:
        return {}
    of_lots = [account for account in rest if account.reference_type == "lot"]
    going_on = set(
        Lot.objects.filter(
            pk__in=[account.reference_id for account in of_lots],
            valid_to__gt=period.end_date,
            ended_on__isnull=True,
        ).values_list("pk", flat=True)
    )
    parts = {
        account.pk: carried_part(account.balance, period.carry_over_percent)
        for account in of_lots
        if account.reference_id in going_on
    }
    return {pk: part for pk, part in parts.items() if part}


def _next_accounts(
    by: Membership, accounts: Sequence[Account], period: QuotaPeriod
) -> dict[int, tuple[int, int, int]]:
    """For each account: the source of its region now and in the next period, and its successor."""
    if not accounts:
        return {}
    day = period.end_date + datetime.timedelta(days=1)
    following = ensure_periods(by=by, region=period.region, first=day, last=day)[0]
    assets = {
        asset.pk: asset_for(asset.pollutant_id or "", following).pk
        for asset in Asset.objects.filter(pk__in={account.asset_id for account in accounts})
    }
    specs = {}
    for account in accounts:
        issued = AccountSpec(Purpose.ISSUED, account.asset_id, account.region_id)
        target = replace(AccountSpec.of(account), asset_id=assets[account.asset_id])
        next_issued = replace(issued, asset_id=target.asset_id)
        specs[account.pk] = (issued, next_issued, target)
    opened = accounts_for([spec for triple in specs.values() for spec in triple])
    return {
        pk: (opened[issued].pk, opened[next_issued].pk, opened[target].pk)
        for pk, (issued, next_issued, target) in specs.items()
    }


@transaction.atomic
def set_carry_over(
    *,
    by: Membership,
    period: QuotaPeriod,
    percent: int,
    legal_basis: str,
    now: datetime.datetime,
) -> QuotaPeriod:
    """Say what part of a quota period's rest goes on into the next one; 0: it lapses.

    Only while the period is not over (L222): afterwards people have relied on its rule.
    """
    locked = QuotaPeriod.objects.select_for_update(of=("self",)).get(pk=period.pk)
    if locked.end_date < timezone.localdate(now):
        raise PeriodOverForRule(period=locked, day=locked.end_date)
    locked.has_carry_over, locked.carry_over_percent = percent > 0, percent
    locked.legal_basis = legal_basis
    return record(locked, by=by, reason=legal_basis[:80])


def lapse_due(*, by: Membership, now: datetime.datetime) -> int:
    """Lapse every ended period whose term for late events is over; returns the accounts emptied."""
    today = timezone.localdate(now)
    ended = QuotaPeriod.objects.filter(state=PeriodState.OPEN, end_date__lt=today)
    due = [period for period in ended if closable_from(period) <= today]
    return sum(lapse_period(by=by, period=period, now=now) for period in due)


def closable_from(period: QuotaPeriod) -> datetime.date:
    """The first day on which late events can no longer arrive."""
    return period.end_date + datetime.timedelta(days=period.closes_after_days + 1)


def check_closing(period: QuotaPeriod, today: datetime.date) -> None:
    """Refuses a period that is closed (L212), not over (L210), or has open holds (L211)."""
    if period.state == PeriodState.CLOSED:
        raise PeriodIsClosed(period=period)
    if today < closable_from(period):
        raise PeriodNotOver(period=period, day=closable_from(period))
    held = Hold.objects.filter(state=HoldState.HELD, account__asset__period=period).count()
    if held:
        raise PeriodHasHolds(period=period, count=held)


def close_period(
    *, by: Membership, period: QuotaPeriod, reason: str, now: datetime.datetime
) -> QuotaPeriod:
    """Let the last rest lapse and close the period for ever; on a request granted by a second
    person only (`requests`)."""
    locked = QuotaPeriod.objects.select_for_update(of=("self",)).get(pk=period.pk)
    check_closing(locked, timezone.localdate(now))
    lapse_period(by=by, period=locked, now=now)
    locked.refresh_from_db()
    locked.state = PeriodState.CLOSED
    return record(locked, by=by, reason=reason)
