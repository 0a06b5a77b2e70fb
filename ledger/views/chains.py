"""Where a quantity comes from and where it went: the page behind every document and lot."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger import chain, documents
from ledger.chain import Knot, Section, Strand
from ledger.documents import Link
from ledger.figures import amount_of, pollutant_amount
from ledger.models import Account, Asset, Lot
from ledger.queries import provenance
from ledger.queries.provenance import Discharge, Use
from ledger.queries.shares import Share, shares_of
from ledger.rules import DocumentRef, Purpose
from ledger.told import linked
from parties.access import ActorRequest, allow, door
from parties.rules import Act
from shell.figures import NOTHING
from shell.tables import Column, Table
from shell.units import is_id

from .lots import holder
from .statements import UncountedTable

PAGE = 50


def document_chain(request: ActorRequest, document: DocumentRef) -> HttpResponse:
    """The page of a document that moved rights; its view has let the reader to it already."""
    here = documents.links([document], request.actor)[document]
    sections = chain.document_sections(request, document)
    context = {"here": here, "sections": sections, **loaded_part(request, document)}
    return render(request, "ledger/chain.html", context)


def loaded_part(request: ActorRequest, document: DocumentRef) -> dict[str, Any]:
    """What was discharged of that which the document loaded onto cards; nothing if it did not."""
    legs = provenance.legs_of(document)
    brought = [leg for leg in legs if leg.target.is_card and not leg.source.is_card]
    loads = frozenset(leg.operation_id for leg in brought if leg.source.lot)
    if not loads:
        return {}
    trace = provenance.traced(
        {leg.target.enterprise for leg in brought}, {leg.asset_id for leg in brought}
    )
    after = place_of(request)
    found = provenance.discharges(trace, loads=loads, after=after, limit=PAGE + 1)
    return discharge_part(request, found)


def place_of(request: ActorRequest) -> tuple[int, int]:
    """After which transfer the page begins."""
    parts = request.GET.get("after", "").split(".")
    if len(parts) != 2 or not all(map(is_id, parts)):
        return (0, -1)
    return int(parts[0]), min(int(parts[1]), 2**31 - 1)


def discharge_part(request: ActorRequest, found: list[Discharge]) -> dict[str, Any]:
    """A page of discharges, and the way to the next."""
    shown = found[:PAGE]
    more = shown[-1] if len(found) > PAGE else None
    return {
        "discharges": discharge_table(request, shown),
        "later": f"{more.operation_id}.{more.line}" if more else "",
        "is_continued": place_of(request) != (0, -1),
    }


def discharge_table(request: ActorRequest, found: list[Discharge]) -> Table:
    """Every discharge with what it took."""
    assets = Asset.objects.select_related("pollutant", "period").in_bulk(
        {one.asset_id for one in found}
    )
    papers = documents.links({one.document for one in found}, request.actor)
    return UncountedTable(
        found,
        [
            Column("posted_at", _("Posted"), kind="second"),
            Column("effective_date", _("Effective on"), kind="date"),
            Column("document", _("Document"), value=lambda one: linked(papers[one.document])),
            Column("asset", _("Counts"), value=lambda one: assets[one.asset_id]),
            Column(
                "amount",
                _("Discharged"),
                kind="amount",
                value=lambda one: amount_of(one.amount, assets[one.asset_id]),
            ),
        ],
        request=request,
        caption=_("Discharged under it"),
        row_url=lambda one: reverse("operation", args=[one.operation_id]),
        empty=_("Nothing has been discharged under it yet."),
        page_size=PAGE,
        can_export=False,
        name="discharges",
    )


@allow(Act.SEE_LEDGER)
def lot_chain(request: ActorRequest, lot_id: int) -> HttpResponse:
    """One lot: the papers behind it, what it was split into, and every gram discharged under it."""
    rows = Lot.objects.for_actor(request.actor).select_related("enterprise", "pollutant")
    shown = door(rows, pk=lot_id)
    facts = chain.known(request, [shown.pk])
    knots = chain.lot_knots(facts, shown.pk)
    shares = shares_of(shown)
    trace = provenance.traced([shown.enterprise_id], {share.asset.pk for share in shares})
    found = provenance.discharges(trace, lot=shown.pk, after=place_of(request), limit=PAGE + 1)
    use = provenance.uses(trace).get(shown.pk, Use())
    context = {
        "here": Link(shown.lot_no, reverse("lot", args=[shown.pk])),
        "sections": [Section(_("Whence it came"), strands=[Strand("", knots)])],
        "use": use_facts(shown, use),
        "shares": share_table(request, shares),
        "parts": lot_table(request, provenance.descendants(shown), caption=_("Split into")),
        **discharge_part(request, found),
    }
    return render(request, "ledger/chain.html", context)


def use_facts(lot: Lot, use: Use) -> list[tuple[str, Any]]:
    """What became of what the lot put on cards."""
    return [
        (_("Loaded onto cards"), pollutant_amount(use.loaded - use.given_back, lot.pollutant)),
        (_("of it discharged"), pollutant_amount(use.discharged, lot.pollutant)),
        (_("of it still on cards"), pollutant_amount(use.on_cards, lot.pollutant)),
    ]


def shown_or_nothing(value: int, asset: Asset) -> Any:
    """An amount; a dash where nothing moved, so that the figures stand out."""
    return amount_of(value, asset) if value else NOTHING


def share_table(request: ActorRequest, shares: list[Share]) -> Table:
    """Per quota period: what came into the lot and where it went."""

    def shown(name: str) -> Any:
        return lambda one: shown_or_nothing(getattr(one, name), one.asset)

    names = {
        "came": _("Came in"),
        "to_cards": _("To cards"),
        "to_lots": _("To other lots"),
        "frozen": _("Frozen"),
        "lapsed": _("Lapsed"),
        "elsewhere": _("Elsewhere"),
        "left": _("Left in the lot"),
    }
    return Table(
        shares,
        [
            Column("period", _("Quota period"), value=lambda one: one.asset.period),
            *(Column(key, word, kind="amount", value=shown(key)) for key, word in names.items()),
        ],
        request=request,
        caption=_("Shares of the quota periods"),
        row_url=lambda one: reverse("account", args=[one.account_id]),
        empty=_("This lot has no share of any quota period."),
        can_export=False,
        name="shares",
    )


def lot_table(request: ActorRequest, ids: dict[int, int] | Iterable[int], *, caption: str) -> Table:
    """Lots within reach with what was discharged under each."""
    depths = ids if isinstance(ids, dict) else {}
    lots = list(
        Lot.objects.for_actor(request.actor)
        .filter(pk__in=list(ids))
        .select_related("enterprise", "region", "pollutant")
        .order_by("pollutant__position", "valid_from", "pk")
    )
    used = used_of(lots)

    def amount(name: str) -> Any:
        return lambda lot: pollutant_amount(getattr(used.get(lot.pk, Use()), name), lot.pollutant)

    depth = [Column("depth", _("Step"), kind="count", value=lambda lot: depths[lot.pk])]
    return Table(
        lots,
        [
            Column("lot_no", _("Lot"), kind="code"),
            *(depth if depths else []),
            Column("holder", _("Holder"), value=holder),
            Column(
                "quantity",
                _("Per year at opening"),
                kind="amount",
                value=lambda lot: pollutant_amount(lot.opened_quantity, lot.pollutant),
            ),
            Column("valid_to", _("To"), kind="date"),
            Column("discharged", _("Discharged"), kind="amount", value=amount("discharged")),
            Column("on_cards", _("Still on cards"), kind="amount", value=amount("on_cards")),
        ],
        request=request,
        caption=caption,
        row_url=lambda lot: reverse("lot_chain", args=[lot.pk]),
        empty=_("Nothing of it went into another lot."),
        page_size=200,
        can_export=False,
        name="lots",
    )


def used_of(lots: list[Lot]) -> dict[int, Use]:
    """What was discharged of each lot, all followed at once."""
    accounts = Account.objects.filter(
        purpose=Purpose.AVAILABLE, reference_type="lot", reference_id__in=[lot.pk for lot in lots]
    )
    assets = set(accounts.values_list("asset_id", flat=True))
    return provenance.uses(provenance.traced({lot.enterprise_id for lot in lots}, assets))


def lots_chain(request: ActorRequest, *, here: Link, lots: Iterable[int]) -> HttpResponse:
    """The page of a paper that gave or paid lots: the way back of each, and its use."""
    ids = set(lots)
    facts = chain.known(request, ids)
    sections = [
        Section(
            f"{facts.lots[pk].pollutant} · {facts.lots[pk].lot_no}",
            strands=[Strand("", chain.lot_knots(facts, pk))],
        )
        for pk in sorted(ids & facts.within)
    ]
    context = {
        "here": here,
        "sections": sections,
        "lots": lot_table(request, ids, caption=_("Lots behind it")),
    }
    return render(request, "ledger/chain.html", context)


__all__ = ["Knot", "document_chain", "lot_chain", "lots_chain"]
