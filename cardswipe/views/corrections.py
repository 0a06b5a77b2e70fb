"""Correcting what an event debited: an officer asks, a second person grants it in the ledger."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.measuring_forms import CorrectionForm
from cardswipe.models import DischargeEvent, LoadCorrection
from cardswipe.models.estimates import CorrectionState
from cardswipe.provenance import Proposal, booked_now, correction_words, proposals
from cardswipe.tables import fine_amount
from ledger.models import Pollutant
from parties.access import ActorRequest, allow, door
from parties.rules import Act
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table

STATE_TONES = {
    CorrectionState.ASKED: "waiting",
    CorrectionState.COUNTED: "normal",
    CorrectionState.DROPPED: "neutral",
}


@allow(Act.ADJUST_LEDGER, methods=("GET", "POST"))
def correct_load(request: ActorRequest, event_id: int) -> HttpResponse:
    """Ask to have other quantities booked; what might be right stands beside the form."""
    rows = DischargeEvent.objects.for_actor(request.actor).select_related(
        "controller__outlet__site__region", "enterprise__region"
    )
    event = door(rows, pk=event_id)
    booked = booked_now(event)
    if not booked:
        messages.error(request, _("The event debited nothing that could be corrected."))
        return redirect("discharge", event.pk)
    offers = proposals(event)
    form = CorrectionForm(
        request.POST if request.method == "POST" else None,
        booked=booked,
        initial=initial_of(booked, offers, request.GET.get("take", "")),
    )
    if form.is_bound and form.is_valid():
        with refusals_to(form):
            made = services.ask_to_correct(
                by=request.actor,
                event=event,
                loads=form.loads(),
                cause=form.cleaned_data["cause"],
                reason=form.cleaned_data["reason"],
                key=f"correct-{form.cleaned_data['once']}",
                now=timezone.now(),
            )
            messages.success(request, _("Asked: a second person decides it in the ledger."))
            return redirect("ledger_request", made.pk)
    context = {
        "event": event,
        "form": form,
        "offers": offer_table(request, event, booked, offers),
        "cancel_url": reverse("discharge", args=[event.pk]),
    }
    status = 422 if form.errors else 200
    return render(request, "cardswipe/correct_load.html", context, status=status)


def initial_of(booked: dict[Pollutant, int], offers: list[Proposal], taken: str) -> dict[str, Any]:
    """What is booked, or the figures of the proposal that was chosen."""
    offer = next((one for one in offers if one.source == taken), None)
    loads = offer.loads if offer else {}
    found: dict[str, Any] = {
        f"load_{one.code}": loads.get(one.code, amount) for one, amount in booked.items()
    }
    return {**found, "cause": offer.cause} if offer else found


def offer_table(
    request: ActorRequest,
    event: DischargeEvent,
    booked: dict[Pollutant, int],
    offers: list[Proposal],
) -> Table:
    """What is booked now, and what might be right, one below the other."""
    rows: list[dict[str, Any]] = [
        {"words": _("booked now"), "loads": {one.code: n for one, n in booked.items()}, "take": ""}
    ]
    rows += [{"words": one.words, "loads": one.loads, "take": one.source,
              "doubt": one.doubt} for one in offers]  # fmt: skip
    return Table(
        rows,
        [
            Column("words", _("Whence")),
            Column("loads", _("Loads"), value=lambda row: loads_word(row["loads"], booked)),
            Column("doubt", _("Note"), value=lambda row: row.get("doubt", "")),
        ],
        request=request,
        caption=_("What might be right"),
        row_url=lambda row: f"?take={row['take']}",
        can_export=False,
        name="offers",
    )


def loads_word(loads: dict[str, int], booked: dict[Pollutant, int]) -> Any:
    """The quantities of the pollutants that the event debits."""
    return format_html_join(
        " · ",
        "{} {}",
        ((one, fine_amount(loads[one.code], one)) for one in booked if one.code in loads),
    )


def correction_table(request: ActorRequest, event: DischargeEvent) -> Table:
    """The corrections asked for so far."""
    rows = event.corrections.select_related("pollutant", "request").order_by("-pk")
    is_bureau = not request.actor.enterprise_id
    return Table(
        rows,
        [
            Column("pollutant", _("Pollutant")),
            Column(
                "before", _("Booked before"), value=lambda r: fine_amount(r.before, r.pollutant)
            ),
            Column("after", _("To be booked"), value=lambda r: fine_amount(r.after, r.pollutant)),
            Column("cause", _("Cause and reason"), value=correction_words),
            Column("state", _("State"), kind="status", value=correction_status),
        ],
        request=request,
        caption=_("Corrections"),
        row_url=(lambda row: reverse("ledger_request", args=[row.request_id]))
        if is_bureau and request.actor.may(Act.ADJUST_LEDGER)
        else None,
        can_export=False,
        name="corrections",
    )


def correction_status(row: LoadCorrection) -> Status:
    return Status(STATE_TONES[CorrectionState(row.state)], row.get_state_display())
