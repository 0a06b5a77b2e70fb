"""What waits for a second person, and what one has asked for."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties import contents, proofs, queries, services
from parties.access import ActorRequest, allow, door
from parties.forms import DecisionForm, ReasonForm, reason_of
from parties.models import Approval
from parties.models.approvals import ApprovalState
from parties.refusals import DecidedElsewhere
from parties.rules import Act
from parties.subjects import SUBJECTS, act_name, is_decided_here, with_numbers
from shell.figures import moment
from shell.tables import Column, Table, table_page

TONES = {
    ApprovalState.ASKED: "waiting",
    ApprovalState.GRANTED: "active",
    ApprovalState.USED: "normal",
    ApprovalState.REFUSED: "closed",
    ApprovalState.VOID: "neutral",
}


def subject_name(approval: Any) -> str:
    """What it is about, in words: the kind and its number."""
    known = SUBJECTS.get(approval.subject_type)
    name = known.name if known else approval.subject_type
    return f"{name} {approval.subject_no}"


def columns() -> list[Column]:
    return [
        Column("act", _("What is asked"), value=lambda row: act_name(row.act), sort="act"),
        Column("subject", _("About"), value=subject_name),
        Column("region", _("Region"), sort="region"),
        Column("maker_user", _("Asked by")),
        Column("asked_at", _("Asked at"), kind="moment", sort="asked_at"),
    ]


@allow(Act.SEE_DESK)
def approvals(request: ActorRequest) -> HttpResponse:
    """What this person may decide as the second; below it, his own requests."""
    waiting = Table(
        with_numbers(queries.approvals_to_decide(request.actor)),
        columns(),
        request=request,
        caption=_("Waits for my decision"),
        row_url=lambda row: reverse("approval", args=[row.pk]),
        empty=_("Nothing waits for you. What a colleague asks for appears here at once."),
    )
    own = Table(
        with_numbers(Approval.objects.for_actor(request.actor).with_people()).filter(
            maker_user=request.user
        ),
        [
            *columns()[:3],
            Column("asked_at", _("Asked at"), kind="moment"),
            Column("checker_user", _("Decided by")),
            Column("get_state_display", _("State"), kind="status", tone=tone),
        ],
        request=request,
        caption=_("My requests"),
        row_url=lambda row: reverse("approval", args=[row.pk]),
        empty=_("You have asked nobody for an approval."),
        name="own",
        page_size=20,
        can_export=False,
    )
    return table_page(request, "parties/approvals.html", waiting, {"own": own})


def tone(approval: Approval) -> str:
    return TONES[ApprovalState(approval.state)]


@allow(Act.SEE_DESK)
def approval(request: ActorRequest, approval_id: int) -> HttpResponse:
    """One request: exactly what was asked, by whom, and the decision."""
    return show_approval(request, own_approval(request, approval_id), DecisionForm())


def own_approval(request: ActorRequest, approval_id: int) -> Approval:
    reachable = Approval.objects.for_actor(request.actor).with_people()
    return door(with_numbers(reachable), pk=approval_id)


def show_approval(request: ActorRequest, found: Approval, form: DecisionForm) -> HttpResponse:
    subject = SUBJECTS.get(found.subject_type)
    is_open = found.state == ApprovalState.ASKED
    is_own = found.maker_user_id == request.user.pk
    may_decide = is_open and not is_own and request.actor.may(Act(found.act))
    context = {
        "approval": found,
        "name": act_name(found.act),
        "tone": tone(found),
        "facts": facts_of(found),
        "content": contents.lines(bytes(found.content)),
        "fingerprint": bytes(found.content_hash).hex(),
        "subject_url": subject.address(found.subject_id) if subject else "",
        "form": form if may_decide and is_decided_here(found.subject_type) else None,
        "decides_there": may_decide and bool(subject and subject.decides_itself),
        "can_withdraw": is_open and is_own,
        "reason_form": ReasonForm(),
        "events": queries.timeline(found),
        "proof": proofs.of_approval(found),
    }
    return render(request, "parties/approval.html", context, status=422 if form.errors else 200)


def facts_of(found: Approval) -> list[tuple[str, Any]]:
    """Who asked and who decided."""
    facts: list[tuple[str, Any]] = [
        (_("About"), subject_name(found)),
        (_("Region"), found.region),
        (_("Asked by"), f"{found.maker_user} · {found.maker.get_role_display()}"),
        (_("Asked at"), moment(found.asked_at)),
    ]
    if found.checker_user:
        facts.append((_("Decided by"), found.checker_user))
        facts.append((_("Reason"), found.reason or "–"))
    return facts


@allow(Act.SEE_DESK, methods=("POST",))
def decide_approval(request: ActorRequest, approval_id: int) -> HttpResponse:
    """Grant or refuse what carries itself out later; the rest is decided where it is done."""
    found = own_approval(request, approval_id)
    if not is_decided_here(found.subject_type):
        raise DecidedElsewhere
    form = DecisionForm(request.POST)
    if form.is_valid():
        granted = form.cleaned_data["decision"] == "grant"
        # A refusal here is no mistake in the form, so it gets a page of its own.
        services.decide_approval(
            by=request.actor,
            approval=found,
            granted=granted,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
        messages.success(request, _("Granted.") if granted else _("Refused."))
        return redirect("approvals")
    return show_approval(request, found, form)


@allow(Act.SEE_DESK, methods=("POST",))
def withdraw_approval(request: ActorRequest, approval_id: int) -> HttpResponse:
    """Take back an own request."""
    found = own_approval(request, approval_id)
    if reason := reason_of(request):
        services.withdraw_approval(by=request.actor, approval=found, reason=reason)
        messages.success(request, _("The request is taken back."))
    return redirect("approval", found.pk)
