"""What the holder of a right is told once somebody has laid a hand on it."""

import datetime
from collections.abc import Callable
from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.lot_orders import LotOrder
from ledger.models import LedgerRequest, Lot
from ledger.models.requests import LotAct
from parties.services import Told, give_notices
from shell.units import show_m3, show_t

# Acts of others on a right → how loud; what a holder does himself needs no word.
TONES = {
    LotAct.PLEDGE: "neutral",
    LotAct.FREEZE: "red",
    LotAct.RELEASE: "neutral",
    LotAct.RETIRE: "yellow",
    LotAct.TAKE_BACK: "yellow",
}
NOTHING = "–"


def tell_holder(*, request: LedgerRequest, order: LotOrder, now: datetime.datetime) -> None:
    """Tell the enterprise what was done with its right, by whom it was ordered, and why."""
    lot = request.lot
    assert lot, "kept by the constraint request_is_about_one_thing"
    if lot.enterprise is None or order.act not in TONES:
        return
    say = partial(_said, words_of(order), lot, order, request.reason)
    link = reverse("lot", args=[lot.pk])
    told = Told(place=lot.enterprise, say=say, link=link, tone=TONES[order.act])
    give_notices(told=[told], now=now)


def words_of(order: LotOrder) -> Callable[[], str]:
    """The sentence for the act, still to be filled."""
    return {
        LotAct.FREEZE: lambda: _(
            "Right %(lot)s: %(quantity)s is frozen until %(day)s by order of %(issuer)s"
            " (%(paper)s): %(why)s"
        ),
        LotAct.RELEASE: lambda: _("Right %(lot)s: %(quantity)s is released (%(placed)s): %(why)s"),
    }.get(order.act, lambda: _("Right %(lot)s: %(act)s, %(quantity)s. %(why)s"))


def _said(words: Callable[[], str], lot: Lot, order: LotOrder, why: str) -> str:
    placed = LotAct(order.placing.act).label if order.placing else NOTHING
    return words() % {
        "lot": lot.lot_no,
        "quantity": _quantity(lot, order),
        "day": (order.last or lot.valid_to).isoformat(),
        "issuer": order.issuer or NOTHING,
        "paper": order.paper or NOTHING,
        "placed": placed,
        "act": order.act.label,
        "why": why,
    }


def _quantity(lot: Lot, order: LotOrder) -> str:
    """How much per year, with its unit."""
    if order.quantity is None:
        return _("all of it")
    is_volume = lot.pollutant.unit == "L"
    shown = f"{show_m3(order.quantity)} m³" if is_volume else f"{show_t(order.quantity)} t"
    return _("%(quantity)s per year") % {"quantity": shown}
