"""What is asked before the decision, and its answers: checks, assessments, information, peers."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as said

from parties.models import Membership
from parties.queries import phrase
from parties.services import record
from permits.models import Application, ClockPause, Enquiry
from permits.models.enquiries import INQUIRY_NAMES, EnquiryState, Finding
from permits.refusals import ClockState, ReasonMissing
from permits.rules import Inquiry, Step
from permits.work_refusals import EnquiryIsAnswered, NotAskedOfYou, PeerIsSelf

from .review import end_pause, pause_clock
from .steps import close_step, open_step, start_decision_clock
from .telling import tell_applicant


@transaction.atomic
def ask(
    *,
    by: Membership,
    application: Application,
    kind: str,
    question: str,
    key: str,
    now: datetime.datetime,
    legal_basis: str = "",
    due_on: datetime.date | None = None,
    asked_of: Membership | None = None,
    pause_reason: str = "",
) -> Enquiry:
    """Ask for a site check, a technical assessment, information or a peer's review.

    With a legal reason the decision clock stops until the answer (Administrative Licensing
    Law art. 45); without one it runs on. P163 for a peer who is the asker; P116 without text.
    """
    locked, is_repeat = open_step(application=application, step=Step.ENQUIRE, key=key)
    if is_repeat:
        return Enquiry.objects.get(key=key)
    check_question(by=by, kind=kind, question=question, asked_of=asked_of)
    enquiry = Enquiry(
        application=locked,
        kind=Inquiry(kind),
        question=question.strip(),
        legal_basis=legal_basis,
        due_on=due_on,
        asked_by=by,
        asked_at=now,
        asked_of=asked_of if kind == Inquiry.PEER_REVIEW else None,
        key=key,
    )
    if pause_reason:
        enquiry.pause = stopped(locked, by=by, reason=pause_reason, enquiry=enquiry, now=now)
    record(enquiry, by=by, reason=phrase(INQUIRY_NAMES[Inquiry(kind)]))
    if kind == Inquiry.SITE_CHECK and not locked.has_site_check:
        locked.has_site_check = True
        start_decision_clock(locked)
    close_step(
        locked,
        step=Step.ENQUIRE,
        by=by,
        key=key,
        now=now,
        opinion=f"{enquiry}：{enquiry.question}",
        legal_basis=legal_basis,
    )
    tell_asked(enquiry, now=now)
    return enquiry


def check_question(
    *, by: Membership, kind: str, question: str, asked_of: Membership | None
) -> None:
    """P116 without text, P163 for a peer who is the asker."""
    if not question.strip():
        raise ReasonMissing(step=Step.ENQUIRE)
    if kind == Inquiry.PEER_REVIEW and (asked_of is None or asked_of.user_id == by.user_id):
        raise PeerIsSelf


def stopped(
    application: Application,
    *,
    by: Membership,
    reason: str,
    enquiry: Enquiry,
    now: datetime.datetime,
) -> ClockPause:
    """The pause that lasts until the answer; P124 when the clock stands already."""
    if application.clock_pauses.filter(to_date__isnull=True).exists():
        raise ClockState
    return pause_clock(
        application,
        by=by,
        pause_reason=reason,
        told=enquiry.question,
        expected_to=enquiry.due_on,
        now=now,
    )


def tell_asked(enquiry: Enquiry, *, now: datetime.datetime) -> None:
    """The applicant gets the request in writing, with the day by which to answer."""
    if enquiry.kind != Inquiry.INFORMATION:
        return

    def say() -> str:
        day = enquiry.due_on.isoformat() if enquiry.due_on else "–"
        said = _("Information is asked for %(no)s, by %(day)s: %(what)s")
        return said % {"no": enquiry.application, "day": day, "what": enquiry.question}

    tell_applicant(enquiry.application, say=say, tone="yellow", now=now)


@transaction.atomic
def answer(
    *,
    by: Membership,
    enquiry: Enquiry,
    text: str,
    key: str,
    now: datetime.datetime,
    finding: str = "",
) -> Enquiry:
    """Put the answer on file; a clock that stood for it runs on from today.

    P161 when someone else was asked, P162 when it is answered; once per key.
    """
    locked, is_repeat = open_step(application=enquiry.application, step=Step.ANSWER, key=key)
    own = Enquiry.objects.select_for_update(of=("self",)).get(pk=enquiry.pk)
    if is_repeat:
        return own
    if own.state == EnquiryState.ANSWERED:
        raise EnquiryIsAnswered
    check_asked(own, by)
    if not text.strip():
        raise ReasonMissing(step=Step.ANSWER)
    own.state, own.answer, own.answered_by, own.answered_at = (
        EnquiryState.ANSWERED,
        text.strip(),
        by,
        now,
    )
    own.finding = Finding(finding) if finding and not by.enterprise_id else ""
    record(own, by=by, reason=phrase(INQUIRY_NAMES[Inquiry(own.kind)]))
    if own.pause and own.pause.to_date is None:
        end_pause(locked, own.pause, by=by, reason=said("answered"), now=now)
    close_step(locked, step=Step.ANSWER, by=by, key=key, now=now, opinion=f"{own}：{own.answer}")
    return own


def check_asked(enquiry: Enquiry, by: Membership) -> None:
    """P161: information is the applicant's (or an officer's, for an answer on paper), a peer's
    review is that peer's, the rest is the bureau's."""
    if enquiry.kind == Inquiry.PEER_REVIEW:
        asked = enquiry.asked_of
        assert asked, "a peer review names its peer"
        if asked.user_id != by.user_id:
            raise NotAskedOfYou(who=asked.user)
    elif by.enterprise_id and enquiry.kind != Inquiry.INFORMATION:
        raise NotAskedOfYou(who=enquiry.asked_by.user)
