"""May this card open a session at this controller, and what is left on it?"""

import datetime
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from django.db.models import Max, Q

from cardswipe.intake import Device, Swipe
from cardswipe.models import Card, CardAccount, CardBinding, OfflineRule, SessionReport
from cardswipe.rules import CardState
from permits.models import Outlet

# SwipeRtn of the card-session profile (docs/card-profile.md).
OPENED, UNKNOWN_CARD, NOT_BOUND, BLOCKED, USED_UP, NOTHING_LOADED = 1, 2, 3, 4, 5, 6

MG_PER_KG = 10**6
L_PER_M3 = 1000


class SwipeAnswer(NamedTuple):
    """The result, what is left and what of it may go off line, per pollutant (whole
    milligrams, water in litres), for how many hours, and the card's last voucher."""

    result: int
    left: dict[str, int]
    allowed: Mapping[str, int] = MappingProxyType({})
    hours: int = 0
    card_serial: int = 0


def answer_swipe(device: Device, swipe: Swipe, *, today: datetime.date) -> SwipeAnswer:
    """The answer by the state of the card at this moment; reads the ledger, moves nothing."""
    card = Card.objects.filter(card_no=swipe.card_no).first()
    if card is None:
        return SwipeAnswer(UNKNOWN_CARD, {})
    bound = CardBinding.objects.at(swipe.at).filter(card=card, controller_id=device.id)
    if not bound.exists():
        return SwipeAnswer(NOT_BOUND, {})
    if card.state != CardState.ACTIVE:
        return SwipeAnswer(BLOCKED, {})
    left = left_on(card, set(device.pollutants.values()), today=today)
    if not left:
        return SwipeAnswer(NOTHING_LOADED, {})
    is_used_up = any(amount <= 0 for amount in left.values())
    allowed, hours = allowance(card, left, device, today=today)
    last = card.vouchers.aggregate(last=Max("card_serial"))["last"] or 0
    return SwipeAnswer(USED_UP if is_used_up else OPENED, left, allowed, hours, last)


def pushed(device: Device, *, today: datetime.date) -> str:
    """What a controller is told of the card bound to it: as the answer to a swipe would say it,
    at the moment it is sent. Without a card, that there is none."""
    binding = CardBinding.objects.filter(controller_id=device.id, valid_to__isnull=True)
    bound = binding.select_related("card").first()
    if bound is None:
        return "CardNo="
    left = left_on(bound.card, set(device.pollutants.values()), today=today)
    allowed, hours = allowance(bound.card, left, device, today=today)
    last = bound.card.vouchers.aggregate(last=Max("card_serial"))["last"] or 0
    said = SwipeAnswer(OPENED, left, allowed, hours, last)
    return ";".join([f"CardNo={bound.card.card_no}", *fields_of(device, said)])


def allowance(
    card: Card, left: Mapping[str, int], device: Device, *, today: datetime.date
) -> tuple[dict[str, int], int]:
    """What may be discharged when contact is lost, never more than is left; for how long."""
    outlet = Outlet.objects.select_related("site").get(controllers=device.id)
    rules = OfflineRule.objects.nearest(outlet.site.region_id, today)
    if not rules:
        return {}, 0
    in_period = Q(period__start_date__lte=today, period__end_date__gte=today)
    loaded = dict(card.accounts.filter(in_period).values_list("pollutant_id", "loaded"))
    parts = {code: loaded.get(code, 0) * rules[0].percent // 100 for code in left}
    return {code: max(min(part, left[code]), 0) for code, part in parts.items()}, rules[0].hours


def left_on(card: Card, pollutants: set[str], *, today: datetime.date) -> dict[str, int]:
    """What the card holds of each pollutant in the quota period of the day, less what its sessions
    used that wait for our integral: by the controller's own figures until they are booked."""
    in_period = Q(period__start_date__lte=today, period__end_date__gte=today)
    rows = CardAccount.objects.filter(in_period, card=card, pollutant__in=pollutants)
    held = dict(rows.values_list("pollutant_id", "account__balance"))
    waits = waiting_on(card)
    return {code: amount - waits[code] for code, amount in held.items()}


def waiting_on(card: Card) -> Counter[str]:
    """By pollutant, what sessions with the card used that are reported and not booked yet; of two
    reports of one session the first counts."""
    found = SessionReport.objects.waiting().filter(card_no=card.card_no).order_by("pk")
    first = {one.report().key: one for one in reversed(found)}
    return sum((Counter(one.device_loads) for one in first.values()), Counter())


def fields_of(device: Device, said: SwipeAnswer) -> list[str]:
    """The answer's fields beyond its result: the card's last voucher, the time off line, and
    quantities in kilograms, water in cubic metres."""
    written = [f"CardSerial={said.card_serial}"] if said.card_serial else []
    written += [f"OffHours={said.hours}"] if said.hours else []
    for code, pollutant in device.pollutants.items():
        if pollutant in said.left:
            parts = [f"{code}-Left={shown(said.left[pollutant], pollutant)}"]
            if pollutant in said.allowed:
                parts.append(f"{code}-Off={shown(said.allowed[pollutant], pollutant)}")
            written.append(",".join(parts))
    return written


def shown(amount: int, pollutant: str) -> str:
    """A quantity as the frame has it, exactly."""
    unit, places = (L_PER_M3, 3) if pollutant == "WATER" else (MG_PER_KG, 6)
    return f"{(Decimal(amount) / unit).quantize(Decimal(1).scaleb(-places)):f}"
