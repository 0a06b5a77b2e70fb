"""Which colour and shape a state has on the page."""

from ledger.models.lots import PaidState
from trading.rules import AuctionState, AwardState, BillState, SignUpState

TONES: dict[str, str] = {
    AuctionState.DRAFT: "waiting",
    AuctionState.APPROVED: "waiting",
    AuctionState.ANNOUNCED: "active",
    AuctionState.OPEN: "normal",
    AuctionState.CLOSED: "neutral",
    AuctionState.SETTLED: "neutral",
    AuctionState.NO_SALE: "neutral",
    AuctionState.STOPPED: "closed",
    SignUpState.APPLIED: "waiting",
    SignUpState.REFUSED: "closed",
    SignUpState.QUALIFIED: "yellow",
    SignUpState.ADMITTED: "normal",
    SignUpState.WON: "normal",
    SignUpState.TO_RETURN: "yellow",
    SignUpState.RETURNED: "neutral",
    SignUpState.USED: "neutral",
    SignUpState.FORFEITED: "closed",
    AwardState.PENDING: "yellow",
    AwardState.DELIVERED: "normal",
    AwardState.DEFAULTED: "closed",
    BillState.PART: "yellow",
    BillState.PAID: "normal",
    BillState.CANCELLED: "neutral",
    PaidState.UNPAID: "yellow",
}


def tone_of(state: str) -> str:
    """The tone of a state; what has none of its own is neutral."""
    return TONES.get(state, "neutral")
