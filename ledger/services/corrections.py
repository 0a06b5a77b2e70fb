"""Putting right what was booked: corrections in the open period, and making up an overrun."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from ledger import queries
from ledger.models import Asset, LedgerRequest
from ledger.refusals import InsufficientBalance
from ledger.rules import DocumentRef, Move, Posting, Purpose, Receipt
from ledger.shares import take_in_turn
from parties.models import Enterprise, Membership, Region

from .accounts import account_for
from .posting import post
from .requests import ask_to_book


def correct(
    *,
    by: Membership,
    region: Region,
    operation_id: int,
    moves: Sequence[Move],
    document: DocumentRef,
    reason: str,
    key: str,
    now: datetime.datetime,
) -> LedgerRequest:
    """Ask a second person to book a correction that names the operation it corrects.

    The old operation stays as it is, in whatever period it lies; the correction is booked in
    accounts of an open period, on the day on which it is granted and its cool-off over.
    """
    posting = Posting(
        kind="ADJUST",
        key=key,
        moves=tuple(moves),
        effective_date=timezone.localdate(now),
        document=document,
        reason=reason,
        corrects_id=operation_id,
    )
    return ask_to_book(by=by, region=region, posting=posting, reason=reason, key=key, now=now)


@transaction.atomic
def make_up_overrun(
    *,
    by: Membership,
    enterprise: Enterprise,
    asset: Asset,
    document: DocumentRef,
    key: str,
    now: datetime.datetime,
    amount: int | None = None,
    chosen_lots: Sequence[int] = (),
) -> Receipt | None:
    """Make up what was discharged over quota from the enterprise's lots: those chosen first,
    then the one that ends earliest; by default as much as is owed.

    None when nothing is owed. Refuses more than is owed or than the lots hold (L201).
    """
    overrun = account_for(
        purpose=Purpose.OVERRUN, asset=asset, region=enterprise.region, enterprise=enterprise
    )
    overrun.refresh_from_db()
    owed = -overrun.balance
    wanted = owed if amount is None else amount
    if owed <= 0:
        return None
    lots = queries.available_accounts(enterprise, asset, first=chosen_lots)
    taken = take_in_turn(wanted, [(account.pk, account.balance) for account, _lot in lots])
    found = sum(part for _pk, part in taken)
    if found < wanted or wanted > owed:
        missing = max(wanted - found, wanted - owed)
        raise InsufficientBalance(missing=missing, free=min(found, owed), key=key)
    posting = Posting(
        kind="OVERRUN_MAKEUP",
        key=key,
        moves=tuple(Move(pk, overrun.pk, part) for pk, part in taken),
        effective_date=timezone.localdate(now),
        document=document,
    )
    return post(by=by, postings=[posting], now=now)[0]
