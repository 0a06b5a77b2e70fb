"""The trading desk: drafting auctions, two persons, notice, sign-ups, awards."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ledger.documents import Link
from ledger.views import history
from ledger.views.chains import lots_chain
from parties.access import allow, door
from parties.forms import DecisionForm
from parties.models import Approval
from parties.models.approvals import ApprovalState
from parties.refusals import ApprovalNotOpen
from parties.rules import Act
from shell.tables import Table, table_page
from shell.units import is_id
from trading import live, services, stories
from trading.forms import AuctionForm, ReasonForm, default_calendar
from trading.models import Auction
from trading.money import fen_of
from trading.queries.desk import reserve_lots
from trading.queries.papers import lots_of_auction
from trading.rules import AUCTION_STEPS, AuctionState
from trading.tones import tone_of

from .pages import FormPage, data_of, form_page
from .public import auction_columns, facts_of


def desk_auction_of(request: Any, auction_id: int) -> Auction:
    """An auction the bureau of this person answers for."""
    own = Auction.objects.of_desk(request.actor).select_related("region", "pollutant", "lot")
    return door(own, pk=auction_id)


@allow(Act.SEE_TRADING_DESK)
def desk_auctions(request: Any) -> HttpResponse:
    """Every auction of the region, drafts too."""
    table = Table(
        Auction.objects.of_desk(request.actor).select_related("region", "pollutant"),
        auction_columns(),
        request=request,
        caption=_("Auctions of the region"),
        row_url=lambda row: reverse("desk_auction", args=[row.pk]),
        empty=_("No auction yet. Set rights aside for the reserve, then draft a sale."),
    )
    context = {"can_run": request.actor.may(Act.RUN_TRADING)}
    return table_page(request, "trading/desk_auctions.html", table, context)


@allow(Act.SEE_TRADING_DESK)
def desk_auction(request: Any, auction_id: int) -> HttpResponse:
    """One auction with everything the desk does about it."""
    return show(request, desk_auction_of(request, auction_id), DecisionForm())


def show(request: Any, shown: Auction, form: DecisionForm) -> HttpResponse:
    """The page of an auction, with the second person's form if one is asked for."""
    asked = open_approval(shown)
    context = {
        "auction": shown,
        "tone": tone_of(shown.state),
        "facts": [(_("Lot of the reserve"), shown.lot.lot_no), *facts_of(shown)],
        "sign_ups": [
            {"row": row, "tone": tone_of(row.state)}
            for row in shown.sign_ups.select_related("enterprise")
        ],
        "awards": [
            {
                "row": row,
                "tone": tone_of(row.state),
                "is_overdue": row.bill and row.bill.is_overdue(timezone.localdate()),
            }
            for row in shown.awards.select_related("sign_up__enterprise", "bill", "lot")
        ],
        "asked": asked,
        "decision": form,
        "can_stop": asked is None
        and AuctionState.STOPPED in AUCTION_STEPS[AuctionState(shown.state)],
        "can_decide": asked and asked.maker_user_id != request.actor.user_id,
        "can": {act.value: request.actor.may(act) for act in Act},
        "refused_bids": shown.refused_bids.select_related("placed_by__user")[:20],
        "topic": live.auction_topic(shown),
        "events": events_of(shown),
    }
    status = 422 if form.errors else 200
    return render(request, "trading/desk_auction.html", context, status=status)


# The system's own reasons in the history of an auction; people's reasons stay as written.
REASONS = frozenset(
    {
        gettext_noop("terms of the draft"),
        gettext_noop("approved"),
        gettext_noop("announced"),
        gettext_noop("round opened"),
        gettext_noop("round closed"),
        gettext_noop("no sale"),
        gettext_noop("settled"),
        gettext_noop("stop asked for"),
        gettext_noop("not stopped"),
    }
)


def why_of(reason: str) -> str:
    """The reason on record without the role; the system's own words in the reader's language."""
    words = reason.partition(" · ")[0]
    return _(words) if words in REASONS else words


def can_stop(shown: Auction) -> bool:
    """Whether the auction can still be stopped or given up."""
    return AuctionState.STOPPED in AUCTION_STEPS[AuctionState(shown.state)]


def open_approval(shown: Auction) -> Approval | None:
    """The request that waits for a second person, if there is one."""
    return Approval.objects.filter(
        subject_type="auction", subject_id=shown.pk, state=ApprovalState.ASKED
    ).first()


def events_of(shown: Auction) -> list[dict[str, Any]]:
    """What happened to the auction, newest first, from its history."""
    rows = shown.history.select_related("history_user").order_by("-history_date", "-history_id")
    return [
        {
            "at": row.history_date,
            "who": row.history_user or "–",
            "what": row.get_state_display(),
            "why": why_of(row.history_change_reason or ""),
            "tone": tone_of(row.state),
        }
        for row in rows[:30]
    ]


@allow(Act.SEE_TRADING_DESK)
def auction_history(request: Any, auction_id: int) -> HttpResponseBase:
    """All that happened to an auction: steps, sign-ups, awards, deposits, delivery."""
    shown = desk_auction_of(request, auction_id)
    here = Link(shown.auction_no, reverse("desk_auction", args=[shown.pk]))
    return history.show(request, stories.AUCTION, shown, here)


@allow(Act.SEE_TRADING_DESK)
def auction_chain(request: Any, auction_id: int) -> HttpResponse:
    """The lot that was for sale, those delivered out of it, and what was discharged under each."""
    shown = desk_auction_of(request, auction_id)
    here = Link(shown.auction_no, reverse("desk_auction", args=[shown.pk]))
    return lots_chain(request, here=here, lots=lots_of_auction(shown))


