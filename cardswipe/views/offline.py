"""Off-line batches: the list, one batch with its findings, settling it, a controller's key."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.forms import ReasonForm
from cardswipe.models import Controller, OfflineBatch
from cardswipe.offline import BatchState
from cardswipe.sentences import amount
from cardswipe.services.offline import allowance_of, booked, events_of, signing_keys
from cardswipe.tables import EVENT_COLUMNS, controller_link
from ledger.models import Pollutant
from parties.access import ActorRequest, allow, door
from parties.models import Membership
from parties.queries import timeline
from parties.rules import Act
from shell.figures import NOTHING, second
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table, journal_page

from .cards import WRITE

TONES = {BatchState.PROVISIONAL: "yellow", BatchState.SETTLED: "normal"}


def mark_of(row: OfflineBatch) -> Status:
    """The state with its tone."""
    return Status(TONES[BatchState(row.state)], row.get_state_display())


@allow(Act.SEE_CARDS)
def offline_batches(request: ActorRequest) -> HttpResponseBase:
    """What controllers said of their time off line, newest first."""
    table = Table(
        OfflineBatch.objects.for_actor(request.actor).select_related(
            "controller__outlet__site__enterprise"
        ),
        [
            Column("received_at", _("Received at"), kind="moment"),
            Column("controller.outlet.site.enterprise", _("Enterprise")),
            Column("controller.outlet", _("Outlet")),
            Column("number", _("Number"), kind="code"),
            Column("began_at", _("Off line since"), kind="moment"),
            Column("ended_at", _("Off line until"), kind="moment"),
            Column("findings", _("Findings"), value=words_of),
            Column("state", _("State"), kind="status", value=mark_of),
        ],
        request=request,
        caption=_("Off-line batches"),
        row_url=lambda row: reverse("offline_batch", args=[row.pk]),
        empty=_("No controller has reported a time off line yet."),
        after="-id",
    )
    return journal_page(request, "cardswipe/offline_batches.html", table)


def words_of(row: OfflineBatch) -> Any:
    """The findings in words."""
    return "; ".join(row.finding_words) or NOTHING


@allow(Act.SEE_CARDS, methods=WRITE)
def offline_batch(request: ActorRequest, batch_id: int) -> HttpResponse:
    """One batch: what was said, what has come, what is allowed; settling it by hand."""
    rows = OfflineBatch.objects.for_actor(request.actor).select_related(
        "controller__outlet__site__enterprise", "settled_by__user"
    )
    shown = door(rows, pk=batch_id)
    may_settle = shown.state == BatchState.PROVISIONAL and request.actor.may(Act.HANDLE_ALARMS)
    form = ReasonForm(request.POST if request.method == "POST" and may_settle else None)
    if form.is_bound and form.is_valid():
        with refusals_to(form):
            services.settle_batch(
                by=request.actor,
                batch=shown,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
            messages.success(request, _("The batch is settled."))
            return redirect("offline_batch", shown.pk)
    context = {
        "shown": shown,
        "mark": mark_of(shown),
        "facts": facts_of(shown, request.actor),
        "sums": sum_table(request, shown),
        "sessions": session_table(request, shown),
        "form": form if may_settle else None,
        "events": timeline(shown),
    }
    status = 422 if form.errors else 200
    return render(request, "cardswipe/offline_batch.html", context, status=status)


def facts_of(shown: OfflineBatch, actor: Membership) -> list[tuple[str, Any]]:
    """What stands at the head of a batch."""
    return [
        (_("Enterprise"), shown.controller.outlet.site.enterprise),
        (_("Outlet"), shown.controller.outlet),
        (_("Controller (MN)"), controller_link(shown.controller, actor)),
        (_("Number"), shown.number),
        (_("Off line since"), second(shown.began_at)),
        (_("Off line until"), second(shown.ended_at)),
        (_("Session numbers"), f"{shown.first} – {shown.last}"),
        (_("Findings"), words_of(shown)),
        (_("Settled at"), second(shown.settled_at)),
        (_("Settled by"), shown.settled_by or NOTHING),
        (_("Reason"), shown.reason or NOTHING),
    ]


def sum_table(request: ActorRequest, shown: OfflineBatch) -> Table:
    """Per pollutant: what the controller says, what was booked, what was allowed."""
    has, allowed = booked(shown).totals, allowance_of(shown).quantities
    names = Pollutant.objects.in_bulk(list(shown.totals))
    return Table(
        [
            {
                "pollutant": names[code],
                "said": amount(said, code),
                "booked": amount(has.get(code, 0), code),
                "allowed": amount(allowed.get(code, 0), code),
            }
            for code, said in sorted(shown.totals.items())
        ],
        [
            Column("pollutant", _("Pollutant")),
            Column("said", _("Said by the controller")),
            Column("booked", _("Booked so far")),
            Column("allowed", _("Allowed off line")),
        ],
        request=request,
        caption=_("Sums"),
        can_export=False,
        name="sums",
    )


def session_table(request: ActorRequest, shown: OfflineBatch) -> Table:
    """The sessions that have come."""
    return Table(
        events_of(shown)
        .select_related("controller__outlet", "card")
        .prefetch_related("loads__pollutant"),
        EVENT_COLUMNS,
        request=request,
        caption=_("Sessions that have come"),
        row_url=lambda row: reverse("discharge", args=[row.pk]),
        empty=_("None of its sessions has come yet."),
        can_export=False,
        name="sessions",
    )


@allow(Act.MANAGE_DEVICES)
def counter_key(request: ActorRequest, controller_id: int) -> HttpResponse:
    """The key with which a controller signs its off-line counters, to be entered there."""
    rows = Controller.objects.for_actor(request.actor).select_related("outlet__site__enterprise")
    shown = door(rows, pk=controller_id)
    context = {"controller": shown, "key": signing_keys(shown.mn)[0]}
    answer = render(request, "cardswipe/counter_key.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
