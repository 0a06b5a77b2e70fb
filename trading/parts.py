"""What trading adds to the one certificate: what was billed and paid, what was won."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties.rules import Act
from permits.models import Permit
from permits.parts import MOST_ROWS, Part
from shell.tables import Column
from trading.models import Award, Bill
from trading.tones import tone_of

BILL_COLUMNS = [
    Column("bill_no", gettext_lazy("Bill"), kind="code"),
    Column("get_kind_display", gettext_lazy("Kind")),
    Column("issued_on", gettext_lazy("issued on"), kind="date"),
    Column("amount", gettext_lazy("Amount (yuan)"), kind="yuan"),
    Column("paid", gettext_lazy("Paid (yuan)"), kind="yuan"),
    Column(
        "get_state_display",
        gettext_lazy("State"),
        kind="status",
        tone=lambda bill: tone_of(bill.state),
    ),
]
AWARD_COLUMNS = [
    Column("auction.auction_no", gettext_lazy("Auction number"), kind="code"),
    Column("auction.pollutant", gettext_lazy("Pollutant")),
    Column("quantity_mg", gettext_lazy("Quantity per year"), kind="t"),
    Column(
        "get_state_display",
        gettext_lazy("State"),
        kind="status",
        tone=lambda award: tone_of(award.state),
    ),
]


def certificate_parts(permit: Permit) -> Iterator[Part]:
    """The enterprise's bills and awards."""
    enterprise = permit.site.enterprise
    yield Part(
        "bills",
        _("Billed and paid"),
        Act.SEE_TRADING,
        BILL_COLUMNS,
        list(Bill.objects.filter(enterprise=enterprise).order_by("-pk")[:MOST_ROWS]),
        _("Nothing was billed yet."),
        row_url=lambda row: reverse("bill", args=[row.pk]),
    )
    awards = Award.objects.filter(sign_up__enterprise=enterprise)
    yield Part(
        "awards",
        _("Won at auction"),
        Act.SEE_TRADING,
        AWARD_COLUMNS,
        list(awards.select_related("auction__pollutant").order_by("-pk")[:MOST_ROWS]),
        _("Nothing was won at an auction yet."),
        row_url=lambda row: reverse("auction", args=[row.auction_id]),
    )
