"""What an approval can be about: each app says how its subjects are called and where they are.

An app registers in its `urls.py`, where the addresses are:

    subjects.register("permit_application", name=_("application"), url_name="application",
                      argument="application_id")
"""

import dataclasses

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parties.rules import Act
from shell.refusals import Text


@dataclasses.dataclass(frozen=True)
class Subject:
    """A kind of thing that needs a second person.

    `decides_itself`: its own page both decides and carries the act out, in one transaction;
    then the list of approvals only leads there. A bare grant would leave the act undone.
    """

    name: Text
    url_name: str
    argument: str
    decides_itself: bool

    def address(self, subject_id: int) -> str:
        """The page on which it is shown."""
        return reverse(self.url_name, kwargs={self.argument: subject_id})


SUBJECTS: dict[str, Subject] = {}
# What a second person is asked for, in words.
ACT_NAMES: dict[str, Text] = {
    Act.ISSUE_PERMIT: _("Issue the permit"),
    Act.END_PERMIT: _("End the permit"),
    Act.ORDER_VALVE: _("Order the valve"),
    Act.APPROVE_AUCTION: _("Approve the auction"),
    Act.STOP_AUCTION: _("Stop the auction"),
    Act.ADJUST_LEDGER: _("Correct the ledger"),
}


# What stands in the content that a second person approves, in words.
CONTENT_NAMES: dict[str, Text] = {
    "permit_no": _("Permit number"),
    "ends_as": _("The permit becomes"),
    "reason": _("Reason"),
    "legal_basis": _("Legal basis"),
    "auction": _("Auction number"),
    "controller": _("Controller"),
    "action": _("Act"),
    "kind": _("Kind"),
    "pollutant": _("Pollutant"),
    "quantity": _("Quantity"),
    "region": _("Region"),
    "years": _("Years"),
    "management_class": _("Management class"),
}


def register(
    subject_type: str, *, name: Text, url_name: str, argument: str, decides_itself: bool = True
) -> None:
    """Make a kind of subject known to the list of approvals."""
    SUBJECTS[subject_type] = Subject(name, url_name, argument, decides_itself)


def is_decided_here(subject_type: str) -> bool:
    """Whether the page of approvals may decide; not what is unknown to it."""
    known = SUBJECTS.get(subject_type)
    return known is not None and not known.decides_itself


def act_name(act: str) -> Text:
    """The act in words; its bare name until its app gives it some."""
    return ACT_NAMES.get(act, act)
