"""Who may listen to which stream of trading."""

from typing import Any

from shell import live
from trading.models import Auction


def may_hear_auction(actor: Any, key: str) -> bool:
    """Whoever may open the auction's page: announced auctions are public."""
    return key.isdecimal() and Auction.objects.for_actor(actor).filter(pk=key).exists()


live.topic("auction", may_hear_auction)
