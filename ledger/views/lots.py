"""Lots of rights: the list, and one lot with its shares, its family and its history."""

import dataclasses
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ledger import documents, lot_papers, receipts
from ledger.figures import pollutant_amount
from ledger.filters import LotFilter
from ledger.models import Lot
from ledger.models.lots import PaidState
from ledger.queries.lot_states import with_states
from ledger.queries.statements import kind_names
from ledger.rules import DocumentRef
from ledger.views import lot_parts
from parties.access import ActorRequest, allow, door
from parties.queries import Event, timeline
from parties.rules import Act
from shell.figures import NOTHING, quantity
from shell.tables import Column, Status, Table, table_page

PAID_TONES = {PaidState.UNPAID: "yellow", PaidState.PART: "waiting", PaidState.PAID: "normal"}
OF_THE_FILE = {"valid_from", "get_source_display"}


def paid_tone(lot: Lot) -> str:
    """The tone of a lot's payment."""
    return PAID_TONES[PaidState(lot.paid_state)]


def payment(lot: Lot) -> Status | None:
    """Whether the right is paid; a right to a volume of water has no fee of its own."""
    if lot.pollutant.unit == "L":
        return None
    return Status(paid_tone(lot), lot.get_paid_state_display())


def holder(lot: Lot) -> Any:
    """Who holds the lot."""
    return lot.enterprise or _("government reserve")


def head_columns() -> list[Column]:
    """Which right a row of lots is: number, holder, pollutant, quantity per year."""
    return [
        Column("lot_no", _("Lot"), kind="code", sort="lot_no"),
        Column("holder", _("Holder"), value=holder, sort="enterprise"),
        Column("pollutant", _("Pollutant"), value=lambda lot: lot.pollutant, sort="pollutant"),
        Column(
            "quantity",
            _("Per year"),
            kind="amount",
            value=lambda lot: pollutant_amount(lot.quantity_per_year, lot.pollutant),
            sort="quantity_per_year",
        ),
    ]


def lot_columns() -> list[Column]:
    """What a list of lots shows, of rows of `lot_states.with_states`."""
    return [
        *head_columns(),
        Column("valid_from", _("From"), kind="date", sort="valid_from"),
        Column("valid_to", _("To"), kind="date", sort="valid_to"),
        Column("get_source_display", _("Source"), sort="source"),
        Column("paid", _("Payment"), kind="status", value=payment),
        Column("state", _("State"), kind="status", value=lot_parts.state_of),
    ]


@allow(Act.SEE_LEDGER)
def lots(request: ActorRequest) -> HttpResponse:
    """The lots this person may see, those that end first on top."""
    rows = Lot.objects.for_actor(request.actor).filter(quantity_per_year__gt=0)
    today = timezone.localdate()
    narrowed = LotFilter(
        request.GET if set(request.GET) - {"page", "sort", "format"} else {"term": "now"},
        queryset=with_states(rows).select_related("enterprise", "region", "pollutant"),
        actor=request.actor,
        today=today,
    )
    columns = lot_columns()
    is_file = request.GET.get("format") == "xlsx"
    # On the screen first day and source give way to the holder's name; the workbook has all.
    columns = [one for one in columns if is_file or one.name not in OF_THE_FILE]
    if request.actor.enterprise_id:
        del columns[1]
    table = Table(
        narrowed.qs,
        columns,
        request=request,
        caption=_("Lots of rights"),
        row_url=lambda lot: reverse("lot", args=[lot.pk]),
        empty=_("No lot matches. Rights come with a permit, or from an auction."),
    )
    return table_page(request, "ledger/lots.html", table, {"filter": narrowed})


@allow(Act.SEE_LEDGER)
def lot(request: ActorRequest, lot_id: int) -> HttpResponse:
    """One lot: what it gives, where its shares lie, what can be done, its tree and papers."""
    rows = with_states(Lot.objects.for_actor(request.actor))
    shown = door(rows.select_related("enterprise", "region", "pollutant", "parent"), pk=lot_id)
    today = timezone.localdate()
    context = {
        "lot": shown,
        "mark": lot_parts.state_of(shown),
        "facts": facts_of(request, shown),
        **lot_parts.offers_of(request, shown, today),
        "shares": lot_parts.share_table(request, shown),
        "holds": lot_parts.hold_table(request, shown),
        "family": lot_parts.family_table(request, shown),
        "acts": lot_parts.request_table(request, shown),
        "carry_over": lot_parts.carry_over_words(shown, today),
        "events": events_of(shown),
        "papers": lot_papers.papers_of(shown, request.actor),
        "proof": receipts.facts_of(
            *receipts.last_record(shown), reverse("lot_receipt", args=[shown.pk])
        ),
    }
    return render(request, "ledger/lot.html", context)


def events_of(shown: Lot) -> list[Event]:
    """The lot's history; where the reason is a kind of operation, its name."""
    names = kind_names()

    def why(event: Event) -> str:
        code, _blank, rest = event.why.partition(" ")
        return f"{names[code]} {rest}".strip() if code in names else event.why

    return [dataclasses.replace(event, why=why(event)) for event in timeline(shown)]


@allow(Act.SEE_LEDGER)
def lot_receipt(request: ActorRequest, lot_id: int) -> HttpResponse:
    """The receipt of what the lot says now."""
    shown = door(Lot.objects.for_actor(request.actor), pk=lot_id)
    return receipts.as_file(*receipts.last_record(shown))


def facts_of(request: ActorRequest, shown: Lot) -> list[tuple[str, Any]]:
    """What stands at the head of a lot."""
    ref = DocumentRef(shown.document_type, shown.document_id)
    link = documents.links([ref], request.actor)[ref]
    words = format_html('<a href="{}">{}</a>', link.url, link.words) if link.url else link.words
    opened = pollutant_amount(shown.opened_quantity, shown.pollutant)
    facts = [
        (_("Holder"), holder(shown)),
        (_("Region"), shown.region),
        (_("Pollutant"), shown.pollutant),
        (_("Per year"), pollutant_amount(shown.quantity_per_year, shown.pollutant)),
        (_("Term"), f"{shown.valid_from} – {shown.valid_to}"),
        (_("Source"), shown.get_source_display()),
        (_("Document"), words),
        (_("Basin or air-shed"), shown.basin or NOTHING),
    ]
    if paid := payment(shown):
        facts.append((_("Payment"), paid.word))
    if shown.opened_quantity != shown.quantity_per_year:
        facts.insert(4, (_("Per year at opening"), opened))
    if shown.price:
        facts.append((_("Price per t and year"), quantity(int(shown.price.amount * 100), "yuan")))
    if shown.ended_on:
        facts.append((_("Ended before its term on"), shown.ended_on.isoformat()))
    return facts
