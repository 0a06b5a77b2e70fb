"""The chain as people see it: strands of knots, from a quantity back to the paper that gave it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from ledger import documents, origins
from ledger.documents import Link
from ledger.figures import amount_of, pollutant_amount
from ledger.models import Asset, Lot, Operation
from ledger.queries import provenance
from ledger.queries.provenance import Part
from ledger.rules import DocumentRef, Purpose
from parties.access import ActorRequest, open_address


@dataclass(frozen=True)
class Knot:
    """One link of a strand."""

    kind: str
    words: str
    url: str = ""
    note: str = ""
    tone: str = "active"
    amount: Any = ""


@dataclass(frozen=True)
class Strand:
    """A quantity and its way back."""

    amount: Any
    knots: Sequence[Knot]


@dataclass
class Section:
    """The strands of one pollutant and quota period."""

    title: str
    amount: Any = ""
    strands: list[Strand] = field(default_factory=list)


@dataclass
class Known:
    """Everything that the strands of a page name, looked up at once."""

    request: ActorRequest
    lots: dict[int, Lot] = field(default_factory=dict)
    within: set[int] = field(default_factory=set)
    loads: dict[int, DocumentRef] = field(default_factory=dict)
    papers: dict[int, list[origins.Paper]] = field(default_factory=dict)
    links: dict[DocumentRef, Link] = field(default_factory=dict)


def known(request: ActorRequest, lots: Iterable[int], loads: Iterable[int] = ()) -> Known:
    """The lots with all they were split from, their papers and the loads: a fixed number of
    queries. Of lots out of reach no paper is told."""
    found = provenance.with_ancestors(lots)
    reachable = Lot.objects.for_actor(request.actor).filter(pk__in=found)
    within = set(reachable.values_list("pk", flat=True))
    own = [lot for lot in found.values() if lot.pk in within]
    papers = origins.behind(own)
    rows = Operation.objects.filter(pk__in=list(loads))
    by_load = {
        pk: DocumentRef(kind, number)
        for pk, kind, number in rows.values_list("pk", "document_type", "document_id")
    }
    refs = {
        *by_load.values(),
        *(paper_of(lot) for lot in own),
        *(paper.ref for each in papers.values() for paper in each),
    }
    links = documents.links(refs, request.actor)
    return Known(request, found, within, by_load, papers, links)


def paper_of(lot: Lot) -> DocumentRef:
    """The document that gave the lot."""
    return DocumentRef(lot.document_type, lot.document_id)


def document_sections(request: ActorRequest, document: DocumentRef) -> list[Section]:
    """What a document moved, pollutant by pollutant, each part back to its origin."""
    parts = [part for part in provenance.parts_of(document) if part.amount]
    facts = known(
        request,
        {part.lot for part in parts if part.lot},
        {part.load for part in parts if part.load},
    )
    assets = Asset.objects.select_related("pollutant", "period").in_bulk(
        {part.asset_id for part in parts}
    )
    sections: dict[int, Section] = {}
    for part in parts:
        asset = assets[part.asset_id]
        if asset.is_money:
            continue
        section = sections.setdefault(asset.pk, Section(str(asset)))
        amount = amount_of(part.amount, asset)
        section.strands.append(
            Strand(amount, [operation_knot(facts, part), *way_back(facts, part)])
        )
    for pk, section in sections.items():
        total = sum(signed(part) for part in parts if part.asset_id == pk)
        section.amount = amount_of(total, assets[pk])
    return list(sections.values())


def signed(part: Part) -> int:
    """The amount; below zero when it went back from discharge."""
    return -part.amount if part.source_purpose == Purpose.DISCHARGED else part.amount


def open_to(facts: Known, route: str, pk: int) -> str:
    """The page's address, where the reader may open it."""
    return open_address(route, pk, facts.request.actor)


def operation_knot(facts: Known, part: Part) -> Knot:
    """The posting itself."""
    url = open_to(facts, "operation", part.operation_id)
    words = _("operation %(number)s") % {"number": part.operation_id}
    names = provenance.purposes(part)
    return Knot(_("Posting"), words, url, note=" → ".join(map(str, names)), tone="normal")


def way_back(facts: Known, part: Part) -> list[Knot]:
    """From a part over the voucher and the lots to the papers."""
    if part.is_overrun:
        word = _("no right covered it")
        return [Knot(_("Beyond quota"), word, tone="closed", note=_("It counts as owed."))]
    if part.lot is None:
        note = _("A correction brought it onto the card.")
        return [Knot(_("Unknown"), _("no lot"), tone="unknown", note=note)]
    knots = []
    load = facts.loads.get(part.load or 0)
    if load:
        link = facts.links[load]
        knots.append(Knot(_("Loaded by"), link.words, link.url))
    return knots + lot_knots(facts, part.lot)


def lot_knots(facts: Known, lot_id: int) -> list[Knot]:
    """The lot, what it was split from, the paper of the first, and the papers behind each."""
    knots: list[Knot] = []
    lot: Lot | None = facts.lots.get(lot_id)
    while lot is not None:
        kind = _("Split from") if knots else _("Lot of rights")
        if lot.pk not in facts.within:
            words = _("a lot of another holder") if lot.enterprise_id else _("government reserve")
            knots.append(Knot(kind, words, tone="neutral"))
            break
        knots.append(lot_knot(facts, kind, lot))
        link = facts.links[paper_of(lot)]
        knots.append(Knot(str(lot.get_source_display()), link.words, link.url, tone="normal"))
        for paper in facts.papers.get(lot.pk, ()):
            link = facts.links[paper.ref]
            kind = str(documents.DOCUMENTS[paper.ref.type].name)
            knots.append(Knot(kind, link.number, link.url, str(paper.note), paper.tone))
        lot = facts.lots.get(lot.parent_id or 0)
    return knots


def lot_knot(facts: Known, kind: str, lot: Lot) -> Knot:
    """A lot with its quantity and term."""
    return Knot(
        kind,
        lot.lot_no,
        open_to(facts, "lot_chain", lot.pk),
        note=f"{lot.enterprise or _('government reserve')} · {lot.valid_from} – {lot.valid_to}",
        amount=pollutant_amount(lot.opened_quantity, lot.pollutant),
    )
