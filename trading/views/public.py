"""What everyone may see: auctions, their results and how to recompute them, fee standards."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parties.access import PUBLIC, allow, door
from parties.rules import Act
from shell.figures import moment, quantity, with_unit, yuan
from shell.tables import Column, Table, table_page
from shell.units import plain
from trading import formats, kits
from trading.models import Auction, FeeStandard, SignUp
from trading.rules import AuctionState
from trading.tones import tone_of


def auction_columns() -> list[Column]:
    """The columns in which auctions are listed, for the public and for the desk."""
    return [
        Column("auction_no", _("Auction number"), kind="code", sort="auction_no"),
        Column("region", _("Region")),
        Column("pollutant", _("Pollutant"), sort="pollutant__position"),
        Column("quantity_mg", _("Quantity per year"), kind="t", sort="quantity_mg"),
        Column("floor_price", _("Start price"), kind="yuan", unit=_("yuan/t·a")),
        Column("opens_at", _("Opens at"), kind="moment", sort="opens_at"),
        Column("get_state_display", _("State"), kind="status", tone=lambda row: tone_of(row.state)),
    ]


@allow(PUBLIC)
def auctions(request: Any) -> HttpResponse:
    """All announced auctions, the newest first."""
    shown = Auction.objects.for_actor(None).select_related("region", "pollutant")
    table = Table(
        shown.order_by("-opens_at", "-pk"),
        auction_columns(),
        request=request,
        caption=_("Auctions"),
        row_url=lambda row: reverse("auction", args=[row.pk]),
        empty=_("No auction has been announced yet. Notices appear here before each round."),
    )
    return table_page(request, "trading/auctions.html", table)


@allow(PUBLIC)
def auction(request: Any, auction_id: int) -> HttpResponse:
    """The notice of one auction, and after the round its result and how to recompute it."""
    shown = door(
        Auction.objects.for_actor(request.actor).select_related("region", "pollutant", "lot"),
        pk=auction_id,
    )
    sign_up = SignUp.objects.filter(
        auction=shown, enterprise_id=getattr(request.actor, "enterprise_id", None)
    ).first()
    context = {
        "auction": shown,
        "facts": facts_of(shown),
        "sign_up": sign_up,
        "sign_up_tone": tone_of(sign_up.state) if sign_up else "",
        "can_sign_up": can_sign_up(shown, request.actor, sign_up),
        "can_enter": can_enter(shown, request.actor),
        "awards": shown.awards.select_related("sign_up__enterprise"),
        "bids": kits.bids_of(shown) if shown.result is not None else [],
        "tone": tone_of(shown.state),
    }
    return render(request, "trading/auction.html", context)


def can_sign_up(shown: Auction, actor: Any, sign_up: SignUp | None) -> bool:
    """Whether the page offers the sign-up; the service has the last word."""
    is_time = shown.sign_up_from <= timezone.now() < shown.sign_up_to
    if actor is None or sign_up is not None or not actor.may(Act.BID):
        return False
    is_local = Auction.objects.of_place(actor).filter(pk=shown.pk).exists()
    return is_local and is_time and shown.state == AuctionState.ANNOUNCED


def can_enter(shown: Auction, actor: Any) -> bool:
    """Whether the page offers the auction room."""
    if actor is None or not actor.may(Act.SEE_TRADING) or shown.state != AuctionState.OPEN:
        return False
    return Auction.objects.of_place(actor).filter(pk=shown.pk).exists()


def facts_of(shown: Auction) -> list[tuple[Any, Any]]:
    """The terms of an auction as label and value."""
    per_year = _("yuan per t per year")
    deposit = {"percent": plain(shown.deposit_percent)}
    winners = {"percent": shown.params.get("winners_percent", "–")}
    return [
        (_("Region"), shown.region),
        (_("Pollutant"), shown.pollutant),
        (_("Basin or air-shed"), shown.basin or "–"),
        (_("Quantity per year"), quantity(shown.quantity_mg, "t")),
        (_("Right valid"), f"{shown.right_from} – {shown.right_to}"),
        (_("Start price"), with_unit(yuan(shown.floor_price), per_year)),
        (_("Bid step"), with_unit(yuan(shown.step), per_year)),
        (_("Deposit"), _("%(percent)s %% of start price × quantity × years") % deposit),
        (_("Sign-up"), f"{moment(shown.sign_up_from)} – {moment(shown.sign_up_to)}"),
        (_("Round"), f"{moment(shown.opens_at)} – {moment(shown.closes_at)}"),
        (_("Bids per bidder"), shown.params.get("max_bids", "–")),
        (_("Winners"), _("first %(percent)s %% of the bidders") % winners),
        (_("Payment"), _("within %(days)s working days") % {"days": shown.pay_within_workdays}),
    ]


@allow(PUBLIC)
def auction_kit(request: Any, auction_id: int) -> HttpResponse:
    """The kit of a closed auction: one JSON line for `manage.py conform auction`."""
    closed = Auction.objects.for_actor(request.actor).filter(result__isnull=False)
    shown = door(closed, pk=auction_id)
    line = kits.canonical(kits.kit_of(shown)) + b"\n"
    answer = HttpResponse(line, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{shown.auction_no}.json"'
    return answer


@allow(PUBLIC)
def auction_rules(request: Any, auction_id: int) -> HttpResponse:
    """The printable rules of the auction's format, in the reader's language."""
    shown = door(Auction.objects.for_actor(request.actor), pk=auction_id)
    text = formats.rulebook(shown.format, "en" if get_language() == "en" else "zh")
    title, rules = formats.paragraphs(text)
    context = {"auction": shown, "rules_title": title, "rules": rules}
    return render(request, "trading/rules.html", context)


@allow(PUBLIC)
def fee_standards(request: HttpRequest) -> HttpResponse:
    """What rights cost: every dated row, those in force first."""
    table = Table(
        FeeStandard.objects.select_related("region", "pollutant").order_by(
            "-valid_from", "region_id", "pollutant__position"
        ),
        [
            Column("pollutant", _("Pollutant"), sort="pollutant__position"),
            Column("region", _("Region"), sort="region_id"),
            Column("price", _("Price"), kind="yuan", unit=_("yuan/t·a")),
            Column("valid_from", _("Valid from"), kind="date", sort="valid_from"),
            Column("valid_to", _("Valid to"), kind="date"),
            Column("legal_basis", _("Legal basis")),
        ],
        request=request,
        caption=_("Fee standards"),
        empty=_("No fee standard has been entered yet. Bills need one per pollutant."),
    )
    actor = getattr(request, "actor", None)
    can_edit = actor is not None and actor.may(Act.MANAGE_REGULATION)
    return table_page(request, "trading/fee_standards.html", table, {"can_edit": can_edit})
