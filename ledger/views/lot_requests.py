"""A request for an act on a lot in words: what is asked, and what was booked for it."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from ledger import documents, lot_words
from ledger.figures import pollutant_amount, pollutant_words
from ledger.lot_orders import order_of
from ledger.models import LedgerRequest, Lot, Operation
from ledger.models.requests import LotAct
from ledger.rules import DocumentRef
from parties.access import ActorRequest
from shell.figures import quantity
from shell.tables import Column, Table

DOCUMENT = "ledger_request"


def about(row: LedgerRequest) -> str:
    """The lot, what is done with it, and how much."""
    assert row.lot, "kept by the constraint request_is_about_one_thing"
    amount = row.content.get("quantity_per_year")
    parts = [row.content["lot_no"], row.get_act_display()]
    if amount:
        words = {"amount": pollutant_words(amount, row.lot.pollutant)}
        parts.append(_("%(amount)s per year") % words)
    return " · ".join(str(part) for part in parts)


def deed_of(request: ActorRequest, shown: LedgerRequest) -> list[tuple[Any, Any]]:
    """Exactly what will be done, field by field."""
    lot = shown.lot
    assert lot, "kept by the constraint request_is_about_one_thing"
    order, act = order_of(shown), LotAct(shown.act)
    placing = DocumentRef(DOCUMENT, order.placing.pk) if order.placing else None
    facts: list[tuple[Any, Any]] = [
        (_("What is done"), lot_words.BUTTONS[act]),
        (_("Lot"), format_html('<a href="{}">{}</a>', reverse("lot", args=[lot.pk]), lot.lot_no)),
        (_("Holder"), lot.enterprise or _("government reserve")),
        (
            _("Per year"),
            pollutant_amount(order.quantity, lot.pollutant) if order.quantity else None,
        ),
        (_("Merged with"), ", ".join(shown.content.get("lots", ()))),
        (_("Leased to"), order.to),
        (_("First day"), order.first),
        (lot_words.LASTS.get(act), order.last),
        (_("Price per t and year"), price_of(order.price_fen)),
        (lot_words.ISSUERS.get(act), order.issuer),
        (lot_words.PAPERS.get(act), order.paper),
        (
            _("Releases"),
            documents.links([placing], request.actor)[placing].words if placing else "",
        ),
    ]
    return [(label, value) for label, value in facts if value]


def price_of(fen: int | None) -> Any:
    """The price, if one was said."""
    return None if fen is None else quantity(fen, "yuan")


def made_of(request: ActorRequest, shown: LedgerRequest) -> list[tuple[Any, Any]]:
    """The lots that came of it, as far as this person may see them."""
    made = (
        Lot.objects.for_actor(request.actor)
        .filter(document_type=DOCUMENT, document_id=shown.pk)
        .order_by("pk")
    )
    links = [(reverse("lot", args=[lot.pk]), lot.lot_no) for lot in made]
    if not links:
        return []
    return [(_("New lot"), format_html_join(", ", '<a href="{}">{}</a>', links))]


def booked_table(request: ActorRequest, shown: LedgerRequest) -> Table:
    """The operations that stand on the request, each with its receipt on its own page."""
    rows = Operation.objects.filter(document_type=DOCUMENT, document_id=shown.pk)
    return Table(
        rows.for_actor(request.actor).select_related("kind", "by__user").order_by("pk"),
        [
            Column("pk", _("Operation"), kind="code"),
            Column("kind", _("Kind")),
            Column("posted_at", _("Posted"), kind="moment"),
            Column("effective_date", _("Effective on"), kind="date"),
            Column("by", _("By"), value=lambda one: one.by.user),
        ],
        request=request,
        caption=_("What was booked"),
        row_url=lambda one: reverse("operation", args=[one.pk]),
        empty=_("Nothing is booked yet."),
        can_export=False,
        name="booked",
    )
