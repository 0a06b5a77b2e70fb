"""What trading offers in the navigation."""

from django.utils.translation import gettext_lazy as _

from parties.access import PUBLIC
from parties.rules import Act
from shell.navigation import Entry, Group

ENTRIES = [
    Entry(Group.RIGHTS, _("Bills"), "bills", Act.SEE_TRADING, order=30),
    Entry(Group.RIGHTS, _("Reserve"), "reserve", Act.SEE_TRADING_DESK, order=40),
    # Public pages stand in the navigation of strangers by PUBLIC, of signed-in people by an act.
    Entry(Group.RIGHTS, _("Fee standards"), "fee_standards", PUBLIC, order=50),
    Entry(Group.RIGHTS, _("Fee standards"), "fee_standards", Act.SEE_TRADING, order=50),
    Entry(Group.AUCTIONS, _("Auctions"), "auctions", PUBLIC, order=10),
    Entry(Group.AUCTIONS, _("Auctions"), "auctions", Act.SEE_TRADING, order=10),
    Entry(Group.AUCTIONS, _("Auction desk"), "desk_auctions", Act.SEE_TRADING_DESK, order=20),
    Entry(
        Group.AUCTIONS, _("Auction standards"), "auction_standards", Act.SEE_TRADING_DESK, order=30
    ),
]
