"""Columns and facts that several pages of card-swipe discharge share."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from cardswipe.models import Alarm, Card, Controller, DischargeEvent, ValveOrder, Voucher
from cardswipe.queries.board import LEVEL_TONES
from cardswipe.queries.cards import CardRow
from cardswipe.rules import AlarmLevel, AlarmState, CardState, EventState, OrderState
from parties.access import open_address
from parties.models import Membership
from shell import units
from shell.figures import NOTHING, quantity, with_unit
from shell.tables import Column, Status, Table

CARD_TONES = {
    CardState.ISSUED: "waiting",
    CardState.ACTIVE: "normal",
    CardState.LOST: "closed",
    CardState.REPLACED: "neutral",
    CardState.CANCELLED: "neutral",
}
EVENT_TONES = {
    EventState.BOOKED: "normal",
    EventState.NOT_DEBITED: "neutral",
    EventState.WAITING: "waiting",
    EventState.DISMISSED: "closed",
}
ORDER_TONES = {
    OrderState.ASKED: "waiting",
    OrderState.REQUESTED: "waiting",
    OrderState.SENT: "active",
    OrderState.ACCEPTED: "active",
    OrderState.MOVED: "normal",
    OrderState.REFUSED: "neutral",
    OrderState.FAILED: "red",
}


def card_tone(card: Card) -> str:
    """The tone of a card's state."""
    return CARD_TONES[CardState(card.state)]


def alarm_tone(alarm: Alarm) -> str:
    """The tone of an alarm: its level while it is open."""
    if alarm.state == AlarmState.HANDLED:
        return "neutral"
    return LEVEL_TONES[AlarmLevel(alarm.level)]


def controller_link(controller: Controller, actor: Membership) -> Any:
    """The MN, with the way to the controller's page for those who may open it."""
    url = open_address("controller", controller.pk, actor)
    return format_html('<a href="{}">{}</a>', url, controller.mn) if url else controller.mn


def amount_of(value: int, pollutant: Any) -> SafeString:
    """A quantity with its unit."""
    return quantity(value, "m3" if pollutant.unit == "L" else "t")


def fine_amount(value: int, pollutant: Any) -> SafeString:
    """A quantity of an hour, which tonnes would hide: kilograms, or cubic metres of water."""
    if pollutant.unit == "L":
        return with_unit(units.figure(value, unit="m3", places=3), "m³")
    return with_unit(units.figure(value, unit="kg", places=3), "kg")


def balances(row: CardRow) -> SafeString | str:
    """What a card holds, pollutant by pollutant."""
    if not row.accounts:
        return NOTHING
    return format_html_join(
        " · ",
        "{} {}",
        ((a.pollutant, amount_of(a.account.balance, a.pollutant)) for a in row.accounts),
    )


def outlets(row: CardRow) -> str:
    """The outlets at which a card is used."""
    return ", ".join(str(binding.controller.outlet) for binding in row.bindings) or NOTHING


CARD_COLUMNS = [
    Column("card.card_no", gettext_lazy("Card"), kind="code"),
    Column(
        "state",
        gettext_lazy("State"),
        kind="status",
        value=lambda row: Status(card_tone(row.card), row.card.get_state_display()),
    ),
    Column("balances", gettext_lazy("On the card, this period"), value=balances),
    Column("outlets", gettext_lazy("Outlets"), value=outlets),
]
ENTERPRISE_COLUMN = Column("card.enterprise", gettext_lazy("Enterprise"))


def loads_of(event: DischargeEvent) -> SafeString | str:
    """The loads that an event debited, else all of them."""
    loads = [load for load in event.loads.all() if load.is_debited] or list(event.loads.all())
    if not loads:
        return NOTHING
    said = format_html_join(
        " · ",
        "{} {}",
        ((load.pollutant, amount_of(load.quantity, load.pollutant)) for load in loads),
    )
    if not event.is_estimate:
        return said
    return format_html('{} <span class="estimate">{}</span>', said, gettext("estimate"))


EVENT_COLUMNS = [
    Column("started_at", gettext_lazy("Begin"), kind="moment"),
    Column("get_kind_display", gettext_lazy("Kind")),
    Column("controller.outlet", gettext_lazy("Outlet")),
    Column("card", gettext_lazy("Card"), kind="code"),
    Column("volume_l", gettext_lazy("Volume"), kind="m3"),
    Column("loads", gettext_lazy("Loads"), value=loads_of),
    Column(
        "get_state_display",
        gettext_lazy("State"),
        kind="status",
        tone=lambda row: EVENT_TONES[EventState(row.state)],
    ),
]

ALARM_COLUMNS = [
    Column("last_at", gettext_lazy("Last seen"), kind="moment"),
    Column(
        "level",
        gettext_lazy("Level"),
        kind="status",
        value=lambda row: Status(alarm_tone(row), row.get_level_display()),
    ),
    Column("sentence", gettext_lazy("Alarm message")),
    Column("enterprise", gettext_lazy("Enterprise")),
    Column("times", gettext_lazy("Times"), kind="count"),
    Column("get_state_display", gettext_lazy("State")),
]

ORDER_COLUMNS = [
    Column("asked_at", gettext_lazy("Asked at"), kind="moment"),
    Column("controller.outlet", gettext_lazy("Outlet")),
    Column("controller.outlet.site.enterprise", gettext_lazy("Enterprise")),
    Column("get_action_display", gettext_lazy("Act")),
    Column("get_cause_display", gettext_lazy("Cause")),
    Column(
        "get_state_display",
        gettext_lazy("State"),
        kind="status",
        tone=lambda row: ORDER_TONES[OrderState(row.state)],
    ),
]

VOUCHER_COLUMNS = [
    Column("voucher_no", gettext_lazy("Voucher"), kind="code"),
    Column("made_at", gettext_lazy("Made at"), kind="moment"),
    Column("get_kind_display", gettext_lazy("Kind")),
    Column(
        "lines",
        gettext_lazy("Quantities"),
        value=lambda row: format_html_join(
            " · ",
            "{} {}",
            (
                (line.pollutant, amount_of(line.quantity, line.pollutant))
                for line in row.lines.all()
            ),
        ),
    ),
    Column("made_by", gettext_lazy("Made by")),
]


def voucher_table(request: HttpRequest, vouchers: Any, caption: Any, empty: Any) -> Table:
    """Vouchers, newest first; they grow for ever, so they are not counted."""
    rows = vouchers.select_related("made_by__user").prefetch_related("lines__pollutant")
    return Table(
        rows,
        VOUCHER_COLUMNS,
        request=request,
        caption=caption,
        row_url=lambda row: reverse("voucher", args=[row.pk]),
        empty=empty,
        after="-id",
        name="vouchers",
        page_size=10,
        can_export=False,
    )


def order_tone(order: ValveOrder) -> str:
    """The tone of a valve order's state."""
    return ORDER_TONES[OrderState(order.state)]


def voucher_facts(voucher: Voucher) -> list[tuple[Any, Any]]:
    """What stands at the head of a voucher."""
    return [
        (gettext_lazy("Voucher number"), voucher.voucher_no),
        (gettext_lazy("Serial written to the card"), voucher.card_serial),
        (gettext_lazy("Kind"), voucher.get_kind_display()),
        (gettext_lazy("Mode"), voucher.get_mode_display()),
        (gettext_lazy("Card"), voucher.card),
        (gettext_lazy("Enterprise"), voucher.enterprise),
        (gettext_lazy("Permit number"), voucher.permit_no or NOTHING),
        (gettext_lazy("Made by"), voucher.made_by),
        (gettext_lazy("Reason"), voucher.reason or NOTHING),
    ]
