"""What enterprises give to the government's reserve, and what the reserve gives out."""

import datetime

from django.db import transaction
from djmoney.money import Money

from ledger.models import Lot
from ledger.models.lots import LotSource, PaidState
from ledger.rules import DocumentRef
from parties.models import Enterprise, Membership

from .lots import Cut, cut_off


@transaction.atomic
def take_back(
    *,
    by: Membership,
    lot: Lot,
    quantity_per_year: int,
    effective_date: datetime.date,
    document: DocumentRef,
    approval_id: int | None,
    key: str,
    now: datetime.datetime,
) -> Lot:
    """Take rights back into the reserve without payment (收回): closed, idle or free rights."""
    wanted = Cut(
        lot=lot,
        to_enterprise=None,
        quantity_per_year=quantity_per_year,
        effective_date=effective_date,
        document=document,
        key=f"take-back:{key}"[:120],
        kind="TAKE_BACK",
        source=LotSource.TAKE_BACK,
        paid_state=PaidState.PAID,
        approval_id=approval_id,
    )
    return cut_off(by=by, cut=wanted, now=now)


@transaction.atomic
def buy_back(
    *,
    by: Membership,
    lot: Lot,
    quantity_per_year: int,
    price: Money,
    effective_date: datetime.date,
    document: DocumentRef,
    key: str,
    now: datetime.datetime,
    approval_id: int | None = None,
) -> Lot:
    """Buy rights back into the reserve (回购) at a price per t and year."""
    wanted = Cut(
        lot=lot,
        to_enterprise=None,
        quantity_per_year=quantity_per_year,
        effective_date=effective_date,
        document=document,
        key=f"buy-back:{key}"[:120],
        kind="BUYBACK",
        source=LotSource.BUYBACK,
        paid_state=PaidState.PAID,
        price=price,
        approval_id=approval_id,
    )
    return cut_off(by=by, cut=wanted, now=now)


@transaction.atomic
def release_reserve(
    *,
    by: Membership,
    lot: Lot,
    to_enterprise: Enterprise,
    quantity_per_year: int,
    effective_date: datetime.date,
    document: DocumentRef,
    key: str,
    now: datetime.datetime,
    price: Money | None = None,
    paid: bool = False,
    valid_to: datetime.date | None = None,
    approval_id: int | None = None,
) -> Lot:
    """Give rights of the reserve to an enterprise at a fixed price (定额出让), not by auction."""
    wanted = Cut(
        lot=lot,
        to_enterprise=to_enterprise,
        quantity_per_year=quantity_per_year,
        effective_date=effective_date,
        valid_to=valid_to,
        document=document,
        key=f"release:{key}"[:120],
        kind="RELEASE_RESERVE",
        source=LotSource.FIXED_PRICE,
        paid_state=PaidState.PAID if paid else PaidState.UNPAID,
        price=price,
        approval_id=approval_id,
    )
    return cut_off(by=by, cut=wanted, now=now)
