"""The lines of the navigation that lead to permits."""

from django.utils.translation import gettext_lazy as _

from parties.access import PUBLIC
from parties.rules import Act
from shell.navigation import Entry, Group

ENTRIES = [
    Entry(Group.PERMITS, _("Public register"), "register", PUBLIC, order=10),
    Entry(Group.PERMITS, _("Verify a certificate"), "verify_start", PUBLIC, order=20),
    Entry(Group.PERMITS, _("Open data"), "open_data", PUBLIC, order=25),
    Entry(Group.PERMITS, _("Work to do"), "permit_desk", Act.REVIEW_PERMIT, order=5),
    Entry(Group.PERMITS, _("Registrations"), "registrations", Act.SEE_PERMITS, order=30),
    Entry(Group.PERMITS, _("Obligations to buy"), "obligations", Act.SEE_PERMITS, order=35),
    Entry(Group.PERMITS, _("Permit regulation"), "permit_regulation", Act.SEE_DESK, order=40),
    Entry(Group.PERMITS, _("Applications"), "applications", Act.SEE_PERMITS, order=10),
    Entry(Group.PERMITS, _("Permits"), "permits", Act.SEE_PERMITS, order=20),
    Entry(Group.PERMITS, _("Execution reports"), "reports", Act.SEE_PERMITS, order=30),
    Entry(Group.PERMITS, _("Total-quantity database"), "totals", Act.SEE_REGISTERS, order=40),
    Entry(
        Group.RIGHTS, _("Certificates of rights"), "rights_certificates", Act.SEE_LEDGER, order=12
    ),
    Entry(Group.REGISTER, _("Sites and outlets"), "sites", Act.SEE_PERMITS, order=30),
]
