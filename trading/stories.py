"""What belongs to the history of bills and auctions."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.stories import Acts, Approvals, Documents, Records, Story, related
from shell.figures import day, yuan


def payment_words(payment: Any) -> str:
    """What came in."""
    return _("%(amount)s yuan paid") % {"amount": yuan(payment.amount)}


def payment_reference(payment: Any) -> str:
    """When and by which bank reference."""
    return f"{day(payment.paid_on)} · {payment.bank_reference}"


BILL = Story(
    "bill",
    gettext_lazy("bill"),
    (
        Records("trading.Bill", "id"),
        Records("trading.Award", "bill_id"),
        Acts(
            "trading.Payment",
            "bill_id",
            at="taken_at",
            by="taken_by",
            what=payment_words,
            why=payment_reference,
        ),
        Documents("bill"),
        Documents("payment", related("trading.Payment", bill_id="pk")),
    ),
)
AUCTION = Story(
    "auction",
    gettext_lazy("auction"),
    (
        Records("trading.Auction", "id"),
        Records("trading.SignUp", "auction_id"),
        Records("trading.Award", "auction_id"),
        Approvals("auction"),
        Documents("award", related("trading.Award", auction_id="pk")),
        Documents("sign_up", related("trading.SignUp", auction_id="pk")),
    ),
)
