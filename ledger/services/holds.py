"""Holds: an amount frozen for a purpose, then captured in whole or part, or released, once."""

import datetime

from django.db import transaction

from ledger.models import Account, Hold
from ledger.models.lots import HoldState
from ledger.refusals import CaptureTooLarge, HoldIsOver
from ledger.rules import DocumentRef, Move, Posting, Purpose
from parties.models import Membership
from parties.services import record

from .accounts import account_for
from .posting import post


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
) -> Hold:
    """Freeze an amount of the account; the same key gives the same hold."""
    Account.objects.select_for_update().get(pk=account.pk)
    known = Hold.objects.filter(key=key).first()
    if known:
        return known
    hold = Hold(
        account=account,
        amount=amount,
        purpose=purpose,
        expires_at=expires_at,
        key=key,
        document_type=document.type,
        document_id=document.id,
    )
    record(hold, by=by, reason=purpose)
    _move(by, hold, "HOLD", Move(account.pk, frozen_account(hold).pk, amount), now)
    return hold


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
    *, by: Membership, hold: Hold, to_account: Account, amount: int, now: datetime.datetime
) -> Hold:
    """Give `amount` of the hold to another account; the rest goes back where it came from."""
    locked = _open_hold(hold)
    if not 0 < amount <= locked.amount:
        raise CaptureTooLarge
    frozen = frozen_account(locked)
    _move(by, locked, "CAPTURE", Move(frozen.pk, to_account.pk, amount), now)
    if amount < locked.amount:
        rest = locked.amount - amount
        _move(by, locked, "RELEASE", Move(frozen.pk, locked.account_id, rest), now)
    locked.state, locked.captured = HoldState.CAPTURED, amount
    return record(locked, by=by, reason="capture")


@transaction.atomic
def release_hold(*, by: Membership, hold: Hold, now: datetime.datetime, reason: str = "") -> Hold:
    """Give the whole hold back where it came from."""
    locked = _open_hold(hold)
    frozen = frozen_account(locked)
    _move(by, locked, "RELEASE", Move(frozen.pk, locked.account_id, locked.amount), now)
    locked.state = HoldState.RELEASED
    return record(locked, by=by, reason=reason or "release")


def expire_holds(*, by: Membership, now: datetime.datetime) -> int:
    """Release every hold whose time is over; returns how many."""
    due = Hold.objects.filter(state=HoldState.HELD, expires_at__lte=now)
    released = 0
    for hold in due.iterator():
        release_hold(by=by, hold=hold, now=now, reason="expired")
        released += 1
    return released


def _open_hold(hold: Hold) -> Hold:
    locked = Hold.objects.select_for_update().get(pk=hold.pk)
    if locked.state != HoldState.HELD:
        raise HoldIsOver
    return locked


def _move(by: Membership, hold: Hold, kind: str, move: Move, now: datetime.datetime) -> None:
    post(
        by=by,
        postings=[
            Posting(
                kind=kind,
                key=f"hold:{hold.pk}",
                moves=(move,),
                effective_date=now.date(),
                document=DocumentRef(hold.document_type, hold.document_id),
                reason=hold.purpose,
            )
        ],
        now=now,
    )
