"""What an app offers in the navigation: it lists its entries in `<app>/navigation.py`.

    from shell.navigation import Entry, Group

    ENTRIES = [
        Entry(Group.PERMITS, _("Permits"), "permits", Act.SEE_REGISTERS, order=20),
    ]

`config.navigation` shows an entry to those whose role allows its act. Order runs inside
the group, by tens.
"""

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


class Group(Enum):
    """The groups of the navigation, in their order: what people do, not which app does it."""

    START = ""
    PERMITS = pgettext_lazy("navigation", "Permits")
    DISCHARGE = pgettext_lazy("navigation", "Discharge")
    MONITORING = pgettext_lazy("navigation", "Monitoring")
    RIGHTS = pgettext_lazy("navigation", "Rights")
    AUCTIONS = pgettext_lazy("navigation", "Auctions")
    LEDGER = pgettext_lazy("navigation", "Ledger")
    REGISTER = pgettext_lazy("navigation", "Register")
    SYSTEM = pgettext_lazy("navigation", "System")


@dataclass(frozen=True)
class Entry:
    """One line of the navigation: its words, the name of its route, the act it needs.

    `need` is an `Act`, or "public" or "signed in".
    """

    group: Group
    label: str | Promise
    route: str
    need: str
    order: int = 50
