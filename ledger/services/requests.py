"""Two persons for the ledger's own acts: one asks, another decides, then it is done once."""

import datetime
import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from ledger.lot_rules import KIND_OF_ACT
from ledger.models import Account, LedgerRequest, OperationRule, QuotaPeriod
from ledger.models.accounts import Restriction
from ledger.models.requests import OPEN_STATES, RequestKind, RequestState
from ledger.request_refusals import (
    PurposeNotRestricted,
    RequestIsPending,
    RequestNotDue,
    RequestNotOpen,
    RestrictionUnchanged,
)
from ledger.rules import DocumentRef, Move, Posting, Purpose
from parties.models import Membership, Region
from parties.queries import add_workdays
from parties.refusals import NotTheMaker
from parties.rules import Act
from parties.services import (
    decide_approval,
    record,
    request_approval,
    reserve_id,
    use_approval,
    withdraw_approval,
)
from shell.refusals import refused_by

from .misuse import digest_of, refuse_reuse
from .periods import check_closing, close_period
from .posting import post

ACT = Act.ADJUST_LEDGER
SUBJECT = "ledger_request"
# Sources and sinks are never restricted: they record what happened.
RESTRICTABLE = frozenset(
    {Purpose.AVAILABLE, Purpose.CARD, Purpose.RESERVE, Purpose.DEPOSIT, Purpose.ESCROW}
)


def content_of(request: LedgerRequest) -> bytes:
    """What the second person grants: everything that will be done."""
    told = {"kind": request.kind, "reason": request.reason, "legal_basis": request.legal_basis}
    told |= request.content
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


@transaction.atomic
def ask_to_close(
    *, by: Membership, period: QuotaPeriod, reason: str, key: str, now: datetime.datetime
) -> LedgerRequest:
    """Ask a second person to close a quota period for ever; refuses L210 to L212."""
    check_closing(period, timezone.localdate(now))
    request = LedgerRequest(
        kind=RequestKind.CLOSE_PERIOD,
        region=period.region,
        period=period,
        content={
            "period": period.label,
            "first_day": period.start_date.isoformat(),
            "last_day": period.end_date.isoformat(),
        },
        reason=reason,
        key=key,
    )
    return _ask(by, request, now)


@transaction.atomic
def ask_to_restrict(
    *,
    by: Membership,
    account: Account,
    restriction: str,
    reason: str,
    legal_basis: str,
    key: str,
    now: datetime.datetime,
) -> LedgerRequest:
    """Ask a second person to open, restrict or close an account (L307, L308)."""
    if account.purpose not in RESTRICTABLE:
        raise PurposeNotRestricted
    if account.restriction == restriction:
        raise RestrictionUnchanged
    request = LedgerRequest(
        kind=RequestKind.RESTRICT,
        region=account.region,
        account=account,
        content={
            "account": account.pk,
            "holder": str(account.enterprise or account.region),
            "from": account.restriction,
            "to": Restriction(restriction).value,
        },
        reason=reason,
        legal_basis=legal_basis,
        key=key,
    )
    return _ask(by, request, now)


@transaction.atomic
def ask_to_book(
    *,
    by: Membership,
    region: Region,
    posting: Posting,
    reason: str,
    key: str,
    now: datetime.datetime,
) -> LedgerRequest:
    """Ask a second person to grant a booking; it is booked when the kind's cool-off is over, and
    takes effect on that day."""
    request = LedgerRequest(
        kind=RequestKind.OPERATION,
        region=region,
        content={
            "kind": posting.kind,
            "scope": posting.scope,
            "key": posting.key,
            "document": [posting.document.type, posting.document.id],
            "corrects": posting.corrects_id,
            "reverses": posting.reverses_id,
            "moves": [[m.source, m.target, m.amount, m.overflow] for m in posting.moves],
        },
        reason=reason,
        key=key,
    )
    return _ask(by, request, now)


def _ask(by: Membership, request: LedgerRequest, now: datetime.datetime) -> LedgerRequest:
    """Keep the request and ask for its approval; the same key gives the same request."""
    return known_request(by=by, request=request, now=now) or keep_request(
        by=by, request=request, now=now
    )


def known_request(
    *, by: Membership, request: LedgerRequest, now: datetime.datetime
) -> LedgerRequest | None:
    """The request this key already stands for, if the same was asked for (else L102)."""
    known = LedgerRequest.objects.filter(key=request.key).first()
    if known and content_of(known) != content_of(request):
        refuse_reuse(
            by=by,
            scope=SUBJECT,
            key=request.key,
            digest=digest_of(content_of(request)),
            region_code=known.region_id,
            now=now,
        )
    return known


def keep_request(
    *,
    by: Membership,
    request: LedgerRequest,
    now: datetime.datetime,
    act: str = ACT,
    needs_second: bool = True,
) -> LedgerRequest:
    """Keep a new request; with a second person, who must hold `act`, ask for its approval too."""
    request.asked_by, request.asked_at = by, now
    request.due_on = due_day(request, timezone.localdate(now))
    request.pk = reserve_id(LedgerRequest)
    if needs_second:
        request.approval = request_approval(
            by=by,
            act=act,
            region_code=request.region_id,
            subject_type=SUBJECT,
            subject_id=request.pk,
            content=content_of(request),
            now=now,
        )
    with refused_by(
        one_open_request_per_period=RequestIsPending,
        one_open_request_per_account=RequestIsPending,
        one_open_request_per_lot_and_act=RequestIsPending,
    ):
        return record(request, by=by, reason=request.reason)


