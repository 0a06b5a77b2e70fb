"""May this card open a session at this controller, and what is left on it?"""

import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q

from cardswipe.intake import Device, Swipe
from cardswipe.models import Card, CardAccount, CardBinding
from cardswipe.rules import CardState

# SwipeRtn of the card-session profile (docs/card-profile.md).
OPENED, UNKNOWN_CARD, NOT_BOUND, BLOCKED, USED_UP, NOTHING_LOADED = 1, 2, 3, 4, 5, 6

MG_PER_KG = 10**6
L_PER_M3 = 1000


class SwipeAnswer(NamedTuple):
    """The result and what is left per pollutant (whole milligrams, water in litres)."""

    result: int
    left: dict[str, int]


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
    return SwipeAnswer(USED_UP if is_used_up else OPENED, left)


def left_on(card: Card, pollutants: set[str], *, today: datetime.date) -> dict[str, int]:
    """What the card holds of each pollutant in the quota period of the day."""
    in_period = Q(period__start_date__lte=today, period__end_date__gte=today)
    rows = CardAccount.objects.filter(in_period, card=card, pollutant__in=pollutants)
    return dict(rows.values_list("pollutant_id", "account__balance"))


def fields_left(device: Device, left: dict[str, int]) -> list[str]:
    """The remaining quantities as the answer's fields: kilograms, water in cubic metres."""
    written = []
    for code, pollutant in device.pollutants.items():
        if pollutant not in left:
            continue
        unit, places = (L_PER_M3, 3) if pollutant == "WATER" else (MG_PER_KG, 6)
        amount = (Decimal(left[pollutant]) / unit).quantize(Decimal(1).scaleb(-places))
        written.append(f"{code}-Left={amount:f}")
    return written
