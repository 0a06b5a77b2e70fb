"""Correcting what an event debited: the ledger's adjusting operation, asked for by an officer and
granted by a second person. The event, its loads and its first operation stay as they are."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as said

from cardswipe.models import CardAccount, DailyTotal, DischargeEvent, LoadCorrection
from cardswipe.models.estimates import CorrectionCause, CorrectionState
from cardswipe.queries.booked import EVENT, booked_loads, operation_of, parts_of
from cardswipe.refusals import (
    CorrectionPending,
    LoadNotDebited,
    NothingDebited,
    NothingToCorrect,
)
from cardswipe.substitution import given_back
from ledger.models import Account, LedgerRequest, Operation
from ledger.models.requests import RequestState
from ledger.rules import DocumentRef, Move
from ledger.services import correct
from ledger.services.reversal import is_in_closed_period
from parties.models import Membership
from parties.services import record
from shell.refusals import refused_by

from . import announcing, levels, storing
from .accounts import lock_balances
from .debiting import Accounts, Booking, accounts_of
from .resolving import Case, Load, controllers_of, resolve


@transaction.atomic
def ask_to_correct(
    *,
    by: Membership,
    event: DischargeEvent,
    loads: Mapping[str, int],
    cause: str,
    reason: str,
    key: str,
    now: datetime.datetime,
) -> LedgerRequest:
    """Ask a second person to have these loads booked instead (mg, water L); those left out stay.

    The same key again is the same request. Refuses C404 to C407.
    """
    locked = DischargeEvent.objects.select_for_update(of=("self",), no_key=True).get(pk=event.pk)
    known = LedgerRequest.objects.filter(key=key).first()
    if known is not None and LoadCorrection.objects.filter(request=known, event=event).exists():
        return known
    _settle(by, LoadCorrection.objects.filter(event=locked), now)
    operation = operation_of(locked)
    if operation is None:
        raise NothingDebited
    booked = booked_loads(locked)
    changes = _changes(locked, booked, loads)
    request = correct(
        by=by,
        region=locked.enterprise.region,
        operation_id=operation.pk,
        moves=_moves(locked, operation, booked, changes, now),
        document=DocumentRef(EVENT, locked.pk),
        reason=reason,
        key=key,
        now=now,
    )
    for code, after in sorted(changes.items()):
        row = LoadCorrection(event=locked, pollutant_id=code, cause=cause, request=request)
        row.before, row.after = booked[code], after
        with refused_by(one_open_correction_per_load=CorrectionPending):
            record(row, by=by, reason=reason)
    return request


def _changes(
    event: DischargeEvent, booked: Mapping[str, int], wanted: Mapping[str, int]
) -> dict[str, int]:
    """The loads that would become others; refuses C405 to C407 where that cannot be asked."""
    for code in wanted.keys() - booked.keys():
        raise LoadNotDebited(pollutant=code)
    changes = {code: after for code, after in wanted.items() if after != booked[code]}
    if not changes:
        raise NothingToCorrect
    if LoadCorrection.objects.filter(event=event, state=CorrectionState.ASKED).exists():
        raise CorrectionPending
    return changes


def _moves(
    event: DischargeEvent,
    operation: Operation,
    booked: Mapping[str, int],
    changes: Mapping[str, int],
    now: datetime.datetime,
) -> list[Move]:
    """What lacks is debited like any discharge; what was too much goes back whence it came. Where
    the quota period is closed, both are booked in the one that is open now."""
    more = {code: after - booked[code] for code, after in changes.items() if after > booked[code]}
    less = {code: booked[code] - after for code, after in changes.items() if after < booked[code]}
    moves = []
    if more:
        case, accounts = _accounts(event, more, now)
        moves = [accounts.move(case, load) for load in case.loads]
    parts = parts_of(operation)
    if less and is_in_closed_period(list(operation.transfers.all())):
        case, accounts = _accounts(event, less, now)
        back = [(accounts.move(case, load), load.quantity) for load in case.loads]
        return [*moves, *(Move(move.target, move.source, amount) for move, amount in back)]
    for code, excess in sorted(less.items()):
        for part, amount in given_back(excess, parts[code]):
            moves.append(Move(part.sink_id, part.account_id, amount))
    return moves


def _accounts(
    event: DischargeEvent, loads: Mapping[str, int], now: datetime.datetime
) -> tuple[Case, Accounts]:
    """The accounts that these loads debit: on the event's day, else in the period open now."""
    report = dataclasses.replace(storing.report_of(event), loads=tuple(sorted(loads.items())))
    controllers = controllers_of([report])
    (case,) = resolve([report], controllers)
    if case.period is None:
        moved = dataclasses.replace(report, started_at=now, ended_at=now)
        (case,) = resolve([moved], controllers)
    if case.period is None:
        raise NothingDebited
    debited = tuple(Load(code, amount, is_debited=True) for code, amount in sorted(loads.items()))
    case = dataclasses.replace(case, loads=debited)
    return case, accounts_of([Booking(case, event.pk)])


