"""Bills: a paid-use fee for unpaid lots, the price of an award; reminders."""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as said

from ledger.models import Lot
from ledger.models.lots import PaidState
from parties.models import Enterprise, Membership
from parties.services import give_notices, record
from shell.rules import RuleBroken
from trading import live, notices
from trading.models import Auction, Bill, BillLine, FeeStandard
from trading.models.bills import BillKind
from trading.money import fen_of, yuan
from trading.refusals import (
    BillNotCancellable,
    DiscountNeedsBasis,
    DueDatePassed,
    LotNotBillable,
    NoFeeStandard,
    NothingToBill,
)
from trading.rules import BillState, fee_fen, term_years

from .numbers import next_number


def fee_line(lot: Lot, *, discount: Decimal) -> BillLine:
    """The unsaved bill line of a lot by the fee standard in force on the day its term begins.

    Refuses (T104) when no standard is in force for the lot's region and pollutant.
    """
    standard = (
        FeeStandard.objects.in_force(lot.region, lot.valid_from)
        .filter(pollutant=lot.pollutant_id)
        .first()
    )
    if standard is None:
        raise NoFeeStandard(pollutant=lot.pollutant, region=lot.region, day=lot.valid_from)
    years = term_years(lot.valid_from, lot.valid_to)
    amount = fee_fen(
        quantity_mg=lot.quantity_per_year,
        price_fen=fen_of(standard.price),
        years=years,
        discount=discount,
    )
    return BillLine(
        lot=lot,
        pollutant=lot.pollutant,
        quantity_mg=lot.quantity_per_year,
        price=standard.price,
        years=years,
        discount=discount,
        amount=yuan(amount),
        standard=standard,
    )


@transaction.atomic
def create_bill(
    *,
    by: Membership,
    enterprise: Enterprise,
    lots: Sequence[Lot],
    due_date: datetime.date,
    now: datetime.datetime,
    discount: Decimal = Decimal(1),
    note: str = "",
) -> Bill:
    """Bill the paid-use fee of unpaid lots; a lot is billed once (T106).

    A share below 1 (`discount`) needs the document that allows it in the note (T105).
    """
    today = timezone.localdate(now)
    if due_date < today:
        raise DueDatePassed
    if not 0 <= discount <= 1:
        raise RuleBroken("T101", discount=discount)
    if discount < 1 and not note.strip():
        raise DiscountNeedsBasis
    locked = list(
        Lot.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=[lot.pk for lot in lots])
        .select_related("pollutant", "region")
        .order_by("pk")
    )
    billed = set(
        BillLine.objects.filter(lot__in=locked, is_cancelled=False).values_list("lot_id", flat=True)
    )
    for lot in locked:
        is_open = lot.paid_state == PaidState.UNPAID and lot.pk not in billed
        if lot.enterprise_id != enterprise.pk or not is_open:
            raise LotNotBillable(lot=lot.lot_no)
    lines = [fee_line(lot, discount=discount) for lot in locked]
    bill = _bill(by, enterprise, BillKind.FEE, lines, due_date=due_date, today=today, note=note)
    give_notices(told=[notices.bill_made(bill)], now=now)
    return bill


def _bill(
    by: Membership,
    enterprise: Enterprise,
    kind: str,
    lines: Sequence[BillLine],
    *,
    due_date: datetime.date,
    today: datetime.date,
    note: str,
    less_fen: int = 0,
) -> Bill:
    """Save a bill with its lines; `less_fen` is what a deposit already covers."""
    total = sum(fen_of(line.amount) for line in lines) - less_fen
    if not lines or total <= 0:
        raise NothingToBill
    region_code = enterprise.region.city_code
    serial, bill_no = next_number(Bill, region_code=region_code, mark="FD", day=today)
    bill = Bill(
        pk=serial,
        bill_no=bill_no,
        region=enterprise.region,
        enterprise=enterprise,
        kind=kind,
        amount=yuan(total),
        paid=yuan(0),
        issued_on=today,
        due_date=due_date,
        note=note,
    )
    record(bill, by=by, reason=said("new bill"))
    _save_lines(bill, lines)
    return bill


def _save_lines(bill: Bill, lines: Iterable[BillLine]) -> None:
    for position, line in enumerate(lines, 1):
        line.bill, line.position = bill, position
        line.save(force_insert=True)


def award_bill(
    *,
    by: Membership,
    auction: Auction,
    enterprise: Enterprise,
    line: BillLine,
    deposit_fen: int,
    due_date: datetime.date,
    today: datetime.date,
) -> Bill:
    """The bill over the price of an award, less the deposit that counts to it."""
    return _bill(
        by,
        enterprise,
        BillKind.AUCTION,
        [line],
        due_date=due_date,
        today=today,
        note=auction.auction_no,
        less_fen=deposit_fen,
    )


@transaction.atomic
def cancel_bill(*, by: Membership, bill: Bill, reason: str) -> Bill:
    """Cancel a fee bill on which nothing is paid; its lots can be billed again (T109)."""
    locked = Bill.objects.select_for_update(no_key=True).get(pk=bill.pk)
    if locked.state != BillState.OPEN or locked.kind != BillKind.FEE:
        raise BillNotCancellable
    return void_bill(by=by, bill=locked, reason=reason)


def void_bill(*, by: Membership, bill: Bill, reason: str) -> Bill:
    """Take a locked bill out of force."""
    bill.state, bill.paid = BillState.CANCELLED, yuan(0)
    BillLine.objects.filter(bill=bill).update(is_cancelled=True)
    return record(bill, by=by, reason=reason[:80])


@transaction.atomic
def remind_overdue(*, by: Membership, now: datetime.datetime, limit: int = 500) -> list[Bill]:
    """Remind of overdue bills, each once; returns those newly reminded."""
    today = timezone.localdate(now)
    due = list(
        Bill.objects.overdue(today)
        .filter(reminded_on__isnull=True)
        .select_for_update(no_key=True, skip_locked=True)
        .order_by("pk")[:limit]
    )
    for bill in due:
        bill.reminded_on = today
        record(bill, by=by, reason=said("overdue"))
    give_notices(told=[notices.bill_overdue(bill) for bill in due], now=now)
    for enterprise_id in {bill.enterprise_id for bill in due}:
        live.bills_overdue(enterprise_id)
    return due
