"""Discharge events: the list, and one event with its way from the card to the permit."""

import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from cardswipe.forms import EventFilter
from cardswipe.models import DischargeEvent
from cardswipe.provenance import estimate_facts, marks_word, origin_of, source_of, standing_of
from cardswipe.queries.booked import EVENT
from cardswipe.queries.late import waiting_count
from cardswipe.rules import EventState
from cardswipe.tables import EVENT_COLUMNS, EVENT_TONES, amount_of, controller_link
from ledger.chain import document_sections
from ledger.rules import DocumentRef
from ledger.views.chains import document_chain
from parties.access import ActorRequest, allow, door
from parties.models import Membership
from parties.rules import Act
from shell.figures import NOTHING, quantity, second
from shell.tables import Column, Table, journal_page

from .corrections import correction_table
from .sources import kept_table, source_table
from .statements import local_start


@allow(Act.SEE_CARDS)
def discharges(request: ActorRequest) -> HttpResponseBase:
    """The discharge events this person may reach, newest arrival first."""
    form = EventFilter(request.GET or None)
    first, last = form.bounds()
    found = DischargeEvent.objects.for_actor(request.actor)
    if first:
        found = found.filter(started_at__gte=local_start(first))
    if last:
        found = found.filter(started_at__lt=local_start(last + datetime.timedelta(days=1)))
    columns = EVENT_COLUMNS
    if not request.actor.enterprise_id:
        columns = [columns[0], Column("enterprise", _("Enterprise")), *columns[1:]]
    table = Table(
        found.select_related("controller__outlet", "card", "enterprise").prefetch_related(
            "loads__pollutant"
        ),
        columns,
        request=request,
        caption=_("Discharge events"),
        row_url=lambda row: reverse("discharge", args=[row.pk]),
        empty=_("No discharge has been reported yet. Events appear here as controllers send them."),
        after="-id",
    )
    context = {
        "form": form,
        "waiting": waiting_count(request.actor),
        "kept": kept_table(request),
    }
    return journal_page(request, "cardswipe/discharges.html", table, context)


def event_facts(event: DischargeEvent, actor: Membership) -> list[tuple[str, Any]]:
    """What was reported."""
    volume = NOTHING if event.volume_l is None else quantity(event.volume_l, "m3")
    return [
        (_("Enterprise"), event.enterprise),
        (_("Outlet"), event.controller.outlet),
        (_("Controller (MN)"), controller_link(event.controller, actor)),
        (_("Begin"), second(event.started_at)),
        (_("End"), second(event.ended_at)),
        (_("Sequence"), event.sequence),
        (_("Volume"), volume),
        (_("Card"), card_link(event)),
        (_("Reported card number"), event.card_no or NOTHING),
        (_("Data marks"), marks_word(event) or NOTHING),
        (_("Debited source"), source_of(event)),
        (_("Whence the figures came"), origin_of(event)),
        *estimate_facts(event),
        (_("Booked at"), second(event.booked_at)),
    ]


def card_link(event: DischargeEvent) -> Any:
    """The card that was debited."""
    if event.card is None:
        return _("none: all of it counts as overrun")
    url = reverse("card", args=[event.card.pk])
    return format_html('<a href="{}">{}</a>', url, event.card.card_no)


def late_items(event: DischargeEvent) -> Any:
    """The decisions that officers made about the event, the newest first."""
    return event.late_items.select_related("decision").order_by("-decision_id")


@allow(Act.SEE_LEDGER)
def discharge_chain(request: ActorRequest, event_id: int) -> HttpResponse:
    """Whence every gram that the event debited came."""
    event = door(DischargeEvent.objects.for_actor(request.actor), pk=event_id)
    return document_chain(request, DocumentRef(EVENT, event.pk))


@allow(Act.SEE_CARDS)
def discharge(request: ActorRequest, event_id: int) -> HttpResponse:
    """One event: what was reported, what it debited, and whence the right to it came."""
    found = DischargeEvent.objects.for_actor(request.actor).select_related(
        "controller__outlet__site", "card", "enterprise"
    )
    event = door(found, pk=event_id)
    loads = Table(
        list(event.loads.select_related("pollutant")),
        [
            Column("pollutant", _("Pollutant")),
            Column("quantity", _("Load"), value=lambda r: amount_of(r.quantity, r.pollutant)),
            Column(
                "is_debited",
                _("Debits the card"),
                value=lambda row: _("yes") if row.is_debited else _("no: not limited by permit"),
            ),
        ],
        request=request,
        caption=_("Loads"),
        empty=_("The report carried no load."),
        can_export=False,
    )
    context = {
        "event": event,
        "tone": EVENT_TONES[EventState(event.state)],
        "facts": event_facts(event, request.actor),
        "figures": standing_of(event),
        "corrections": correction_table(request, event) if event.corrections.all() else None,
        "may_correct": request.actor.may(Act.ADJUST_LEDGER) and event.state == EventState.BOOKED,
        "loads": loads,
        "sources": source_table(request, event),
        "sections": document_sections(request, DocumentRef(EVENT, event.pk)),
        "alarms": event.alarms.select_related("pollutant", "controller__outlet"),
        "conflicts": event.conflicts.all(),
        "decisions": [item.decision for item in late_items(event)],
        "waits": event.state == EventState.WAITING,
    }
    return render(request, "cardswipe/discharge.html", context)
