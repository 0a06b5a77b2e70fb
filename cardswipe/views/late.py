"""The officer's desk of events without an open quota period: the list, deciding, a decision."""

import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Max, Min, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.forms import LateForm, ReasonForm
from cardswipe.late import MOST, LateAct, LateState
from cardswipe.late_refusals import LateActMissing
from cardswipe.models import Controller, DischargeEvent, LateDecision
from cardswipe.queries.late import debited_sums, waiting_by_controller, waiting_events
from cardswipe.rules import EventState
from cardswipe.tables import EVENT_COLUMNS, amount_of
from ledger.models import Pollutant, QuotaPeriod
from parties.access import ActorRequest, allow, door
from parties.queries import timeline
from parties.rules import Act
from shell.figures import NOTHING, second
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table, journal_page
from shell.units import is_id

from .asked import is_granted
from .cards import WRITE
from .statements import local_start

TONES = {
    LateState.ASKED: "waiting",
    LateState.DONE: "normal",
    LateState.REFUSED: "closed",
    LateState.TAKEN_BACK: "neutral",
}


def mark_of(row: LateDecision) -> Status:
    """The state with its tone."""
    return Status(TONES[LateState(row.state)], row.get_state_display())


@allow(Act.SEE_CARDS)
def late_events(request: ActorRequest) -> HttpResponseBase:
    """What waits, by controller, and what was decided before."""
    decisions = Table(
        LateDecision.objects.for_actor(request.actor).select_related(
            "enterprise", "controller__outlet", "asked_by__user"
        ),
        [
            Column("decision_no", _("Decision"), kind="code"),
            Column("enterprise", _("Enterprise")),
            Column("controller.outlet", _("Outlet")),
            Column("get_act_display", _("Act")),
            Column("count", _("Events"), kind="count", value=lambda r: len(r.content["events"])),
            Column("asked_by", _("Asked by")),
            Column("asked_at", _("Asked at"), kind="moment"),
            Column("state", _("State"), kind="status", value=mark_of),
        ],
        request=request,
        caption=_("Decisions on late events"),
        row_url=lambda row: reverse("late_decision", args=[row.pk]),
        empty=_("Nothing was decided yet."),
        after="-id",
    )
    return journal_page(
        request, "cardswipe/late_events.html", decisions, {"waiting": waiting_table(request)}
    )


def waiting_table(request: ActorRequest) -> Table:
    """What waits, by controller; an officer opens a row to decide."""
    return Table(
        waiting_by_controller(request.actor),
        [
            Column("enterprise", _("Enterprise")),
            Column("controller.outlet", _("Outlet")),
            Column("count", _("Events"), kind="count"),
            Column("first_day", _("First day"), kind="date"),
            Column("last_day", _("Last day"), kind="date"),
            Column("why", _("Why they wait"), value=why_waiting),
        ],
        request=request,
        caption=_("Waiting events by controller"),
        row_url=lambda row: reverse("late_controller", args=[row.controller.pk]),
        empty=_("No event waits. Every discharge found an open quota period, or was decided."),
        can_export=False,
        name="waiting",
    )


def why_waiting(row: Any) -> str:
    """The closed periods, or that none was opened."""
    if row.closed:
        return _("Quota period %(labels)s is closed") % {"labels": ", ".join(row.closed)}
    return _("No quota period was opened for these days")


def chosen(request: ActorRequest, controller: Controller) -> "QuerySet[DischargeEvent]":
    """The controller's waiting events, or the one of them that the address names."""
    found = waiting_events(request.actor).filter(controller=controller)
    asked = request.GET.get("event", "")
    return found.filter(pk=int(asked)) if is_id(asked) else found


@allow(Act.SEE_CARDS, methods=WRITE)
def late_controller(request: ActorRequest, controller_id: int) -> HttpResponse:
    """The waiting events of a controller; an officer books or dismisses those of some days."""
    rows = Controller.objects.for_actor(request.actor).select_related(
        "outlet__site__enterprise__region"
    )
    controller = door(rows, pk=controller_id)
    events = chosen(request, controller)
    may_decide = request.actor.may(Act.ADJUST_LEDGER)
    ends = events.aggregate(first=Min("started_at"), last=Max("started_at"))
    days = [timezone.localdate(moment) for moment in ends.values() if moment]
    form = LateForm(request.POST if request.method == "POST" and may_decide else None, days=days)
    if form.is_bound and form.is_valid():
        with refusals_to(form):
            made = decide(request, form, events)
            messages.success(request, done_words(made))
            return redirect("late_decision", made.pk)
    context = {
        "controller": controller,
        "period": QuotaPeriod.objects.open_on(
            controller.outlet.site.enterprise.region, timezone.localdate()
        ).first(),
        "form": form,
        "may_decide": may_decide and bool(days),
        "sums": sums_table(request, debited_sums(events)),
        "events": event_table(request, events),
    }
    status = 422 if form.errors else 200
    return render(request, "cardswipe/late_controller.html", context, status=status)


def decide(
    request: ActorRequest, form: LateForm, events: "QuerySet[DischargeEvent]"
) -> LateDecision:
    """Book or dismiss the chosen events of the days in the form."""
    given = form.cleaned_data
    after = given["last_day"] + datetime.timedelta(days=1)
    of_days = events.filter(
        started_at__gte=local_start(given["first_day"]), started_at__lt=local_start(after)
    )
    return services.decide_late(
        by=request.actor,
        act=asked_act(request),
        events=list(of_days[: MOST + 1]),
        reason=given["reason"],
        key=str(given["once"]),
        now=timezone.now(),
    )


