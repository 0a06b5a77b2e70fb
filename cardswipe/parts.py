"""What card-swipe adds to the one certificate: cards, loads, cases."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cardswipe.models import Alarm, Card, Voucher, VoucherLine
from cardswipe.tables import alarm_tone, card_tone
from parties.rules import Act
from permits.models import Permit
from permits.parts import MOST_ROWS, Part
from permits.queries.timeline import Event, event
from permits.tables import shown_quantity
from shell.tables import Column

CARD_COLUMNS = [
    Column("card_no", gettext_lazy("Card"), kind="code"),
    Column("physical_no", gettext_lazy("Chip number"), kind="code"),
    Column("get_state_display", gettext_lazy("State"), kind="status", tone=card_tone),
]
LOAD_COLUMNS = [
    Column("voucher.made_at", gettext_lazy("Made at"), kind="moment"),
    Column("voucher", gettext_lazy("Voucher"), kind="code"),
    Column("voucher.get_kind_display", gettext_lazy("Kind")),
    Column("pollutant", gettext_lazy("Pollutant")),
    Column(
        "quantity",
        gettext_lazy("Quantity"),
        kind="amount",
        value=lambda line: shown_quantity(line.quantity, line.pollutant.unit),
    ),
]
CASE_COLUMNS = [
    Column("last_at", gettext_lazy("Last seen"), kind="moment"),
    Column("sentence", gettext_lazy("What happened")),
    Column("handling", gettext_lazy("What was done")),
    Column("get_state_display", gettext_lazy("State"), kind="status", tone=alarm_tone),
]


def certificate_parts(permit: Permit) -> Iterator[Part]:
    """The enterprise's cards, what was loaded on them, and its alarms as cases."""
    enterprise = permit.site.enterprise
    yield Part(
        "cards",
        _("IC cards"),
        Act.SEE_CARDS,
        CARD_COLUMNS,
        list(Card.objects.filter(enterprise=enterprise).order_by("-pk")[:MOST_ROWS]),
        _("No card is issued to the unit."),
        row_url=lambda row: reverse("card", args=[row.pk]),
    )
    lines = (
        VoucherLine.objects.filter(voucher__enterprise=enterprise)
        .select_related("voucher__region", "voucher__made_by__user", "pollutant")
        .order_by("-voucher_id", "pollutant__position")
    )
    loads = list(lines[:MOST_ROWS])
    vouchers = {line.voucher_id: line.voucher for line in loads}
    yield Part(
        "loads",
        _("Card loads"),
        Act.SEE_CARDS,
        LOAD_COLUMNS,
        loads,
        _("Nothing was loaded on a card yet."),
        row_url=lambda row: reverse("voucher", args=[row.voucher_id]),
        events=[loaded(voucher) for voucher in vouchers.values()],
    )
    cases = list(Alarm.objects.filter(enterprise=enterprise).order_by("-pk")[:MOST_ROWS])
    yield Part(
        "cases",
        _("Alarms and cases"),
        Act.SEE_ALARMS,
        CASE_COLUMNS,
        cases,
        _("No alarm was raised."),
        row_url=lambda row: reverse("alarm", args=[row.pk]),
        events=[raised(case) for case in cases],
    )


def loaded(voucher: Voucher) -> Event:
    """A voucher as a line of the timeline."""
    return event(voucher.made_by, voucher.made_at, f"{voucher.get_kind_display()} · {voucher}")


def raised(case: Any) -> Event:
    """An alarm as a line of the timeline."""
    return Event(case.opened_at, _("system"), "", case.sentence, case.handling, alarm_tone(case))
