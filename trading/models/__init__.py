"""Models of trading, by noun."""

from .auctions import Auction
from .bidding import Award, Bid, RefusedBid, SignUp
from .bills import Bill, BillLine, Payment
from .reserve import ReserveOrder
from .standards import AuctionStandard, FeeStandard

__all__ = [
    "Auction",
    "AuctionStandard",
    "Award",
    "Bid",
    "Bill",
    "BillLine",
    "FeeStandard",
    "Payment",
    "RefusedBid",
    "ReserveOrder",
    "SignUp",
]
