"""Money that came in: for bills and for deposits. A bank reference serves once."""

import datetime

from django.db import transaction
from django.utils import timezone

from ledger import services as ledger
from ledger.models import Account, Lot
from ledger.models.lots import PaidState
from ledger.rules import DocumentRef, Move, Posting, Purpose
from parties.models import Membership, Region
from parties.services import record, system_actor
from permits.services import certify_paid
from shell import figures
from shell.refusals import refused_by
from trading import live
from trading.models import Bill, Payment, SignUp
from trading.models.bills import BillKind
from trading.money import fen_of, yuan
from trading.refusals import (
    AmountNotDeposit,
    NothingToPay,
    PaidInFuture,
    PaidTooMuch,
    ReferenceReused,
    SignUpStepNotAllowed,
)
from trading.rules import BillState, SignUpState

from .accounts import deposit_of, escrow_of, money_account
from .locks import lock_sign_up
from .sign_ups import admit


@transaction.atomic
def take_payment(
    *,
    by: Membership,
    bill: Bill,
    amount_fen: int,
    bank_reference: str,
    paid_on: datetime.date,
    now: datetime.datetime,
) -> Payment:
    """Record money for a bill, whole or in part; the same reference again is the same payment.

    A paid-use fee becomes revenue and its lots (partly) paid; the price of an award waits in
    escrow until the right is delivered. Refuses T201–T204.
    """
    locked = Bill.objects.select_for_update(no_key=True).get(pk=bill.pk)
    known = _known(bank_reference, amount_fen, paid_on, bill=locked)
    if known:
        return known
    if locked.state not in {BillState.OPEN, BillState.PART}:
        raise NothingToPay(bill=locked.bill_no)
    if amount_fen > fen_of(locked.open_amount):
        raise PaidTooMuch(amount=figures.yuan(amount_fen), open=figures.yuan(locked.open_amount))
    payment = _receive(
        Payment(bill=locked, amount=yuan(amount_fen), bank_reference=bank_reference),
        by=by,
        paid_on=paid_on,
        now=now,
    )
    target = (
        escrow_of(locked)
        if locked.kind == BillKind.AUCTION
        else money_account(Purpose.REVENUE, locked.region)
    )
    document = DocumentRef("payment", payment.pk)
    kind = "PAYMENT" if locked.kind == BillKind.AUCTION else "FEE"
    _post(payment, kind, region=locked.region, target=target, document=document, now=now)
    locked.paid += payment.amount
    locked.state = BillState.PAID if locked.paid == locked.amount else BillState.PART
    record(locked, by=by, reason=f"payment {bank_reference}")
    _mark_lots(by, locked, now)
    live.bill_changed(locked)
    return payment


@transaction.atomic
def take_deposit(
    *,
    by: Membership,
    sign_up: SignUp,
    amount_fen: int,
    bank_reference: str,
    paid_on: datetime.date,
    now: datetime.datetime,
) -> Payment:
    """Record the deposit of a qualified bidder, whole (T205), and admit him to the round."""
    locked = lock_sign_up(sign_up)
    known = _known(bank_reference, amount_fen, paid_on, sign_up=locked)
    if known:
        return known
    if locked.state != SignUpState.QUALIFIED:
        raise SignUpStepNotAllowed(state=locked.state, wanted=SignUpState.ADMITTED)
    if amount_fen != fen_of(locked.deposit):
        raise AmountNotDeposit(
            deposit=figures.yuan(locked.deposit), amount=figures.yuan(amount_fen)
        )
    payment = _receive(
        Payment(sign_up=locked, amount=locked.deposit, bank_reference=bank_reference),
        by=by,
        paid_on=paid_on,
        now=now,
    )
    _post(
        payment,
        "DEPOSIT",
        region=locked.auction.region,
        target=deposit_of(locked),
        document=DocumentRef("sign_up", locked.pk),
        now=now,
    )
    admit(by=by, sign_up=locked, now=now)
    return payment


def _known(
    reference: str,
    amount_fen: int,
    paid_on: datetime.date,
    *,
    bill: Bill | None = None,
    sign_up: SignUp | None = None,
) -> Payment | None:
    """The payment this reference already stands for, in capitals or not; refused (T201) if it is
    another one."""
    known = Payment.objects.filter(bank_reference__iexact=reference).first()
    if known is None:
        return None
    same_target = known.bill_id == getattr(bill, "pk", None) and known.sign_up_id == getattr(
        sign_up, "pk", None
    )
    if not same_target or (fen_of(known.amount), known.paid_on) != (amount_fen, paid_on):
        raise ReferenceReused
    return known


def _receive(
    payment: Payment,
    *,
    by: Membership,
    paid_on: datetime.date,
    now: datetime.datetime,
) -> Payment:
    """Save the payment; two at the same time with one reference: the second is refused."""
    if paid_on > timezone.localdate(now):
        raise PaidInFuture
    payment.paid_on, payment.taken_by, payment.taken_at = paid_on, by, now
    # Two at the same time with one reference, for different things: the second waits here.
    with refused_by(payment_reference_serves_once=ReferenceReused):
        payment.save(force_insert=True)
    return payment


def _post(
    payment: Payment,
    kind: str,
    *,
    region: Region,
    target: Account,
    document: DocumentRef,
    now: datetime.datetime,
) -> None:
    move = Move(money_account(Purpose.BANK, region).pk, target.pk, fen_of(payment.amount))
    posting = Posting(
        kind=kind,
        key=payment.bank_reference,
        moves=(move,),
        effective_date=payment.paid_on,
        document=document,
        reason=payment.bank_reference,
    )
    ledger.post(by=payment.taken_by, postings=[posting], now=now)


def _mark_lots(by: Membership, bill: Bill, now: datetime.datetime) -> None:
    """Tell the ledger that the lots of a fee bill are paid, in part or whole."""
    if bill.kind != BillKind.FEE:
        return
    state = PaidState.PAID if bill.state == BillState.PAID else PaidState.PART
    lots = Lot.objects.filter(bill_lines__bill=bill)
    for lot in lots.order_by("pk"):
        ledger.set_lot_paid(by=by, lot=lot, state=state, reason=f"bill {bill.bill_no}")
    certify_paid(by=system_actor("clock"), lots=lots, now=now)
