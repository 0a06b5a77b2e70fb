"""Bills: list, page, new bill, payment, cancellation."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.documents import Link
from ledger.views import history
from ledger.views.chains import lots_chain
from parties.access import allow, door
from parties.models import Enterprise
from parties.queries import add_workdays
from parties.rules import Act
from shell.figures import yuan
from shell.refusals import Refusal, spoken
from shell.rules import RuleBroken
from shell.tables import Column, Table, table_page
from trading import paper, queries, services, stories
from trading.forms import BillForm, EnterpriseForm, PaymentForm, ReasonForm
from trading.models import Bill
from trading.models.bills import BillKind
from trading.money import fen_of
from trading.queries.papers import lots_of_bill
from trading.refusals import NoFeeStandard
from trading.rules import BillState
from trading.services.bills import fee_line
from trading.tones import tone_of

from .desk import number_of
from .pages import FormPage, data_of, form_page

TERM_WORKDAYS = 20


def bill_of(request: Any, bill_id: int) -> Bill:
    """A bill this person may reach."""
    own = Bill.objects.for_actor(request.actor).select_related("enterprise", "region")
    return door(own, pk=bill_id)


def bill_tone(bill: Bill) -> str:
    """Overdue bills stand out from those that have time."""
    if bill.is_overdue(timezone.localdate()):
        return "red"
    return "waiting" if bill.state == BillState.OPEN else tone_of(bill.state)


def bill_word(bill: Bill) -> Any:
    """The state in words; overdue is not a state but what the reader must know."""
    return _("overdue") if bill.is_overdue(timezone.localdate()) else bill.get_state_display()


@allow(Act.SEE_TRADING)
def bills(request: Any) -> HttpResponse:
    """The bills of the region or of the own enterprise."""
    shown = Bill.objects.for_actor(request.actor).select_related("enterprise")
    if "open" in request.GET:
        shown = shown.unpaid()
    columns = [
        Column("bill_no", _("Bill number"), kind="code", sort="bill_no"),
        Column("enterprise", _("Enterprise"), sort="enterprise__name"),
        Column("get_kind_display", _("Kind")),
        Column("amount", _("Amount"), kind="yuan", sort="amount", unit=_("yuan")),
        Column("open_amount", _("Still open"), kind="yuan", unit=_("yuan")),
        Column("due_date", _("To be paid by"), kind="date", sort="due_date"),
        Column("state", _("State"), kind="status", value=bill_word, tone=bill_tone),
    ]
    if request.actor.enterprise_id:
        del columns[1]
    table = Table(
        shown,
        columns,
        request=request,
        caption=_("Bills"),
        row_url=lambda row: reverse("bill", args=[row.pk]),
        empty=_("No bill yet. The bureau bills the paid-use fee when a right is granted."),
    )
    context = {
        "only_open": "open" in request.GET,
        "can_run": request.actor.may(Act.RUN_TRADING),
    }
    return table_page(request, "trading/bills.html", table, context)


@allow(Act.SEE_TRADING)
def bill(request: Any, bill_id: int) -> HttpResponse:
    """One bill with its lines and payments."""
    shown = bill_of(request, bill_id)
    lines = list(shown.lines.select_related("lot", "pollutant", "standard"))
    context = {
        "bill": shown,
        "tone": bill_tone(shown),
        "word": bill_word(shown),
        "lines": lines,
        "legal_basis": ", ".join(
            sorted({line.standard.legal_basis for line in lines if line.standard})
        ),
        "payments": shown.payments.select_related("taken_by__user"),
        "award": getattr(shown, "award", None),
        "is_payable": shown.state in {BillState.OPEN, BillState.PART},
        "can_pay": request.actor.may(Act.TAKE_PAYMENT),
        "can_cancel": request.actor.may(Act.RUN_TRADING)
        and shown.state == BillState.OPEN
        and shown.kind == BillKind.FEE,
    }
    return render(request, "trading/bill.html", context)


@allow(Act.SEE_TRADING)
def bill_history(request: Any, bill_id: int) -> HttpResponseBase:
    """All that happened to a bill: payments, state, operations."""
    shown = bill_of(request, bill_id)
    here = Link(shown.bill_no, reverse("bill", args=[shown.pk]))
    return history.show(request, stories.BILL, shown, here)


@allow(Act.SEE_LEDGER)
def bill_chain(request: Any, bill_id: int) -> HttpResponse:
    """The lots that the bill is for, and what was discharged under each."""
    shown = bill_of(request, bill_id)
    here = Link(shown.bill_no, reverse("bill", args=[shown.pk]))
    return lots_chain(request, here=here, lots=lots_of_bill(shown))


@allow(Act.SEE_TRADING)
def bill_pdf(request: Any, bill_id: int) -> HttpResponse:
    """The bill on paper."""
    shown = bill_of(request, bill_id)
    answer = HttpResponse(paper.bill_pdf(shown), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{shown.bill_no}.pdf"'
    return answer


@allow(Act.RUN_TRADING, methods=("GET", "POST"))
def bill_new(request: Any) -> HttpResponse:
    """Choose an enterprise, then its unpaid lots; the fee is shown before it is billed."""
    own = Enterprise.objects.for_actor(request.actor)
    chosen = own.filter(pk=number_of(request, "enterprise")).first()
    if chosen is None:
        choice = EnterpriseForm(None, enterprises=own)
        return render(request, "trading/bill_enterprise.html", {"form": choice})
    lots = queries.unpaid_lots(chosen)

    def act(data: dict[str, Any]) -> str:
        new = services.create_bill(
            by=request.actor,
            enterprise=chosen,
            lots=list(data["lots"]),
            due_date=data["due_date"],
            discount=Decimal(data["discount"]),
            note=data["note"],
            now=timezone.now(),
        )
        return reverse("bill", args=[new.pk])

    initial = {
        "due_date": add_workdays(timezone.localdate(), TERM_WORKDAYS),
        "lots": [lot.pk for lot in lots],
    }
    context = {"enterprise": chosen, "previews": [preview(lot) for lot in lots]}
    form = BillForm(data_of(request), lots=lots, initial=initial)
    done = _("Bill made. The enterprise sees it at once.")
    page = FormPage(
        title=_("New bill"),
        submit=_("Make the bill"),
        cancel_url=reverse("bills"),
        template="trading/bill_form.html",
    )
    return form_page(request, form, page, context=context, act=act, done=done)


def preview(lot: Any) -> dict[str, Any]:
    """What a lot would cost, or why it cannot be billed."""
    try:
        return {"lot": lot, "line": fee_line(lot, discount=Decimal(1))}
    except NoFeeStandard as error:
        return {"lot": lot, "problem": str(error)}


@allow(Act.TAKE_PAYMENT, methods=("GET", "POST"))
def bill_pay(request: Any, bill_id: int) -> HttpResponse:
    """Record money for a bill as it stands on the bank statement; a paid award is delivered."""
    shown = bill_of(request, bill_id)
    initial = {"amount": fen_of(shown.open_amount), "paid_on": timezone.localdate()}

    def act(data: dict[str, Any]) -> str:
        services.take_payment(
            by=request.actor,
            bill=shown,
            amount_fen=data["amount"],
            bank_reference=data["bank_reference"],
            paid_on=data["paid_on"],
            now=timezone.now(),
        )
        return reverse("bill", args=[shown.pk])

    form = PaymentForm(data_of(request), initial=initial)
    done = _("Payment recorded.")
    page = FormPage(
        title=_("Record a payment for %(bill)s") % {"bill": shown.bill_no},
        submit=_("Record the payment"),
        lead=_("%(amount)s yuan of this bill are open. A part may be paid.")
        % {"amount": yuan(shown.open_amount)},
        cancel_url=reverse("bill", args=[shown.pk]),
    )
    answer = form_page(request, form, page, act=act, done=done)
    if answer.status_code == 302:
        deliver_if_paid(request, shown)
    return answer


def deliver_if_paid(request: Any, shown: Bill) -> None:
    """Deliver the award of a paid bill. The payment is a fact and stays booked: when the delivery
    fails, all of it waits in escrow, and the reason is said here and on the desk."""
    shown.refresh_from_db()
    award = getattr(shown, "award", None)
    if award is None or shown.state != BillState.PAID:
        return
    try:
        services.deliver_award(by=request.actor, award=award, now=timezone.now())
        messages.success(request, _("Delivered: the right is in the enterprise's account."))
    except (Refusal, RuleBroken) as error:
        messages.error(request, str(spoken(error)))


@allow(Act.RUN_TRADING, methods=("GET", "POST"))
def bill_cancel(request: Any, bill_id: int) -> HttpResponse:
    """Cancel an unpaid fee bill."""
    shown = bill_of(request, bill_id)

    def act(data: dict[str, Any]) -> str:
        services.cancel_bill(by=request.actor, bill=shown, reason=data["reason"])
        return reverse("bill", args=[shown.pk])

    form = ReasonForm(data_of(request))
    done = _("Bill cancelled; its lots can be billed again.")
    page = FormPage(
        title=_("Cancel bill %(bill)s") % {"bill": shown.bill_no},
        submit=_("Cancel the bill"),
        lead=_("The bill stays on record as cancelled; its lots can be billed again."),
        cancel_url=reverse("bill", args=[shown.pk]),
        danger=True,
    )
    return form_page(request, form, page, act=act, done=done)