def asked_act(request: ActorRequest) -> LateAct:
    """Which of the two buttons was pressed; neither is no booking but an error (C259)."""
    act = {"book": LateAct.BOOK, "dismiss": LateAct.DISMISS}.get(request.POST.get("act", ""))
    if act is None:
        raise LateActMissing
    return act


def done_words(made: LateDecision) -> str:
    """What became of a decision just made."""
    if made.state == LateState.ASKED:
        return _("Decision %(no)s waits for its second person.") % {"no": made}
    return _("Decision %(no)s is carried out.") % {"no": made}


def event_table(request: ActorRequest, events: Any) -> Table:
    """Events with their loads, the earliest first."""
    return Table(
        events.select_related("controller__outlet", "card").prefetch_related("loads__pollutant"),
        EVENT_COLUMNS,
        request=request,
        caption=_("Discharge events"),
        row_url=lambda row: reverse("discharge", args=[row.pk]),
        empty=_("No event waits here any more."),
        after="id",
        name="events",
        can_export=False,
    )


def sums_table(request: ActorRequest, sums: dict[str, int]) -> Table:
    """What the events debit together."""
    names = Pollutant.objects.in_bulk(list(sums))
    return Table(
        [{"pollutant": names[code], "quantity": total} for code, total in sums.items()],
        [
            Column("pollutant", _("Pollutant")),
            Column(
                "quantity", _("To debit"), value=lambda r: amount_of(r["quantity"], r["pollutant"])
            ),
        ],
        request=request,
        caption=_("What they debit together"),
        empty=_("Nothing to debit."),
        can_export=False,
        name="sums",
    )


@allow(Act.SEE_CARDS, methods=WRITE)
def late_decision(request: ActorRequest, late_decision_id: int) -> HttpResponse:
    """One decision: its events, the second person's word, taking it back or up again."""
    rows = LateDecision.objects.for_actor(request.actor).select_related(
        "enterprise__region", "controller__outlet", "period", "asked_by__user",
        "approval__checker__user",
    )  # fmt: skip
    shown = door(rows, pk=late_decision_id)
    events = DischargeEvent.objects.for_actor(request.actor).filter(late_items__decision=shown)
    may = choices(request, shown, events)
    form = ReasonForm(request.POST if request.method == "POST" and any(may.values()) else None)
    if form.is_bound and form.is_valid():
        with refusals_to(form):
            made, words = settle(request, shown, events, form.cleaned_data, may)
            messages.success(request, words)
            return redirect("late_decision", made.pk)
    context = {
        "shown": shown,
        "mark": mark_of(shown),
        "facts": facts_of(shown),
        "form": form,
        "sums": sums_table(request, shown.content["sums"]),
        "events_table": event_table(request, events),
        "events": timeline(shown),
        "is_dismissal": shown.act == LateAct.DISMISS,
        **may,
    }
    status = 422 if form.errors else 200
    return render(request, "cardswipe/late_decision.html", context, status=status)


def choices(request: ActorRequest, shown: LateDecision, events: Any) -> dict[str, bool]:
    """What this person may do with the decision now."""
    is_officer = request.actor.may(Act.ADJUST_LEDGER)
    is_own = shown.asked_by.user_id == request.user.pk
    waits = shown.state == LateState.ASKED
    was_dismissed = shown.act == LateAct.DISMISS and shown.state == LateState.DONE
    return {
        "may_decide": is_officer and waits and not is_own,
        "may_take_back": waits and is_own,
        "may_take_up": is_officer
        and was_dismissed
        and events.filter(state=EventState.DISMISSED).exists(),
    }


def settle(
    request: ActorRequest,
    shown: LateDecision,
    events: "QuerySet[DischargeEvent]",
    given: dict[str, Any],
    may: dict[str, bool],
) -> tuple[LateDecision, str]:
    """Do what this person may do with it; the decision to show then, and what was done."""
    said = {"by": request.actor, "reason": given["reason"], "now": timezone.now()}
    if may["may_take_up"]:
        dismissed = list(events.filter(state=EventState.DISMISSED))
        key = str(given["once"])
        made = services.decide_late(act=LateAct.TAKE_UP, events=dismissed, key=key, **said)
        return made, _("The events wait again.")
    if may["may_take_back"]:
        return services.take_back_late(decision=shown, **said), _("The decision is taken back.")
    granted = is_granted(request)
    done = services.settle_late(decision=shown, granted=granted, **said)
    return done, _("Granted, and done.") if granted else _("Refused; the events wait again.")


def facts_of(shown: LateDecision) -> list[tuple[str, Any]]:
    """What stands at the head of a decision."""
    facts: list[tuple[str, Any]] = [
        (_("Decision"), shown.decision_no),
        (_("Act"), shown.get_act_display()),
        (_("Booked in quota period"), shown.period or NOTHING),
        (_("Events"), len(shown.content["events"])),
        (_("Reason"), shown.reason),
        (_("Asked by"), shown.asked_by),
        (_("Asked at"), second(shown.asked_at)),
    ]
    if shown.approval and shown.approval.checker:
        facts += [
            (_("Decided by"), shown.approval.checker),
            (_("Reason of the decision"), shown.approval.reason or NOTHING),
        ]
    if shown.ended_at:
        facts.append((_("Decided at"), second(shown.ended_at)))
    return facts