@allow(Act.RUN_TRADING, methods=("GET", "POST"))
def auction_new(request: Any) -> HttpResponse:
    """Draft the sale of a lot of the reserve."""
    lots = reserve_lots(request.actor)
    chosen = lots.filter(pk=number_of(request, "lot")).first() or lots.first()
    initial = default_calendar(timezone.localtime(), 7) | {"years": 5}
    if chosen:
        initial |= defaults_of(chosen)

    def act(data: dict[str, Any]) -> str:
        new = services.draft_auction(
            by=request.actor, lot=data["lot"], terms=form.terms(), now=timezone.now()
        )
        return reverse("desk_auction", args=[new.pk])

    form = AuctionForm(data_of(request), lots=lots, initial=initial)
    return form_page(
        request,
        form,
        FormPage(
            title=_("Draft an auction"),
            submit=_("Save the draft"),
            cancel_url=reverse("desk_auctions"),
            template="trading/auction_form.html",
        ),
        context={"has_lots": chosen is not None},
        act=act,
        done=_("Draft saved. A second person of the desk must approve it."),
    )


def number_of(request: Any, name: str) -> int:
    """A whole number of the address, or zero."""
    text = request.GET.get(name, "")
    return int(text) if is_id(text) else 0


def defaults_of(lot: Any) -> dict[str, Any]:
    """What a lot suggests for its sale."""
    return {
        "lot": lot.pk,
        "quantity": lot.quantity_per_year,
        "right_from": lot.valid_from,
        "step": 1000,
    }


@allow(Act.RUN_TRADING, methods=("GET", "POST"))
def auction_edit(request: Any, auction_id: int) -> HttpResponse:
    """Change the terms of a draft."""
    shown = desk_auction_of(request, auction_id)
    initial = {
        "lot": shown.lot_id,
        "quantity": shown.quantity_mg,
        "floor": fen_of(shown.floor_price),
        "step": fen_of(shown.step),
        "last_winner": shown.params.get("last_winner"),
        **{
            name: getattr(shown, name)
            for name in ("right_from", "years", "sign_up_from", "sign_up_to")
        },
        "opens_at": shown.opens_at,
        "closes_at": shown.closes_at,
    }
    lots = reserve_lots(request.actor).filter(pk=shown.lot_id)

    def act(_data: dict[str, Any]) -> str:
        services.revise_auction(by=request.actor, auction=shown, terms=form.terms())
        return reverse("desk_auction", args=[shown.pk])

    form = AuctionForm(data_of(request), lots=lots, initial=initial)
    return form_page(
        request,
        form,
        FormPage(
            title=_("Change the draft"),
            submit=_("Save the draft"),
            cancel_url=reverse("desk_auction", args=[shown.pk]),
            template="trading/auction_form.html",
        ),
        context={"auction": shown, "has_lots": True},
        act=act,
        done=_("Terms changed. An approval asked for before no longer holds."),
    )


def back(request: Any, shown: Auction, said: str) -> HttpResponse:
    """Say what happened and show the auction again."""
    messages.success(request, said)
    return redirect("desk_auction", shown.pk)


@allow(Act.RUN_TRADING, methods=("POST",))
def auction_ask(request: Any, auction_id: int) -> HttpResponse:
    """Ask a second person to approve the draft."""
    shown = desk_auction_of(request, auction_id)
    services.request_auction_approval(by=request.actor, auction=shown, now=timezone.now())
    return back(request, shown, _("Approval asked for. A second person of the desk decides."))


@allow(Act.APPROVE_AUCTION, methods=("POST",))
def auction_decide(request: Any, auction_id: int) -> HttpResponse:
    """Decide, as the second person, what was asked: approval or stop."""
    shown = desk_auction_of(request, auction_id)
    asked = open_approval(shown)
    if asked is None:
        raise ApprovalNotOpen
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return show(request, shown, form)
    decide = services.decide_stop if asked.act == Act.STOP_AUCTION else services.decide_auction
    decide(
        by=request.actor,
        auction=shown,
        approval=asked,
        granted=form.cleaned_data["decision"] == "grant",
        reason=form.cleaned_data["reason"],
        now=timezone.now(),
    )
    return back(request, shown, _("Decision recorded."))


@allow(Act.RUN_TRADING, methods=("POST",))
def auction_announce(request: Any, auction_id: int) -> HttpResponse:
    """Publish the notice."""
    shown = desk_auction_of(request, auction_id)
    services.announce_auction(by=request.actor, auction=shown, now=timezone.now())
    return back(request, shown, _("The notice is public; sign-up follows its calendar."))


@allow(Act.RUN_TRADING, methods=("GET", "POST"))
def auction_stop(request: Any, auction_id: int) -> HttpResponse:
    """Give up a draft, or ask a second person to stop what is already announced."""
    shown = desk_auction_of(request, auction_id)
    is_public = shown.announced_at is not None

    def act(data: dict[str, Any]) -> str:
        if is_public:
            services.ask_stop(
                by=request.actor, auction=shown, reason=data["reason"], now=timezone.now()
            )
        else:
            services.discard_auction(by=request.actor, auction=shown, reason=data["reason"])
        return reverse("desk_auction", args=[shown.pk])

    page = FormPage(
        title=_("Ask to stop the auction") if is_public else _("Give up the draft"),
        submit=_("Ask to stop") if is_public else _("Give up"),
        lead=_("The reason will be public. Deposits of admitted bidders are then owed back.")
        if is_public
        else _("The lot stays in the reserve and can be offered again."),
        cancel_url=reverse("desk_auction", args=[shown.pk]),
        danger=True,
    )
    return form_page(
        request,
        ReasonForm(data_of(request)),
        page,
        act=act,
        done=_("Stop asked for; a second person decides.") if is_public else _("Draft given up."),
    )
