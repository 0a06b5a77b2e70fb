"""What parties offer in the navigation."""

from django.utils.translation import gettext_lazy as _

from parties.access import SIGNED_IN
from parties.rules import Act
from shell.navigation import Entry, Group

ENTRIES = [
    Entry(Group.START, _("Approvals"), "approvals", Act.SEE_DESK, order=30),
    Entry(Group.REGISTER, _("Enterprises"), "enterprises", Act.SEE_REGISTERS, order=10),
    Entry(Group.REGISTER, _("Days off"), "holidays", Act.SEE_REGISTERS, order=80),
    Entry(Group.SYSTEM, _("Our people"), "own_people", Act.MANAGE_OWN_PEOPLE, order=10),
    Entry(Group.SYSTEM, _("People and roles"), "people", Act.MANAGE_PEOPLE, order=10),
    Entry(
        Group.SYSTEM, _("Requests about access"), "access_requests", Act.CONFIRM_ACCESS, order=15
    ),
    Entry(Group.SYSTEM, _("Erase personal data"), "personal_data", Act.MANAGE_PEOPLE, order=16),
    Entry(
        Group.REGISTER,
        _("Keeping of personal data"),
        "personal_keepings",
        Act.MANAGE_REGULATION,
        order=85,
    ),
    Entry(Group.SYSTEM, _("Regions and bureaus"), "regions", Act.MANAGE_SYSTEM, order=20),
    Entry(Group.SYSTEM, _("Delivery of messages"), "deliveries", Act.MANAGE_SYSTEM, order=25),
    Entry(Group.SYSTEM, _("Tables"), "admin:index", Act.MANAGE_SYSTEM, order=30),
    Entry(Group.SYSTEM, _("My page"), "me", SIGNED_IN, order=90),
]
