"""Sign-ups, deposits and awards on the desk."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.access import allow, door
from parties.rules import Act
from shell.figures import yuan
from trading import services
from trading.forms import PaymentForm, ReasonForm, ReturnForm
from trading.models import Award, SignUp
from trading.money import fen_of

from .pages import FormPage, data_of, form_page


def sign_up_of(request: Any, sign_up_id: int) -> SignUp:
    """A sign-up to an auction of the bureau's region."""
    own = SignUp.objects.for_actor(request.actor).select_related("auction", "enterprise")
    return door(own, pk=sign_up_id)


def address(sign_up: SignUp) -> str:
    """Back to the auction on the desk."""
    return reverse("desk_auction", args=[sign_up.auction_id])


@allow(Act.RUN_TRADING, methods=("POST",))
def sign_up_qualify(request: Any, sign_up_id: int) -> HttpResponse:
    """Pass the qualification check."""
    shown = sign_up_of(request, sign_up_id)
    services.qualify(by=request.actor, sign_up=shown, now=timezone.now())
    messages.success(request, _("Qualified. The bidder may bid once the deposit is in."))
    return redirect(address(shown))


@allow(Act.RUN_TRADING, methods=("GET", "POST"))
def sign_up_refuse(request: Any, sign_up_id: int) -> HttpResponse:
    """Refuse a sign-up with a reason the enterprise will read."""
    shown = sign_up_of(request, sign_up_id)

    def act(data: dict[str, Any]) -> str:
        services.refuse_sign_up(
            by=request.actor, sign_up=shown, reason=data["reason"], now=timezone.now()
        )
        return address(shown)

    page = FormPage(
        title=_("Refuse the sign-up of %(name)s") % {"name": shown.enterprise},
        submit=_("Refuse the sign-up"),
        lead=_("The enterprise reads the reason."),
        cancel_url=address(shown),
        danger=True,
    )
    return form_page(
        request,
        ReasonForm(data_of(request)),
        page,
        act=act,
        done=_("The enterprise is not admitted; it sees the reason."),
    )


@allow(Act.TAKE_PAYMENT, methods=("GET", "POST"))
def sign_up_deposit(request: Any, sign_up_id: int) -> HttpResponse:
    """Record the deposit as it stands on the bank statement."""
    shown = sign_up_of(request, sign_up_id)
    initial = {"amount": fen_of(shown.deposit), "paid_on": timezone.localdate()}

    def act(data: dict[str, Any]) -> str:
        services.take_deposit(
            by=request.actor,
            sign_up=shown,
            amount_fen=data["amount"],
            bank_reference=data["bank_reference"],
            paid_on=data["paid_on"],
            now=timezone.now(),
        )
        return address(shown)

    page = FormPage(
        title=_("Record the deposit of %(name)s") % {"name": shown.enterprise},
        submit=_("Record the deposit"),
        lead=_("A deposit counts only when it is paid whole: %(amount)s yuan.")
        % {"amount": yuan(shown.deposit)},
        cancel_url=address(shown),
    )
    return form_page(
        request,
        PaymentForm(data_of(request), initial=initial),
        page,
        act=act,
        done=_("Deposit recorded; the bidder is admitted."),
    )


@allow(Act.TAKE_PAYMENT, methods=("GET", "POST"))
def sign_up_return(request: Any, sign_up_id: int) -> HttpResponse:
    """Record the transfer that sent a deposit back."""
    shown = sign_up_of(request, sign_up_id)

    def act(data: dict[str, Any]) -> str:
        services.return_deposit(
            by=request.actor,
            sign_up=shown,
            bank_reference=data["bank_reference"],
            now=timezone.now(),
        )
        return address(shown)

    page = FormPage(
        title=_("Return the deposit of %(name)s") % {"name": shown.enterprise},
        submit=_("Book as returned"),
        lead=_("Transfer %(amount)s yuan to the enterprise first, then enter the reference.")
        % {"amount": yuan(shown.deposit)},
        cancel_url=address(shown),
    )
    return form_page(
        request,
        ReturnForm(data_of(request)),
        page,
        act=act,
        done=_("The deposit is booked as returned."),
    )


def award_of(request: Any, award_id: int) -> Award:
    """An award of an auction of the bureau's region."""
    own = Award.objects.for_actor(request.actor).select_related(
        "auction", "sign_up__enterprise", "bill"
    )
    return door(own, pk=award_id)


@allow(Act.RUN_TRADING, methods=("POST",))
def award_deliver(request: Any, award_id: int) -> HttpResponse:
    """Deliver a paid award: money and right change hands together."""
    shown = award_of(request, award_id)
    services.deliver_award(by=request.actor, award=shown, now=timezone.now())
    messages.success(request, _("Delivered: the right is in the enterprise's account."))
    return redirect(address(shown.sign_up))


@allow(Act.RUN_TRADING, methods=("GET", "POST"))
def award_default(request: Any, award_id: int) -> HttpResponse:
    """Declare that a winner did not pay; his deposit is not refunded."""
    shown = award_of(request, award_id)

    def act(data: dict[str, Any]) -> str:
        services.declare_default(
            by=request.actor, award=shown, reason=data["reason"], now=timezone.now()
        )
        return address(shown.sign_up)

    page = FormPage(
        title=_("Declare default of %(name)s") % {"name": shown.sign_up.enterprise},
        submit=_("Declare default"),
        lead=_("The deposit is not refunded and the right stays in the reserve, for good."),
        cancel_url=address(shown.sign_up),
        danger=True,
    )
    return form_page(
        request,
        ReasonForm(data_of(request)),
        page,
        act=act,
        done=_("Default declared; the right stays in the reserve."),
    )