def settle_corrections(*, by: Membership, now: datetime.datetime) -> int:
    """Take over what the ledger has decided on corrections since; returns how many. Repeatable."""
    return _settle(by, LoadCorrection.objects.all(), now)


@transaction.atomic
def _settle(by: Membership, rows: "QuerySet[LoadCorrection]", now: datetime.datetime) -> int:
    ended = [RequestState.DONE, RequestState.REFUSED, RequestState.TAKEN_BACK]
    found = list(
        rows.filter(state=CorrectionState.ASKED, request__state__in=ended)
        .select_related("request", "event__controller__outlet__site", "event__enterprise")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    counted = [row for row in found if row.request.state == RequestState.DONE]
    for row in counted:
        _count(row)
    for row in found:
        is_done = row.request.state == RequestState.DONE
        row.state = CorrectionState.COUNTED if is_done else CorrectionState.DROPPED
        record(row, by=by, reason=said("settle the correction"))
    _refresh(by, counted, now)
    return len(found)


def _count(row: LoadCorrection) -> None:
    """Bring the day's total up to what is booked now."""
    event = row.event
    rows = DailyTotal.objects.filter(
        controller_id=event.controller_id,
        pollutant_id=row.pollutant_id,
        day=timezone.localdate(event.started_at),
    )
    guessed = row.after if row.cause == CorrectionCause.SUBSTITUTED else 0
    before = row.before if was_estimate(row) else 0
    rows.update(
        quantity=F("quantity") + row.after - row.before,
        estimated=F("estimated") + guessed - before,
    )


def was_estimate(row: LoadCorrection) -> bool:
    """Whether what stood before this correction was an estimate."""
    earlier = LoadCorrection.objects.filter(
        event_id=row.event_id, pollutant_id=row.pollutant_id, state=CorrectionState.COUNTED
    )
    last = earlier.filter(pk__lt=row.pk).order_by("pk").last()
    if last is not None:
        return last.cause == CorrectionCause.SUBSTITUTED
    return bool(row.event.is_estimate)


def _refresh(by: Membership, rows: Sequence[LoadCorrection], now: datetime.datetime) -> None:
    """Compare the touched cards and quotas with the warning steps; tell open pages."""
    if not rows:
        return
    ids = {pk for row in rows for move in row.request.content["moves"] for pk in move[:2]}
    accounts = Account.objects.filter(pk__in=ids).select_related("asset")
    quotas = {
        (account.enterprise_id, account.asset.pollutant_id, account.asset.period_id)
        for account in accounts
        if account.enterprise_id and account.asset.pollutant_id and account.asset.period_id
    }
    lock_balances(ids)
    cards = CardAccount.objects.filter(account_id__in=ids)
    levels.refresh(by=by, now=now, card_account_ids=set(cards.values_list("pk", flat=True)),
                   quotas=quotas)  # fmt: skip
    for enterprise in {row.event.enterprise for row in rows}:
        announcing.tell_enterprise(enterprise)
