"""What the ledger adds to the navigation."""

from django.utils.translation import gettext_lazy as _

from parties.access import PUBLIC, SIGNED_IN
from parties.rules import Act
from shell.navigation import Entry, Group

ENTRIES = [
    Entry(Group.RIGHTS, _("Lots of rights"), "lots", Act.SEE_LEDGER, order=10),
    Entry(Group.RIGHTS, _("Lots that end soon"), "lots_ending", Act.SEE_LEDGER, order=12),
    Entry(Group.LEDGER, _("Replacement ratios"), "ratios", Act.SEE_DESK, order=32),
    Entry(Group.LEDGER, _("Accounts"), "accounts", Act.SEE_LEDGER, order=10),
    Entry(Group.LEDGER, _("Journal"), "journal", Act.SEE_LEDGER, order=15),
    Entry(Group.LEDGER, _("Cap equation"), "caps", Act.SEE_DESK, order=20),
    Entry(Group.LEDGER, _("Cap equation"), "caps", PUBLIC, order=20),
    Entry(Group.LEDGER, _("Proof log"), "proof_log", PUBLIC, order=25),
    Entry(Group.LEDGER, _("Proof log"), "proof_log", SIGNED_IN, order=25),
    Entry(Group.LEDGER, _("Holds"), "holds", Act.SEE_LEDGER, order=15),
    Entry(Group.LEDGER, _("Quota periods"), "periods", Act.SEE_LEDGER, order=25),
    Entry(
        Group.LEDGER, _("Requests about the ledger"), "ledger_requests", Act.SEE_LEDGER, order=28
    ),
    Entry(Group.LEDGER, _("Kinds of operation"), "operation_types", Act.SEE_LEDGER, order=30),
    Entry(Group.LEDGER, _("Check of the ledger"), "audit", Act.AUDIT, order=40),
    Entry(Group.LEDGER, _("Keys used twice"), "misuses", Act.AUDIT, order=45),
]