def due_day(request: LedgerRequest, today: datetime.date) -> datetime.date:
    """The first day on which it may be carried out: when the kind's cool-off is over."""
    kind = KIND_OF_ACT.get(request.act) or request.content.get("kind")
    if kind is None:
        return today
    rule = OperationRule.objects.of_region(kind, request.region, today)
    if rule is None or not rule.cool_off_workdays:
        return today
    return add_workdays(today, rule.cool_off_workdays) + datetime.timedelta(days=1)


@transaction.atomic
def decide_request(
    *,
    by: Membership,
    request: LedgerRequest,
    granted: bool,
    reason: str,
    now: datetime.datetime,
) -> LedgerRequest:
    """Grant or refuse as the second person; what is granted is done at once, or waits for its day.

    The same decision twice is one.
    """
    locked = _locked(request)
    if granted and locked.state in {RequestState.WAITING, RequestState.DONE}:
        return locked
    if locked.state != RequestState.ASKED or locked.approval is None:
        raise RequestNotOpen
    decide_approval(by=by, approval=locked.approval, granted=granted, reason=reason, now=now)
    if not granted:
        locked.state = RequestState.REFUSED
        return record(locked, by=by, reason=reason)
    locked.state = RequestState.WAITING
    record(locked, by=by, reason=reason)
    if locked.due_on > timezone.localdate(now):
        return locked
    return carry_out(by=by, request=locked, now=now)


@transaction.atomic
def carry_out(*, by: Membership, request: LedgerRequest, now: datetime.datetime) -> LedgerRequest:
    """Do what was granted, once, on or after its day (L603)."""
    locked = _locked(request)
    if locked.state == RequestState.DONE:
        return locked
    if locked.state != RequestState.WAITING:
        raise RequestNotOpen
    if locked.due_on > timezone.localdate(now):
        raise RequestNotDue(day=locked.due_on)
    assert locked.approval, "only what a second person granted waits to be carried out"
    use_approval(
        by=by,
        approval_id=locked.approval_id,
        act=locked.approval.act,
        subject_type=SUBJECT,
        subject_id=locked.pk,
        content=content_of(locked),
    )
    return do(by=by, request=locked, now=now)


def do(*, by: Membership, request: LedgerRequest, now: datetime.datetime) -> LedgerRequest:
    """The deed itself, and that it is done; whoever calls has seen that it may be."""
    DEEDS[RequestKind(request.kind)](by, request, now)
    request.state, request.done_at = RequestState.DONE, now
    return record(request, by=by, reason=request.reason)


@transaction.atomic
def take_back_request(*, by: Membership, request: LedgerRequest, reason: str) -> LedgerRequest:
    """Take an own request back while it is not carried out, its cool-off included."""
    locked = _locked(request)
    if locked.state not in OPEN_STATES or locked.approval is None:
        raise RequestNotOpen
    if locked.asked_by.user_id != by.user_id:
        raise NotTheMaker
    if locked.state == RequestState.ASKED:
        withdraw_approval(by=by, approval=locked.approval, reason=reason)
    locked.state = RequestState.TAKEN_BACK
    return record(locked, by=by, reason=reason)


def carry_out_due(*, by: Membership, now: datetime.datetime) -> int:
    """Carry out what was granted and whose cool-off is over; returns how many. Safe to repeat."""
    due = LedgerRequest.objects.filter(
        state=RequestState.WAITING, due_on__lte=timezone.localdate(now)
    )
    return len([carry_out(by=by, request=one, now=now) for one in due.order_by("pk")])


def _locked(request: LedgerRequest) -> LedgerRequest:
    return (
        LedgerRequest.objects.select_for_update(of=("self",))
        .select_related(
            "approval__checker", "asked_by", "region", "period__region", "account", "lot__region"
        )
        .get(pk=request.pk)
    )


def _close(by: Membership, request: LedgerRequest, now: datetime.datetime) -> None:
    assert request.period, "kept by the constraint request_is_about_one_thing"
    close_period(by=by, period=request.period, reason=request.reason, now=now)


def _restrict(by: Membership, request: LedgerRequest, now: datetime.datetime) -> None:
    assert request.account, "kept by the constraint request_is_about_one_thing"
    locked = Account.objects.select_for_update(of=("self",), no_key=True).get(pk=request.account.pk)
    if locked.restriction != request.content["from"]:
        raise RestrictionUnchanged
    locked.restriction = request.content["to"]
    locked.save(update_fields=["restriction"])


def _book(by: Membership, request: LedgerRequest, now: datetime.datetime) -> None:
    asked: dict[str, Any] = request.content
    posting = Posting(
        kind=asked["kind"],
        scope=asked["scope"],
        key=asked["key"],
        moves=tuple(Move(*move) for move in asked["moves"]),
        effective_date=timezone.localdate(now),
        document=DocumentRef(*asked["document"]),
        reason=request.reason,
        approval_id=request.approval_id,
        corrects_id=asked["corrects"],
        reverses_id=asked["reverses"],
    )
    # Who asked starts it, the approval names the second person.
    asker = request.asked_by
    request.operation_id = post(by=asker, postings=[posting], now=now)[0].operation_id


DEEDS: dict[RequestKind, Callable[[Membership, LedgerRequest, datetime.datetime], None]] = {
    RequestKind.CLOSE_PERIOD: _close,
    RequestKind.RESTRICT: _restrict,
    RequestKind.OPERATION: _book,
}
