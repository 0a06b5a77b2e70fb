"""What an approval can be about: each app says how its subjects are called and where they are.

An app registers in its `urls.py`, where the addresses are:

    subjects.register("application", name=_("application"), url_name="application",
                      argument="application_id", number=("permits.Application", "application_no"))
"""

import dataclasses

from django.apps import apps
from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parties.models import Approval
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
    number: tuple[str, str] | None  # model and column of the number that people know it by

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
    Act.RUN_TRADING: _("Act on rights"),
    Act.CONFIRM_ACCESS: _("Decide about a person's access"),
    Act.MANAGE_CARDS: _("Move quantity inside the year"),
}


def register(
    subject_type: str,
    *,
    name: Text,
    url_name: str,
    argument: str,
    decides_itself: bool = True,
    number: tuple[str, str] | None = None,
) -> None:
    """Make a kind of subject known to the list of approvals."""
    SUBJECTS[subject_type] = Subject(name, url_name, argument, decides_itself, number)


def with_numbers(approvals: "QuerySet[Approval]") -> "QuerySet[Approval]":
    """Each with `subject_no`, the number that people know its subject by, in the same query."""
    known = [
        When(subject_type=subject_type, then=_number_of(*subject.number))
        for subject_type, subject in SUBJECTS.items()
        if subject.number
    ]
    return approvals.annotate(subject_no=Case(*known, default=Cast("subject_id", CharField())))


def _number_of(model: str, column: str) -> Subquery:
    rows = apps.get_model(model)._default_manager.filter(pk=OuterRef("subject_id"))
    return Subquery(rows.values(column)[:1], output_field=CharField())


def is_decided_here(subject_type: str) -> bool:
    """Whether the page of approvals may decide; not what is unknown to it."""
    known = SUBJECTS.get(subject_type)
    return known is not None and not known.decides_itself


def act_name(act: str) -> Text:
    """The act in words; its bare name until its app gives it some."""
    return ACT_NAMES.get(act, act)
