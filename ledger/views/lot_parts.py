"""The parts of a lot's page: its state, what can be done, shares, holds, leases, tree, requests."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ledger import documents, lot_words
from ledger.figures import amount_of, pollutant_amount
from ledger.models import Hold, LedgerRequest, Lot, QuotaPeriod
from ledger.models.lots import LotSource
from ledger.models.requests import LotAct
from ledger.queries.family import Relative, family_of
from ledger.queries.lot_acts import Choice, choices
from ledger.queries.shares import Share, shares_of
from ledger.refusals import NotYourKind
from ledger.rules import DocumentRef
from parties.access import ActorRequest
from shell.figures import NOTHING
from shell.tables import Column, Status, Table

REQUEST_TONES = {
    "ASKED": "waiting",
    "WAITING": "active",
    "DONE": "normal",
    "REFUSED": "closed",
    "BACK": "neutral",
}


def state_of(lot: Lot) -> Status:
    """Where the lot stands, the gravest first; a lot of `lot_states.with_states`."""
    if lot.merged_into_id:
        return Status("neutral", _("merged"))
    if lot.ended_on:
        return Status("neutral", _("ended"))
    if not lot.quantity_per_year:
        return Status("neutral", _("given away"))
    marks = (
        ("is_frozen", "closed", _("frozen by a court or a case")),
        ("is_pledged", "yellow", _("pledged")),
        ("is_held", "waiting", _("held for a deal")),
        ("is_leased_out", "active", _("leased out in part")),
    )
    for name, tone, word in marks:
        if getattr(lot, name):
            return Status(tone, word)
    if lot.source == LotSource.LEASE:
        return Status("active", _("leased"))
    return Status("normal", _("free"))


@dataclass(frozen=True)
class Offer:
    """An act on the page: its words, where it starts, and what it means or why it cannot be."""

    words: Any
    url: str
    note: Any


def act_address(lot: Lot, act: LotAct) -> str:
    """Where the act on the lot is started."""
    return reverse("lot_act", args=[lot.pk, act.value.lower()])


def offers_of(request: ActorRequest, lot: Lot, day: datetime.date) -> dict[str, Any]:
    """What this reader may do with the lot now; what he may not do now and why; and what others
    do."""
    found = choices(lot, request.actor, day)
    not_his = [one for one in found if isinstance(one.refusal, NotYourKind)]
    hindered = [one for one in found if one.refusal and one not in not_his]
    return {
        "offers": [offer(lot, one, meaning(one)) for one in found if not one.refusal],
        "hindered": [offer(lot, one, one.refusal) for one in hindered],
        "not_his": [lot_words.BUTTONS[one.act] for one in not_his],
    }


def offer(lot: Lot, choice: Choice, note: Any) -> Offer:
    return Offer(lot_words.BUTTONS[choice.act], act_address(lot, choice.act), note)


def meaning(choice: Choice) -> str:
    """What the act is, and that a second person decides where one does."""
    words = str(lot_words.MEANINGS[choice.act])
    second = _("A second person decides.")
    return f"{words} {second}" if choice.needs_second else words


def end_of_period(period: QuotaPeriod, lot: Lot) -> str:
    """What becomes of what is left at the period's end, by its own rule."""
    if period.state == "CLOSED":
        return _("closed")
    if not period.has_carry_over or lot.valid_to <= period.end_date:
        return _("lapses after %(day)s") % {"day": period.end_date}
    return _("%(percent)s %% goes on after %(day)s") % {
        "percent": period.carry_over_percent,
        "day": period.end_date,
    }


def share_table(request: ActorRequest, lot: Lot) -> Table:
    """What the lot gives in each quota period, where it is now, and what becomes of the rest."""

    def part(name: str) -> Any:
        return lambda share: amount_of(getattr(share, name) or None, share.asset)

    def end(share: Share) -> str:
        assert share.asset.period, "a lot's account counts a quota period"
        return end_of_period(share.asset.period, lot)

    columns = [
        Column("period", _("Quota period"), value=lambda share: share.asset.period),
        Column("came", _("Came in"), kind="amount", value=part("came")),
        Column("to_cards", _("Loaded on cards"), kind="amount", value=part("to_cards")),
        Column("frozen", _("Pledged or frozen"), kind="amount", value=part("frozen")),
        Column("to_lots", _("Went to other lots"), kind="amount", value=part("to_lots")),
        Column("lapsed", _("Lapsed"), kind="amount", value=part("lapsed")),
        Column("left", _("Free"), kind="amount", value=part("left")),
        Column("end", _("The rest"), value=end),
    ]
    return Table(
        shares_of(lot),
        columns,
        request=request,
        caption=_("Shares of the quota periods"),
        row_url=lambda share: reverse("account", args=[share.account_id]),
        empty=_("This lot has no share of any quota period."),
        can_export=False,
        name="shares",
    )


