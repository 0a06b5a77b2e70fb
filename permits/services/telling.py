"""What the applicant is told in writing when the bureau takes a step."""

import datetime
from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext as _

from parties.models import Membership
from parties.services import Told, give_notices
from permits.models import Application
from permits.rules import Step

# Step → its tone; the other steps are the applicant's own or inner ones.
TOLD = {
    Step.ACCEPT: "neutral",
    Step.ASK_CORRECTION: "yellow",
    Step.NOT_ACCEPT: "red",
    Step.STOP_CLOCK: "neutral",
    Step.RUN_CLOCK: "neutral",
    Step.REFUSE: "red",
    Step.ISSUE: "neutral",
}


def tell_step(
    application: Application, *, step: Step, by: Membership, opinion: str, now: datetime.datetime
) -> None:
    """Give the enterprise the notice that the law wants for this step, if it wants one."""
    if step not in TOLD or by.enterprise_id:
        return
    tell_applicant(application, say=words_of(application, step, opinion), tone=TOLD[step], now=now)


def tell_applicant(
    application: Application, *, say: Callable[[], str], tone: str, now: datetime.datetime
) -> None:
    """A notice to the enterprise, with a link to the file."""
    link = reverse("application", args=[application.pk])
    enterprise = application.site.enterprise
    give_notices(told=[Told(place=enterprise, say=say, link=link, tone=tone)], now=now)


def words_of(application: Application, step: Step, opinion: str) -> Callable[[], str]:
    """The sentence of a step, said in the language then active."""

    def say() -> str:
        sentence = {
            Step.ACCEPT: _("Application %(no)s is accepted; it is decided by %(day)s. %(why)s"),
            Step.ASK_CORRECTION: _("Application %(no)s must be corrected: %(why)s"),
            Step.NOT_ACCEPT: _("Application %(no)s is not accepted: %(why)s"),
            Step.STOP_CLOCK: _("The legal term of application %(no)s is stopped: %(why)s"),
            Step.RUN_CLOCK: _("The legal term of %(no)s runs on, until %(day)s. %(why)s"),
            Step.REFUSE: _("Application %(no)s is refused: %(why)s"),
            Step.ISSUE: _("Application %(no)s is granted and carried out. %(why)s"),
        }[step]
        day = application.due_on.isoformat() if application.due_on else "–"
        return (sentence % {"no": application, "day": day, "why": opinion}).strip()

    return say
