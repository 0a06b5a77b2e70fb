"""Lots of rights: the list, and one lot with its shares, its family and its history."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from ledger import documents, lot_papers, receipts
from ledger.figures import amount_of, pollutant_amount
from ledger.filters import LotFilter
from ledger.models import Account, Lot
from ledger.models.lots import PaidState
from ledger.queries import held_from
from ledger.rules import DocumentRef
from parties.access import ActorRequest, allow, door
from parties.queries import timeline
from parties.rules import Act
from shell.figures import NOTHING, quantity
from shell.tables import Column, Status, Table, table_page

PAID_TONES = {PaidState.UNPAID: "yellow", PaidState.PART: "waiting", PaidState.PAID: "normal"}


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


def lot_columns() -> list[Column]:
    """What a list of lots shows."""
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
        Column("valid_from", _("From"), kind="date", sort="valid_from"),
        Column("valid_to", _("To"), kind="date", sort="valid_to"),
        Column("get_source_display", _("Source"), sort="source"),
        Column("paid", _("Payment"), kind="status", value=payment),
    ]


@allow(Act.SEE_LEDGER)
def lots(request: ActorRequest) -> HttpResponse:
    """The lots this person may see, those that end first on top."""
    rows = Lot.objects.for_actor(request.actor).filter(quantity_per_year__gt=0)
    today = timezone.localdate()
    narrowed = LotFilter(
        request.GET if set(request.GET) - {"page", "sort"} else {"term": "now"},
        queryset=rows.select_related("enterprise", "region", "pollutant"),
        actor=request.actor,
        today=today,
    )
    columns = lot_columns()
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
    """One lot: what it gives, where its shares lie, what it was split from and into."""
    rows = Lot.objects.for_actor(request.actor)
    shown = door(rows.select_related("enterprise", "region", "pollutant", "parent"), pk=lot_id)
    context = {
        "lot": shown,
        "mark": payment(shown),
        "facts": facts_of(request, shown),
        "shares": share_table(request, shown),
        "parts": part_table(request, shown),
        "events": timeline(shown),
        "papers": lot_papers.papers_of(shown, request.actor),
        "proof": receipts.facts_of(
            *receipts.last_record(shown), reverse("lot_receipt", args=[shown.pk])
        ),
    }
    return render(request, "ledger/lot.html", context)


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
    if shown.opened_quantity != shown.quantity_per_year:
        facts.insert(4, (_("Per year at opening"), opened))
    if shown.price:
        facts.append((_("Price per t and year"), quantity(int(shown.price.amount * 100), "yuan")))
    if shown.ended_on:
        facts.append((_("Ended before its term on"), shown.ended_on.isoformat()))
    return facts + kin_of(request, shown)


def kin_of(request: ActorRequest, shown: Lot) -> list[tuple[str, Any]]:
    """The lots it was split from, merged into or from, as far as this person may see them."""
    reachable = Lot.objects.for_actor(request.actor).order_by("pk")
    kin = (
        (_("Split from"), reachable.filter(pk=shown.parent_id or 0)),
        (_("Merged into"), reachable.filter(pk=shown.merged_into_id or 0)),
        (_("Merged from"), reachable.filter(merged_into=shown)),
    )
    facts = []
    for words, lots_of_kind in kin:
        links = [(reverse("lot", args=[lot.pk]), lot.lot_no) for lot in lots_of_kind]
        if links:
            facts.append((words, format_html_join(", ", '<a href="{}">{}</a>', links)))
    return facts


def share_table(request: ActorRequest, shown: Lot) -> Table:
    """The lot's share of each quota period and what is left of it."""
    rows = Account.objects.for_actor(request.actor).filter(
        reference_type="lot", reference_id=shown.pk
    )
    held = held_from(rows)
    return Table(
        list(rows.select_related("asset__period", "asset__pollutant").order_by("asset__period")),
        [
            Column("period", _("Quota period"), value=lambda a: a.asset.period),
            Column("purpose", _("Lies as"), value=lambda a: a.get_purpose_display()),
            Column(
                "balance",
                _("Free in the lot"),
                kind="amount",
                value=lambda a: amount_of(a.balance, a.asset),
            ),
            Column(
                "held",
                _("Held"),
                kind="amount",
                value=lambda a: amount_of(held.get(a.pk), a.asset),
            ),
            Column("version", _("Movements"), kind="count"),
        ],
        request=request,
        caption=_("Shares of the quota periods"),
        row_url=lambda account: reverse("account", args=[account.pk]),
        empty=_("This lot has no share of any quota period."),
        can_export=False,
    )


def part_table(request: ActorRequest, shown: Lot) -> Table:
    """The lots this one was split into, as far as this person may see them."""
    rows = Lot.objects.for_actor(request.actor).filter(parent=shown)
    return Table(
        rows.select_related("enterprise", "region", "pollutant").order_by("pk"),
        lot_columns(),
        request=request,
        caption=_("Parts that went to others"),
        row_url=lambda part: reverse("lot", args=[part.pk]),
        empty=_("Nothing of this lot went to anyone else."),
        can_export=False,
        name="parts",
    )