def carry_over_words(lot: Lot, day: datetime.date) -> list[str]:
    """What happens at the end of the present quota period, by the rule in force; and where there
    is none, that it lapses and who can enter one."""
    period = QuotaPeriod.objects.on(lot.region, day).first()
    if period is None or lot.valid_to < day:
        return []
    words = {"period": period, "day": period.end_date, "percent": period.carry_over_percent}
    if lot.valid_to <= period.end_date:
        return [_("The lot ends with or before quota period %(period)s: nothing goes on.") % words]
    if not period.has_carry_over:
        return [
            _("No carry-over rule is in force for quota period %(period)s: the rest lapses.")
            % words,
            _("If one holds, an officer enters it on the quota period's page before %(day)s.")
            % words,
        ]
    told = _("At the end of quota period %(period)s %(percent)s %% of the rest goes on.") % words
    return [told, period.legal_basis]


def hold_table(request: ActorRequest, lot: Lot) -> Table:
    """What of the lot is held now: for what, how much of which quota period, until when."""
    rows = list(
        Hold.objects.of_lots()
        .filter(account__reference_id=lot.pk)
        .select_related("purpose", "account__asset__period", "account__asset__pollutant")
        .order_by("purpose__rank", "document_id", "account__asset__period__start_date")
    )
    refs = {hold.pk: DocumentRef(hold.document_type, hold.document_id) for hold in rows}
    links = documents.links(refs.values(), request.actor)
    return Table(
        rows,
        [
            Column("purpose", _("Held for")),
            Column("period", _("Quota period"), value=lambda hold: hold.account.asset.period),
            Column(
                "left",
                _("Held"),
                kind="amount",
                value=lambda hold: amount_of(hold.left, hold.account.asset),
            ),
            Column("expires_at", _("Until"), kind="moment"),
            Column("document", _("Document"), value=lambda hold: links[refs[hold.pk]].words),
        ],
        request=request,
        caption=_("Pledged and frozen"),
        row_url=lambda hold: links[refs[hold.pk]].url,
        empty=_("Nothing of this lot is pledged, frozen or held."),
        can_export=False,
        name="holds",
    )


def family_table(request: ActorRequest, lot: Lot) -> Table:
    """The tree; of lots out of the reader's reach quantity and term, of his lessee the name."""
    found = family_of(lot)
    reachable = set(
        Lot.objects.for_actor(request.actor)
        .filter(pk__in=[one.lot.pk for one in found])
        .values_list("pk", flat=True)
    )

    def is_told(one: Relative) -> bool:
        is_lease = one.lot.source == LotSource.LEASE and one.lot.parent_id == lot.pk
        return one.lot.pk in reachable or is_lease

    def whose(one: Relative) -> Any:
        if not is_told(one):
            return _("another holder")
        return one.lot.enterprise or _("government reserve")

    return Table(
        found,
        [
            Column("number", _("Lot"), value=lambda one: branch(one, is_told=is_told(one))),
            Column("kin", _("Relation"), value=kin),
            Column("holder", _("Holder"), value=whose),
            Column(
                "quantity",
                _("Per year"),
                kind="amount",
                value=lambda one: pollutant_amount(one.lot.quantity_per_year, lot.pollutant),
            ),
            Column("term", _("Term"), value=lambda o: f"{o.lot.valid_from} – {o.lot.valid_to}"),
            Column("source", _("Source"), value=lambda one: one.lot.get_source_display()),
        ],
        request=request,
        caption=_("Where it comes from and what became of it"),
        row_url=lambda one: reverse("lot", args=[one.lot.pk]) if one.lot.pk in reachable else "",
        empty=_("This lot was neither split nor merged."),
        page_size=500,
        can_export=False,
        name="family",
    )


def branch(one: Relative, *, is_told: bool) -> str:
    """The lot's number, moved in by its generation."""
    number = one.lot.lot_no if is_told else NOTHING
    return f"{'└ ' * max(one.depth, 0)}{number}"


def kin(one: Relative) -> str:
    """How it is related to the lot looked at."""
    if not one.depth:
        return _("this lot")
    return _("earlier lot") if one.depth < 0 else _("later lot")


def request_table(request: ActorRequest, lot: Lot) -> Table:
    """What was asked for with this lot, as far as this person may see it."""
    return Table(
        LedgerRequest.objects.for_actor(request.actor)
        .filter(lot=lot)
        .select_related("asked_by__user"),
        [
            Column("act", _("What is asked"), value=lambda row: row.get_act_display()),
            Column("asked_at", _("Asked at"), kind="moment"),
            Column("asked_by", _("Asked by"), value=lambda row: row.asked_by.user),
            Column("reason", _("Reason")),
            Column(
                "state",
                _("State"),
                kind="status",
                value=lambda row: Status(REQUEST_TONES[row.state], row.get_state_display()),
            ),
        ],
        request=request,
        caption=_("Acts on this lot"),
        row_url=lambda row: reverse("ledger_request", args=[row.pk]),
        empty=_("Nobody has split, merged, leased, pledged or frozen this lot yet."),
        can_export=False,
        name="acts",
    )
