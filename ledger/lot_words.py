"""What each act on a lot is called on its page, what it means and how it is undone."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models.requests import LotAct
from shell.refusals import Text

A = LotAct
BUTTONS: Mapping[LotAct, Text] = {
    A.SPLIT: pgettext_lazy("lot", "Split"),
    A.MERGE: pgettext_lazy("lot", "Merge"),
    A.LEASE: pgettext_lazy("lot", "Lease out"),
    A.LEASE_END: pgettext_lazy("lot", "Give the lease back"),
    A.PLEDGE: pgettext_lazy("lot", "Pledge"),
    A.FREEZE: pgettext_lazy("lot", "Freeze by court order"),
    A.RELEASE: pgettext_lazy("lot", "Release"),
    A.RETIRE: pgettext_lazy("lot", "Retire by the replacement ratio"),
    A.TAKE_BACK: pgettext_lazy("lot", "Take back into the reserve"),
}
MEANINGS: Mapping[LotAct, Text] = {
    A.SPLIT: _("Two lots are made of one, for the same holder; term, price and source stay."),
    A.MERGE: _("Lots that agree become one new lot; the old ones give nothing any more."),
    A.LEASE: _(
        "A part of the right goes to another enterprise for a time. What is unused falls back by"
        " itself when the time is over."
    ),
    A.LEASE_END: _("What is unused of the lease goes back to the lessor today, before its end."),
    A.PLEDGE: _(
        "The pledged part stays with its holder, but can be neither loaded, sold nor leased until"
        " it is released."
    ),
    A.FREEZE: _(
        "What a court freezes stays with its holder, but nothing of it can be used until it is"
        " released or the freeze ends."
    ),
    A.RELEASE: _("What is released is free again at once."),
    A.RETIRE: _(
        "Of a right bought for a new project, what lies above the owned quantity goes for ever:"
        " bought = owned × ratio."
    ),
    A.TAKE_BACK: _(
        "A part goes back into the government's reserve without payment: rights of closed units,"
        " idle rights, rights given free."
    ),
}
UNDONE: Mapping[LotAct, Text] = {
    A.SPLIT: _("Undone by merging the two."),
    A.MERGE: _("Undone by splitting; the old numbers do not come back."),
    A.LEASE: _("Undone by giving the lease back; what is used by then stays used."),
    A.LEASE_END: _("Not undone: a new lease is made instead."),
    A.PLEDGE: _("Undone by release."),
    A.FREEZE: _("Undone by release."),
    A.RELEASE: _("Not undone: a new pledge or freeze is entered instead."),
    A.RETIRE: _("Not undone: what is retired never comes back."),
    A.TAKE_BACK: _("Not undone: the reserve gives rights out again by a sale."),
}
PAPERS: Mapping[LotAct, Text] = {
    A.LEASE: _("Number of the lease contract"),
    A.LEASE_END: _("Number of the agreement"),
    A.PLEDGE: _("Number of the pledge contract"),
    A.FREEZE: _("Number of the court's document"),
    A.RELEASE: _("Number of the document that releases it"),
    A.RETIRE: _("Number of the project's approval"),
    A.TAKE_BACK: _("Number of the decision"),
}
ISSUERS: Mapping[LotAct, Text] = {
    A.PLEDGE: _("Pledged to (bank)"),
    A.FREEZE: _("Court"),
    A.RELEASE: _("Bank or court"),
}
LASTS: Mapping[LotAct, Text] = {
    A.LEASE: _("Last day of the lease"),
    A.PLEDGE: _("Pledged up to and including"),
    A.FREEZE: _("Frozen up to and including"),
}
LAST_HINTS: Mapping[LotAct, Text] = {
    A.LEASE: _("Up to the end of the lot."),
    A.PLEDGE: _("Empty: until it is released."),
    A.FREEZE: _("At most three years; an extension is entered as a new freeze."),
}
PARTS: Mapping[LotAct, Text] = {
    A.SPLIT: _("Split off"),
    A.MERGE: _("Comes from the other lots"),
    A.LEASE: _("Leased out"),
    A.LEASE_END: _("Goes back to the lessor"),
    A.PLEDGE: _("Pledged"),
    A.FREEZE: _("Frozen"),
    A.RELEASE: _("Released"),
    A.RETIRE: _("Retired for ever"),
    A.TAKE_BACK: _("Taken back"),
}
