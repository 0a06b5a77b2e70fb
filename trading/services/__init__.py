"""Every write of trading. Rights and money move only through `ledger.services`."""

from .auctions import (
    announce_auction,
    ask_stop,
    decide_auction,
    decide_stop,
    discard_auction,
    draft_auction,
    open_auction,
    request_auction_approval,
    revise_auction,
)
from .bids import keep_refused_bid, place_bid
from .bills import cancel_bill, create_bill, remind_overdue
from .closing import close_auction, declare_default, deliver_award
from .payments import take_deposit, take_payment
from .reserve import set_aside
from .sign_ups import check_may_sign_up, qualify, refuse_sign_up, return_deposit, sign_up
from .standards import set_auction_standard, set_fee_standard

__all__ = [
    "announce_auction",
    "ask_stop",
    "cancel_bill",
    "check_may_sign_up",
    "close_auction",
    "create_bill",
    "decide_auction",
    "decide_stop",
    "declare_default",
    "deliver_award",
    "discard_auction",
    "draft_auction",
    "keep_refused_bid",
    "open_auction",
    "place_bid",
    "qualify",
    "refuse_sign_up",
    "remind_overdue",
    "request_auction_approval",
    "return_deposit",
    "revise_auction",
    "set_aside",
    "set_auction_standard",
    "set_fee_standard",
    "sign_up",
    "take_deposit",
    "take_payment",
]
