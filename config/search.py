"""One box finds enterprises, permits, applications, cards, vouchers, bills and whatever else has
a name or a number, within one's reach."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from cardswipe.models import Card, Controller, Voucher
from cardswipe.tables import card_tone
from ledger.models import Lot
from parties.access import ActorRequest
from parties.models import Enterprise, Membership
from parties.rules import Act
from parties.views.enterprises import tone as enterprise_tone
from permits.models import Application, Permit, Registration
from permits.queries.register import name_or_number
from permits.tables import application_tone, permit_tone
from shell.names import fold
from shell.tables import Column, Table, Text
from trading.models import Auction, Bill
from trading.tones import tone_of
from trading.views.bills import bill_tone

LONGEST = 60
VOUCHER_NO = re.compile(r"CZ(?P<region>[0-9]{6})-?(?P<serial>[0-9]{1,9})", re.ASCII)
SHOWN_OF_EACH = 5

Hits = QuerySet[Any]
OLD_NAME_HINT = gettext_lazy("formerly %(name)s")


@dataclass(frozen=True)
class Query:
    """What was typed, and the enterprises within reach that it names."""

    actor: Membership
    text: str

    @property
    def number(self) -> str:
        """The text as the beginning of a number: capitals without spaces."""
        return self.text.upper().replace(" ", "")

    def enterprises(self) -> "QuerySet[Enterprise]":
        """By present or former name, or by how the credit code begins."""
        own = Enterprise.objects.for_actor(self.actor)
        word = fold(self.text)
        named = Q(name__folded__contains=word) | Q(name_en__folded__contains=word)
        former = Enterprise.history.filter(named, id__in=own.values("pk")).values("id")
        return own.filter(named | Q(uscc__startswith=self.number) | Q(pk__in=former))

    def numbered(self, rows: Hits, *fields: str, enterprise: str) -> Hits:
        """Rows whose number begins like the text, or that belong to a named enterprise."""
        found = Q(**{f"{enterprise}__in": self.enterprises().values("pk")})
        for field in fields:
            found |= Q(**{f"{field}__startswith": self.number})
        return rows.filter(found)


@dataclass(frozen=True)
class Kind:
    """One kind of thing that can be found: who may, how, and what a line shows."""

    key: str
    label: Text
    need: Act | None
    find: Callable[[Query], Hits]
    columns: Sequence[Column]
    url_name: str


def enterprises(query: Query) -> Hits:
    return query.enterprises().select_related("region").order_by("name")


def permits(query: Query) -> Hits:
    rows = Permit.objects.for_actor(query.actor).select_related("site__enterprise", "site__region")
    named = Q(site__enterprise__in=query.enterprises().values("pk"))
    return rows.filter(name_or_number(query.text) | named).order_by("permit_no")


def cards(query: Query) -> Hits:
    rows = Card.objects.for_actor(query.actor).select_related("enterprise")
    return query.numbered(rows, "card_no", "physical_no", enterprise="enterprise").order_by("-id")


def controllers(query: Query) -> Hits:
    rows = Controller.objects.for_actor(query.actor).select_related("outlet__site__enterprise")
    place = "outlet__site__enterprise"
    return query.numbered(rows, "mn", "serial_no", enterprise=place).order_by("mn")


def auctions(query: Query) -> Hits:
    rows = Auction.objects.for_actor(query.actor).select_related("region", "pollutant")
    named = Q(pollutant__name_zh__contains=query.text) | Q(pollutant__pk=query.number)
    return rows.filter(named | Q(auction_no__startswith=query.number)).order_by("-opens_at")


def lots(query: Query) -> Hits:
    rows = Lot.objects.for_actor(query.actor).select_related("enterprise", "pollutant", "region")
    return query.numbered(rows, "lot_no", enterprise="enterprise").order_by("-id")


def applications(query: Query) -> Hits:
    rows = Application.objects.for_actor(query.actor).select_related("site__enterprise")
    place = "site__enterprise"
    return query.numbered(rows, "application_no", enterprise=place).order_by("-id")


def registrations(query: Query) -> Hits:
    rows = Registration.objects.for_actor(query.actor).select_related("site__enterprise")
    place = "site__enterprise"
    return query.numbered(rows, "registration_no", enterprise=place).order_by("-id")


def bills(query: Query) -> Hits:
    rows = Bill.objects.for_actor(query.actor).select_related("enterprise")
    return query.numbered(rows, "bill_no", enterprise="enterprise").order_by("-id")


def vouchers(query: Query) -> Hits:
    """By the number on paper, which is made of region and serial, or by name."""
    rows = Voucher.objects.for_actor(query.actor).select_related("enterprise", "card", "region")
    found = Q(enterprise__in=query.enterprises().values("pk"))
    if number := VOUCHER_NO.fullmatch(query.number):
        found |= Q(region_id=number["region"], serial=int(number["serial"]))
    return rows.filter(found).order_by("-id")


def name_and_former(row: Enterprise) -> str:
    """The name, and beside it the one before, by which people still search."""
    names = list(row.history.order_by("-history_id").values_list("name", flat=True))
    former = next((name for name in names if name != row.name), "")
    return f"{row} ({OLD_NAME_HINT % {'name': former}})" if former else str(row)


KINDS = (
    Kind(
        "enterprises",
        gettext_lazy("Enterprises"),
        Act.SEE_REGISTERS,
        enterprises,
        [
            Column("name", gettext_lazy("Enterprise"), value=name_and_former),
            Column("uscc", gettext_lazy("Credit code"), kind="code"),
            Column("region", gettext_lazy("County or district")),
            Column("get_state_display", gettext_lazy("State"), kind="status", tone=enterprise_tone),
        ],
        "enterprise",
    ),
    Kind(
        "permits",
        gettext_lazy("Permits"),
        Act.SEE_PERMITS,
        permits,
        [
            Column("permit_no", gettext_lazy("Permit number"), kind="code"),
            Column("holder", gettext_lazy("Discharging unit")),
            Column("valid_to", gettext_lazy("valid to"), kind="date"),
            Column("get_state_display", gettext_lazy("State"), kind="status", tone=permit_tone),
        ],
        "permit",
    ),
    Kind(
        "applications",
        gettext_lazy("Applications"),
        Act.SEE_PERMITS,
        applications,
        [
            Column("application_no", gettext_lazy("Application number"), kind="code"),
            Column("site.enterprise", gettext_lazy("Enterprise")),
            Column("get_kind_display", gettext_lazy("Kind")),
            Column(
                "get_state_display", gettext_lazy("State"), kind="status", tone=application_tone
            ),
        ],
        "application",
    ),
    Kind(
        "registrations",
        gettext_lazy("Registrations"),
        Act.SEE_PERMITS,
        registrations,
        [
            Column("registration_no", gettext_lazy("Registration number"), kind="code"),
            Column("site.enterprise", gettext_lazy("Enterprise")),
            Column("site", gettext_lazy("Site")),
            Column("valid_to", gettext_lazy("valid to"), kind="date"),
        ],
        "registration",
    ),
    Kind(
        "cards",
        gettext_lazy("Cards"),
        Act.SEE_CARDS,
        cards,
        [
            Column("card_no", gettext_lazy("Card"), kind="code"),
            Column("enterprise", gettext_lazy("Enterprise")),
            Column("physical_no", gettext_lazy("Chip number"), kind="code"),
            Column("get_state_display", gettext_lazy("State"), kind="status", tone=card_tone),
        ],
        "card",
    ),
    Kind(
        "vouchers",
        gettext_lazy("Vouchers"),
        Act.SEE_CARDS,
        vouchers,
        [
            Column("voucher_no", gettext_lazy("Voucher"), kind="code"),
            Column("enterprise", gettext_lazy("Enterprise")),
            Column("card", gettext_lazy("Card"), kind="code"),
            Column("get_kind_display", gettext_lazy("Kind")),
        ],
        "voucher",
    ),
    Kind(
        "bills",
        gettext_lazy("Bills"),
        Act.SEE_TRADING,
        bills,
        [
            Column("bill_no", gettext_lazy("Bill number"), kind="code"),
            Column("enterprise", gettext_lazy("Enterprise")),
            Column("due_date", gettext_lazy("to be paid by"), kind="date"),
            Column("get_state_display", gettext_lazy("State"), kind="status", tone=bill_tone),
        ],
        "bill",
    ),
    Kind(
        "controllers",
        gettext_lazy("Controllers"),
        Act.SEE_CONTROLLERS,
        controllers,
        [
            Column("mn", gettext_lazy("MN"), kind="code"),
            Column("outlet.site.enterprise", gettext_lazy("Enterprise")),
            Column("outlet", gettext_lazy("Outlet")),
            Column("last_seen_at", gettext_lazy("Last contact"), kind="moment"),
        ],
        "controller",
    ),
    Kind(
        "auctions",
        gettext_lazy("Auctions"),
        Act.SEE_TRADING,
        auctions,
        [
            Column("auction_no", gettext_lazy("Auction number"), kind="code"),
            Column("pollutant", gettext_lazy("Pollutant")),
            Column("quantity_mg", gettext_lazy("Quantity per year"), kind="t"),
            Column(
                "get_state_display",
                gettext_lazy("State"),
                kind="status",
                tone=lambda row: tone_of(row.state),
            ),
        ],
        "auction",
    ),
    Kind(
        "lots",
        gettext_lazy("Lots of rights"),
        Act.SEE_LEDGER,
        lots,
        [
            Column("lot_no", gettext_lazy("Lot"), kind="code"),
            Column("enterprise", gettext_lazy("Holder")),
            Column("pollutant", gettext_lazy("Pollutant")),
            Column("valid_to", gettext_lazy("valid to"), kind="date"),
        ],
        "lot",
    ),
)


def kinds_for(actor: Membership) -> list[Kind]:
    """The kinds this person may look into."""
    return [kind for kind in KINDS if kind.need is None or actor.may(kind.need)]


def table_of(request: ActorRequest, kind: Kind, rows: Any, name: str = "") -> Table:
    return Table(
        rows,
        kind.columns,
        request=request,
        caption=kind.label,
        row_url=lambda row: reverse(kind.url_name, args=[row.pk]),
        name=name,
        can_export=False,
    )


def results(request: ActorRequest) -> dict[str, Any]:
    """Either the first hits of every kind with how many there are, or all of one kind by page."""
    actor, text = request.actor, request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    context: dict[str, Any] = {"text": text, "groups": [], "searchable": []}
    if actor is None:
        return context
    kinds = kinds_for(actor)
    context["searchable"] = [kind.label for kind in kinds]
    chosen = next((kind for kind in kinds if kind.key == request.GET.get("kind")), None)
    if not text:
        return context
    query = Query(actor, text)
    if chosen:
        return context | {"chosen": chosen, "table": table_of(request, chosen, chosen.find(query))}
    for kind in kinds:
        rows = kind.find(query)
        if count := rows.count():
            shown = table_of(request, kind, list(rows[:SHOWN_OF_EACH]), kind.key)
            context["groups"].append((kind, count, shown, count > SHOWN_OF_EACH))
    return context
