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
from django.utils.translation import gettext_lazy as _


class Group(Enum):
    """The groups of the navigation, in their order: what people do, not which app does it."""

    START = ""
    PERMITS = _("Permits")
    DISCHARGE = _("Discharge")
    RIGHTS = _("Rights")
    AUCTIONS = _("Auctions")
    LEDGER = _("Ledger")
    REGISTER = _("Register")
    SYSTEM = _("System")


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
