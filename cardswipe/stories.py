"""What belongs to the history of cards, vouchers and controllers."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cardswipe.models import Card
from ledger.models import Account
from ledger.stories import Accounts, Approvals, Documents, Records, Story, related


def accounts_of_card(card: Card) -> "QuerySet[Account]":
    """Where the card's quantities lie."""
    return Account.objects.filter(reference_type="card", reference_id=card.pk)


CARD = Story(
    "card",
    _("card"),
    (
        Records("cardswipe.Card", "id"),
        Records("cardswipe.Card", "replaces_id"),
        Records("cardswipe.CardBinding", "card_id"),
        Records("cardswipe.Voucher", "card_id"),
        Accounts(accounts_of_card),
    ),
)
VOUCHER = Story("voucher", _("voucher"), (Records("cardswipe.Voucher", "id"), Documents("voucher")))
CONTROLLER = Story(
    "controller",
    _("controller"),
    (
        Records("cardswipe.Controller", "id"),
        Records("cardswipe.CardBinding", "controller_id"),
        Records("cardswipe.ValveOrder", "controller_id"),
        Records("cardswipe.Alarm", "controller_id"),
        Approvals("valve_order", related("cardswipe.ValveOrder", controller_id="pk")),
    ),
)
