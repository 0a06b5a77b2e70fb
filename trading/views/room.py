"""The auction room: sign-up, live board, bids."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger import receipts
from parties.access import allow, door
from parties.rules import Act
from shell.refusals import refusals_to
from trading import live, queries, services
from trading.forms import BidForm, SignUpForm
from trading.models import Auction, Bid
from trading.tones import tone_of

from .pages import FormPage, data_of, form_page


def local_auction(request: Any, auction_id: int) -> Auction:
    """The auction, if it is held where this person's enterprise or bureau is."""
    shown = Auction.objects.of_place(request.actor).select_related("region", "pollutant")
    return door(shown, pk=auction_id)


@allow(Act.BID, methods=("GET", "POST"))
def auction_sign_up(request: Any, auction_id: int) -> HttpResponse:
    """Sign the own enterprise up."""
    shown = local_auction(request, auction_id)
    if request.method == "GET":
        services.check_may_sign_up(by=request.actor, auction=shown, now=timezone.now())

    def act(data: dict[str, Any]) -> str:
        services.sign_up(
            by=request.actor,
            auction=shown,
            enterprise=request.actor.enterprise,
            quantity_mg=data["quantity"],
            consent_slip_no=data["consent_slip_no"],
            now=timezone.now(),
        )
        return reverse("auction", args=[shown.pk])

    page = FormPage(
        title=_("Sign up for the auction"),
        submit=_("Sign up"),
        cancel_url=reverse("auction", args=[shown.pk]),
        template="trading/sign_up_form.html",
    )
    return form_page(
        request,
        SignUpForm(data_of(request)),
        page,
        context={"auction": shown},
        act=act,
        done=_("Signed up. The bureau checks your qualification; the deposit is due after that."),
    )


@allow(Act.SEE_TRADING)
def auction_room(request: Any, auction_id: int) -> HttpResponse:
    """The room; bidders have the bid box, everyone else watches."""
    return room_page(
        request, local_auction(request, auction_id), BidForm(initial=first_bid(request))
    )


def first_bid(request: Any) -> dict[str, str]:
    """The quantity of the address, so that a bidder need not type it twice."""
    asked = request.GET.get("quantity", "")
    return {"quantity": asked} if asked else {}


def room_page(
    request: Any, shown: Auction, form: forms.Form, *, ask: bool = False, status: int = 200
) -> HttpResponse:
    """The whole room; `ask` shows the box that answers a question about the bid."""
    board = queries.board_of(shown, request.actor, queries.database_now())
    if not ask:
        form.fields["confirmed"].widget = forms.HiddenInput()
    context = {
        "auction": shown,
        "board": board,
        "form": form,
        "topic": live.auction_topic(shown),
        "tone": tone_of(shown.state),
    }
    return render(request, "trading/room.html", context, status=status)


@allow(Act.SEE_TRADING)
def auction_board(request: Any, auction_id: int) -> HttpResponse:
    """The part of the room that changes; the bid box never moves."""
    shown = local_auction(request, auction_id)
    board = queries.board_of(shown, request.actor, queries.database_now())
    context = {
        "auction": shown,
        "board": board,
        "topic": live.auction_topic(shown),
        "tone": tone_of(shown.state),
    }
    return render(request, "trading/_board.html", context)


@allow(Act.BID, methods=("POST",))
def auction_bid(request: Any, auction_id: int) -> HttpResponse:
    """Place a bid; whatever is refused is kept with its rule and said beside the box."""
    shown = local_auction(request, auction_id)
    now = queries.database_now()
    form = BidForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        with refusals_to(form):
            bid = services.place_bid(
                by=request.actor,
                auction=shown,
                price_fen=data["price"],
                quantity_mg=data["quantity"],
                key=data["once"],
                now=now,
                is_meant=form.is_meant(),
            )
            messages.success(
                request, _("Your bid stands as number %(seq)s of the round.") % {"seq": bid.seq}
            )
            return redirect("auction_room", shown.pk)
    ask = form.has_error("confirmed")
    if ask:
        form.ask()
    else:
        keep_refused(request, shown, form, now)
    return room_page(request, shown, form, ask=ask, status=422)


def keep_refused(request: Any, shown: Auction, form: forms.Form, now: Any) -> None:
    """Keep what was refused as typed, with the number of the first rule it broke."""
    codes = [error.code or "" for errors in form.errors.as_data().values() for error in errors]
    services.keep_refused_bid(
        by=request.actor,
        auction=shown,
        price_text=request.POST.get("price", ""),
        quantity_text=request.POST.get("quantity", ""),
        rule=codes[0][:8],
        now=now,
    )


@allow(Act.SEE_TRADING)
def bid_receipt(request: Any, bid_id: int) -> HttpResponse:
    """The receipt of a bid, for its bidder and the bureau."""
    shown = door(Bid.objects.for_actor(request.actor), pk=bid_id)
    return receipts.as_file("trading_bid", shown.pk)
