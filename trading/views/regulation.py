"""Reserve and regulation: orders that set rights aside, prices, how auctions are held."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.access import allow
from parties.models import Membership, Region
from parties.rules import Act
from shell.tables import Column, Table, table_page
from trading import queries, services
from trading.forms import AuctionStandardForm, FeeStandardForm, ReserveForm
from trading.models import AuctionStandard
from trading.queries.desk import reserve_lots, reserve_totals

from .pages import FormPage, data_of, form_page


def own_regions(actor: Membership) -> Any:
    """The regions this person's bureau answers for."""
    return Region.objects.filter(code__startswith=actor.region_prefix)


@allow(Act.SEE_TRADING_DESK)
def reserve(request: Any) -> HttpResponse:
    """The government's reserve: what is in it, lot by lot."""
    table = Table(
        reserve_lots(request.actor),
        [
            Column("lot_no", _("Lot number"), kind="code"),
            Column("pollutant", _("Pollutant"), sort="pollutant__position"),
            Column("region", _("Region"), sort="region_id"),
            Column("basin", _("Basin or air-shed")),
            Column("quantity_per_year", _("Quantity per year"), kind="t", sort="quantity_per_year"),
            Column("valid_from", _("Valid from"), kind="date"),
            Column("valid_to", _("Valid to"), kind="date", sort="valid_to"),
        ],
        request=request,
        caption=_("Lots of the reserve"),
        row_url=lot_url(request.actor),
        empty=_("The reserve is empty. Set rights aside by a document to fill it."),
    )
    context = {
        "totals": reserve_totals(request.actor),
        "can_run": request.actor.may(Act.RUN_TRADING),
    }
    return table_page(request, "trading/reserve.html", table, context)


def lot_url(actor: Membership) -> Any:
    """For the desk a lot leads to its sale."""
    if not actor.may(Act.RUN_TRADING):
        return None
    return lambda lot: f"{reverse('auction_new')}?lot={lot.pk}"


@allow(Act.RUN_TRADING, methods=("GET", "POST"))
def reserve_new(request: Any) -> HttpResponse:
    """Set rights aside by a document."""

    def act(data: dict[str, Any]) -> str:
        services.set_aside(
            by=request.actor,
            region=request.actor.region,
            document_no=data["document_no"],
            pollutant=data["pollutant"],
            quantity_mg=data["quantity"],
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
            basin=data["basin"],
            reason=data["reason"],
            now=timezone.now(),
        )
        return reverse("reserve")

    form = ReserveForm(data_of(request))
    done = _("Set aside: the lot is in the reserve.")
    page = FormPage(
        title=_("Set rights aside"),
        submit=_("Set aside"),
        lead=_("One document brings one lot per pollutant; the region's cap bounds it."),
        cancel_url=reverse("reserve"),
    )
    return form_page(request, form, page, act=act, done=done)


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def fee_standard_new(request: Any) -> HttpResponse:
    """Enter a price; the one before ends on its eve."""

    def act(data: dict[str, Any]) -> str:
        services.set_fee_standard(
            by=request.actor,
            region=data["region"],
            pollutant=data["pollutant"],
            price_fen=data["price"],
            valid_from=data["valid_from"],
            legal_basis=data["legal_basis"],
        )
        return reverse("fee_standards")

    form = FeeStandardForm(
        data_of(request),
        regions=own_regions(request.actor),
        initial={"region": request.actor.region},
    )
    done = _("Fee standard entered; the one before ends on its eve.")
    page = FormPage(
        title=_("New fee standard"),
        submit=_("Enter the standard"),
        lead=_("Prices never change afterwards: a new row ends the one before on its eve."),
        cancel_url=reverse("fee_standards"),
    )
    return form_page(request, form, page, act=act, done=done)


@allow(Act.SEE_TRADING_DESK)
def auction_standards(request: Any) -> HttpResponse:
    """How auctions are held, by region and date."""
    table = Table(
        AuctionStandard.objects.select_related("region").order_by("region_id", "-valid_from"),
        [
            Column("region", _("Region")),
            Column("valid_from", _("Valid from"), kind="date"),
            Column("valid_to", _("Valid to"), kind="date"),
            Column("deposit_percent", _("Deposit"), kind="count", unit="%", value=deposit_text),
            Column("notice_days", _("Notice"), kind="count", unit=_("days")),
            Column("pay_within_workdays", _("Time to pay"), kind="count", unit=_("working days")),
            Column("max_bids", _("Bids per bidder"), kind="count"),
            Column("winners_percent", _("Winners"), kind="count", unit="%"),
            Column("confirm_percent", _("Confirm above"), kind="count", unit="%"),
            Column("legal_basis", _("Legal basis"), value=basis_and_note),
        ],
        request=request,
        caption=_("Auction standards"),
        empty=_("No auction standard yet. Enter deposit, notice and payment terms first."),
    )
    can_edit = request.actor.may(Act.MANAGE_REGULATION)
    return table_page(request, "trading/auction_standards.html", table, {"can_edit": can_edit})


def basis_and_note(row: AuctionStandard) -> str:
    """The legal basis, with what is noted beside it."""
    return f"{row.legal_basis}（{row.note}）" if row.note else row.legal_basis


def deposit_text(row: AuctionStandard) -> int:
    """The deposit in whole percents, as regulation writes it."""
    return int(row.deposit_percent)


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def auction_standard_new(request: Any) -> HttpResponse:
    """Enter how auctions are held from a day on."""

    def act(data: dict[str, Any]) -> str:
        services.set_auction_standard(by=request.actor, **data)
        return reverse("auction_standards")

    initial = {
        "region": request.actor.region,
        "deposit_percent": "10",
        "notice_days": "7",
        "pay_within_workdays": "7",
        "max_bids": "10",
        "winners_percent": "70",
        "confirm_percent": "150",
    }
    form = AuctionStandardForm(
        data_of(request), regions=own_regions(request.actor), initial=initial
    )
    done = _("Auction standard entered; the one before ends on its eve.")
    page = FormPage(
        title=_("New auction standard"),
        submit=_("Enter the standard"),
        lead=_("Auctions whose round opens on or after the first day follow this row."),
        cancel_url=reverse("auction_standards"),
    )
    return form_page(request, form, page, act=act, done=done)


@allow(Act.SEE_TRADING_DESK)
def trading_home(request: Any) -> HttpResponse:
    """What waits for the desk, on a page of its own."""
    desk = queries.desk_home(request.actor, timezone.localdate())
    return render(request, "trading/desk_home.html", {"desk": desk})
