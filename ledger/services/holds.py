"""Holds: an amount frozen for a purpose; each unit of it is captured or released, once."""

import datetime

import structlog
from django.db import transaction
from django.utils import timezone

from ledger.models import Account, Hold, HoldPurpose
from ledger.models.holds import HoldState
from ledger.refusals import (
    CaptureTooLarge,
    HoldExpired,
    HoldIsOver,
    HoldTooLong,
    PurposeUnknown,
)
from ledger.rules import DocumentRef, Move, Posting, Purpose
from parties.models import Membership
from parties.services import record
from shell.refusals import Refusal

from .accounts import account_for
from .misuse import digest_of, refuse_reuse
from .posting import post

log = structlog.get_logger(__name__)


@transaction.atomic
def place_hold(
    *,
    by: Membership,
    account: Account,
    amount: int,
    purpose: str,
    document: DocumentRef,
    key: str,
    now: datetime.datetime,
    expires_at: datetime.datetime | None = None,
    approval_id: int | None = None,
) -> Hold:
    """Freeze an amount of the account for a purpose of the table (L306).

    The same key gives the same hold; with another body it is refused (L102). A purpose may
    bound the time (L304).
    """
    Account.objects.select_for_update().get(pk=account.pk)
    what = HoldPurpose.objects.filter(pk=purpose).first()
    if what is None:
        raise PurposeUnknown(purpose=purpose)
    hold = Hold(
        account=account,
        amount=amount,
        purpose=what,
        expires_at=expires_at,
        key=key,
        document_type=document.type,
        document_id=document.id,
    )
    known = Hold.objects.filter(key=key).first()
    if known:
        return _same_hold(by, known, hold, now)
    _check_length(what, expires_at, now)
    record(hold, by=by, reason=purpose)
    move = Move(account.pk, frozen_account(hold).pk, amount)
    _move(by, hold, what.kind_id, move, now, key="hold", approval_id=approval_id)
    return hold


def _same_hold(by: Membership, known: Hold, asked: Hold, now: datetime.datetime) -> Hold:
    """The hold this key already stands for, if the same was asked for."""
    if _body(known) != _body(asked):
        refuse_reuse(
            by=by,
            scope="hold",
            key=known.key,
            digest=digest_of(_body(asked)),
            region_code=known.account.region_id,
            now=now,
        )
    return known


def _body(hold: Hold) -> tuple[object, ...]:
    return (
        hold.account_id,
        hold.amount,
        hold.purpose_id,
        hold.document_type,
        hold.document_id,
    )


def _check_length(
    purpose: HoldPurpose, expires_at: datetime.datetime | None, now: datetime.datetime
) -> None:
    if purpose.longest_days is None:
        return
    latest = now + datetime.timedelta(days=purpose.longest_days)
    if expires_at is None or expires_at > latest:
        raise HoldTooLong(purpose=purpose, days=purpose.longest_days)


def frozen_account(hold: Hold) -> Account:
    """Where the held amount lies."""
    source = hold.account
    return account_for(
        purpose=Purpose.FROZEN,
        asset=source.asset,
        region=source.region,
        enterprise=source.enterprise,
        reference=DocumentRef("hold", hold.pk),
    )


@transaction.atomic
def capture_hold(
    *,
    by: Membership,
    hold: Hold,
    to_account: Account,
    amount: int,
    now: datetime.datetime,
    keep_rest: bool = False,
    approval_id: int | None = None,
) -> Hold:
    """Give `amount` of what is held to another account.

    The rest goes back where it came from, or with `keep_rest` stays held. Refuses what is not
    held (L302), a hold that is over (L301) and one whose time is over (L303).
    """
    locked = _open_hold(hold)
    if locked.expires_at is not None and locked.expires_at <= now:
        raise HoldExpired
    if not 0 < amount <= locked.left:
        raise CaptureTooLarge
    step = f"capture:{locked.captured}"
    move = Move(frozen_account(locked).pk, to_account.pk, amount)
    _move(by, locked, "CAPTURE", move, now, key=step, approval_id=approval_id)
    locked.captured += amount
    if not keep_rest:
        _give_back(by, locked, now)
    if not locked.left:
        locked.state = HoldState.CAPTURED
    return record(locked, by=by, reason="capture")


@transaction.atomic
def release_hold(
    *,
    by: Membership,
    hold: Hold,
    now: datetime.datetime,
    reason: str = "",
    amount: int | None = None,
    approval_id: int | None = None,
) -> Hold:
    """Give what is still held, or `amount` of it (L302 when that is more), back where it came
    from; when nothing is left the hold is over (L301 afterwards)."""
    locked = _open_hold(hold)
    if amount is not None and not 0 < amount <= locked.left:
        raise CaptureTooLarge
    _give_back(by, locked, now, amount, approval_id)
    if not locked.left:
        locked.state = HoldState.CAPTURED if locked.captured else HoldState.RELEASED
    return record(locked, by=by, reason=reason or "release")


def _give_back(
    by: Membership,
    hold: Hold,
    now: datetime.datetime,
    amount: int | None = None,
    approval_id: int | None = None,
) -> None:
    part = hold.left if amount is None else amount
    if not part:
        return
    move = Move(frozen_account(hold).pk, hold.account_id, part)
    step = f"release:{hold.released}" if hold.released else "release"
    _move(by, hold, "RELEASE", move, now, key=step, approval_id=approval_id)
    hold.released += part


def expire_holds(*, by: Membership, now: datetime.datetime) -> int:
    """Release every hold whose time is over, each in a transaction of its own; returns how many.

    One that cannot be released (its account is closed) stays for the next run and the log.
    """
    due = Hold.objects.filter(state=HoldState.HELD, expires_at__lte=now).order_by("pk")
    released = 0
    for hold in due:
        try:
            release_hold(by=by, hold=hold, now=now, reason="expired")
            released += 1
        except HoldIsOver:
            continue  # someone else was faster
        except Refusal as refusal:
            log.warning("hold_not_released", hold=hold.pk, code=refusal.code)
    return released


def _open_hold(hold: Hold) -> Hold:
    locked = Hold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    if locked.state != HoldState.HELD:
        raise HoldIsOver
    return locked


def _move(
    by: Membership,
    hold: Hold,
    kind: str,
    move: Move,
    now: datetime.datetime,
    *,
    key: str,
    approval_id: int | None = None,
) -> None:
    posting = Posting(
        kind=kind,
        scope="hold",
        key=f"{hold.pk}:{key}",
        moves=(move,),
        effective_date=timezone.localdate(now),
        document=DocumentRef(hold.document_type, hold.document_id),
        reason=hold.purpose_id,
        approval_id=approval_id,
    )
    post(by=by, postings=[posting], now=now)
