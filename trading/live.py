"""What open pages are told when trading changes something; once per commit and topic."""

from shell.live import notify
from trading.models import Auction, Bill


def auction_topic(auction: Auction) -> str:
    """What the auction room listens to."""
    return f"auction:{auction.pk}"


def desk_topic(region_code: str) -> str:
    """What the desk of a city listens to."""
    return f"desk:{region_code[:4]}00"


def auction_changed(auction: Auction) -> None:
    """Tell the auction room: a bid, another state. The room fetches what its reader may see."""
    notify(auction_topic(auction), payload={"seq": auction.last_seq, "state": auction.state})


def bill_changed(bill: Bill) -> None:
    """Tell the enterprise's and the desk's pages that a bill was paid or changed."""
    notify(f"enterprise:{bill.enterprise_id}", payload={"bill": bill.bill_no})
    notify(desk_topic(bill.region_id), payload={"bill": bill.bill_no})


def bills_overdue(enterprise_id: int) -> None:
    """Tell the enterprise's pages that a due date has passed."""
    notify(f"enterprise:{enterprise_id}", payload={"bill": "overdue"})
