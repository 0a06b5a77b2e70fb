"""What a sale under way binds: the lot of the reserve from which it will be delivered."""

from ledger.models import Lot
from shell.refusals import Refusal
from trading.models import Auction
from trading.refusals import LotIsOnSale
from trading.rules import AuctionState

UNDER_WAY = (
    AuctionState.APPROVED,
    AuctionState.ANNOUNCED,
    AuctionState.OPEN,
    AuctionState.CLOSED,
)


def sale_of(lot: Lot) -> Refusal | None:
    """T403 while an approved auction offers the lot and is neither settled nor stopped."""
    found = Auction.objects.filter(lot_id=lot.pk, state__in=UNDER_WAY).first()
    return LotIsOnSale(lot=lot.lot_no, auction=found.auction_no) if found else None
