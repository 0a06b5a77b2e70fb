"""The class of an application: proposed by the catalogue, kept with its grounds."""

import dataclasses
import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from parties.models import Membership
from permits.catalogue import Answer, ManagedAs
from permits.models import Application, ClassAnswer, Classification
from permits.models.catalogue import CLASS_NAMES
from permits.queries.catalogue import Classing, classing, entries_for, grounds_of
from permits.register_refusals import ClassNeedsReason, ClassUndecided, OnlyToRegister
from permits.rules import Kind

from .parts import close_section, write_rows, write_single
from .steps import open_draft

# A later application that begins with what the permit says keeps the class and its grounds.
CLASSED = (Kind.APPLY, Kind.REAPPLY, Kind.RENEW, Kind.CHANGE)


@transaction.atomic
def save_class(
    *,
    by: Membership,
    application: Application,
    revision: int,
    answers: Mapping[int, Answer],
    chosen: str,
    reason: str,
    now: datetime.datetime,
) -> Application:
    """Keep the answers and the class. An empty `chosen` takes what the catalogue proposes.

    P431 when nothing is proposed and nothing chosen, P432 when only a registration is needed,
    P430 when another class is chosen without a reason.
    """
    locked = open_draft(application=application, revision=revision)
    day = timezone.localdate(now)
    asked = {entry.pk for entry in entries_for(locked, day)}
    said = {pk: answer for pk, answer in answers.items() if pk in asked}
    found = classing(locked, day, said)
    management_class = choose(found, chosen, reason.strip())
    write_answers(by=by, application=locked, answers=said)
    values = {
        "proposed": found.proposal.decided,
        "chosen": management_class,
        "reason": reason.strip() if management_class != found.proposal.decided else "",
        "content": grounds_of(found),
    }
    write_single(Classification, by=by, application=locked, values=values)
    locked.management_class = management_class
    return close_section(by=by, application=locked)


def choose(found: Classing, chosen: str, reason: str) -> str:
    """The class to be kept, or why none can be."""
    proposed = found.proposal.decided
    if not chosen and not proposed:
        raise ClassUndecided
    if not chosen and proposed == ManagedAs.REGISTRATION:
        raise OnlyToRegister
    if chosen and chosen != proposed and not reason:
        raise ClassNeedsReason(
            chosen=CLASS_NAMES[ManagedAs(chosen)],
            proposed=CLASS_NAMES[ManagedAs(proposed)] if proposed else "–",
        )
    return chosen or proposed


def write_answers(
    *, by: Membership, application: Application, answers: Mapping[int, Answer]
) -> None:
    """Make the answers exactly these."""
    write_rows(
        application.class_answers.all(),
        {
            pk: ClassAnswer(application=application, entry_id=pk, **dataclasses.asdict(answer))
            for pk, answer in answers.items()
            if answer != Answer()
        },
        by=by,
        key=lambda row: row.entry_id,
        fields=["figure", "is_so"],
    )
