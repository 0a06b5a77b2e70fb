"""Cards: the list, one card with its statement, and the acts of its life."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.forms import BindForm, IssueCardForm, LostForm, ReasonForm, ReplaceForm
from cardswipe.models import Card, Controller
from cardswipe.queries.cards import card_rows, present_accounts
from cardswipe.rules import CardAct, may
from cardswipe.tables import CARD_COLUMNS, ENTERPRISE_COLUMN, card_tone, voucher_table
from parties.access import ActorRequest, allow, door
from parties.models import Enterprise
from parties.rules import Act
from shell.refusals import refusals_to
from shell.tables import Table, table_page

from .statements import statement_part

WRITE = ("GET", "POST")


def reach(request: ActorRequest, card_id: int) -> Card:
    """The card, if this person may reach it."""
    found = Card.objects.for_actor(request.actor).select_related("enterprise__region")
    return door(found, pk=card_id)


class CardTable(Table):
    """Cards with balances, read in two more statements for the page that is shown."""

    @property
    def shown_rows(self) -> list[Any]:  # type: ignore[override]
        now = timezone.now()
        return card_rows(super().shown_rows, timezone.localdate(now), now)

    @property
    def next_after(self) -> str:
        """The cursor is the card's own id."""
        return str(self.window[self.page_size - 1].pk) if len(self.window) > self.page_size else ""


@allow(Act.SEE_CARDS)
def cards(request: ActorRequest) -> HttpResponse:
    """The cards this person may reach, newest first."""
    is_bureau = not request.actor.enterprise_id
    columns = [CARD_COLUMNS[0], ENTERPRISE_COLUMN, *CARD_COLUMNS[1:]] if is_bureau else CARD_COLUMNS
    found = Card.objects.for_actor(request.actor).select_related("enterprise")
    wanted = request.GET.get("q", "").strip()
    if wanted:
        found = found.filter(card_no__startswith=wanted[:20])
    table = CardTable(
        found,
        columns,
        request=request,
        caption=_("Cards"),
        row_url=lambda row: reverse("card", args=[row.pk]),
        empty=_("No card matches.") if wanted else _("No card has been issued yet."),
        after="-id",
        can_export=False,
    )
    may_issue = request.actor.may(Act.MANAGE_CARDS)
    return table_page(
        request, "cardswipe/cards.html", table, {"may_issue": may_issue, "wanted": wanted}
    )


@allow(Act.SEE_CARDS)
def card(request: ActorRequest, card_id: int) -> HttpResponse:
    """One card: what it holds, where it is used, its vouchers and its statement."""
    shown = reach(request, card_id)
    context = {
        "card": shown,
        "tone": card_tone(shown),
        "topic": f"enterprise:{shown.enterprise_id}",
        "bindings": shown.bindings.select_related("controller__outlet"),
        "facts": card_facts(shown),
        "acts": acts_on(request, shown),
        "now": timezone.now(),
        "vouchers": voucher_table(
            request, shown.vouchers.all(), _("Vouchers"), _("The card was never loaded.")
        ),
        **holdings_of(shown),
        **statement_part(request, shown),
    }
    return render(request, "cardswipe/card.html", context)


def card_facts(shown: Card) -> list[tuple[str, Any]]:
    """What stands at the head of a card."""
    facts = [
        (_("Enterprise"), shown.enterprise),
        (_("Chip number"), shown.physical_no),
        (_("Contact at the enterprise"), shown.contact or None),
        (_("Issued at"), f"{timezone.localtime(shown.issued_at):%Y-%m-%d %H:%M}"),
    ]
    if shown.lost_at:
        facts.append((_("Lost at"), f"{timezone.localtime(shown.lost_at):%Y-%m-%d %H:%M}"))
    if shown.replaces_id:
        facts.append((_("Replaces"), shown.replaces))
    return facts


def acts_on(request: ActorRequest, shown: Card) -> dict[str, bool]:
    """Which acts this person may do with the card in its state."""
    needs = {
        CardAct.LOAD: Act.LOAD_CARD,
        CardAct.UNLOAD: Act.LOAD_CARD,
        CardAct.LOSE: Act.LOAD_CARD,
        CardAct.FIND: Act.MANAGE_CARDS,
        CardAct.BIND: Act.MANAGE_CARDS,
        CardAct.UNBIND: Act.MANAGE_CARDS,
        CardAct.REPLACE: Act.MANAGE_CARDS,
        CardAct.CANCEL: Act.MANAGE_CARDS,
    }
    return {
        act.lower(): may(act, shown.state) and request.actor.may(need)
        for act, need in needs.items()
    }


def holdings_of(shown: Card) -> dict[str, Any]:
    """The card's accounts of the present quota period."""
    today = timezone.localdate(timezone.now())
    return {"holdings": list(present_accounts([shown.pk], today))}


@allow(Act.SEE_CARDS)
def card_holdings(request: ActorRequest, card_id: int) -> HttpResponse:
    """The part of the card's page that lives: what the card holds now."""
    shown = reach(request, card_id)
    context = {"card": shown, "topic": f"enterprise:{shown.enterprise_id}", **holdings_of(shown)}
    return render(request, "cardswipe/_holdings.html", context)


def act_page(request: ActorRequest, form: Any, **context: Any) -> HttpResponse:
    """A form of its own page; with errors it comes back as 422."""
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "cardswipe/act.html", {"form": form, **context}, status=status)


@allow(Act.MANAGE_CARDS, methods=WRITE)
def card_issue(request: ActorRequest) -> HttpResponse:
    """Issue a card to an enterprise of the region."""
    own = Enterprise.objects.for_actor(request.actor).filter(state="OPEN").order_by("name")
    form = IssueCardForm(request.POST or None, enterprises=own)
    if request.method == "POST" and form.is_valid():
        given = {k: form.cleaned_data[k] for k in ("enterprise", "physical_no", "contact")}
        with refusals_to(form):
            made = services.issue_card(by=request.actor, now=timezone.now(), **given)
            messages.success(request, _("Card %(card)s is issued.") % {"card": made})
            return redirect("card", made.pk)
    return act_page(
        request, form, title=_("Issue a card"), submit=_("Issue card"), back=reverse("cards")
    )


@allow(Act.MANAGE_CARDS, methods=WRITE)
def card_bind(request: ActorRequest, card_id: int) -> HttpResponse:
    """Bind the card to a controller of its enterprise."""
    shown = reach(request, card_id)
    own = Controller.objects.for_actor(request.actor).filter(
        outlet__site__enterprise_id=shown.enterprise_id
    )
    form = BindForm(request.POST or None, controllers=own.select_related("outlet__site"))
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            services.bind_card(
                by=request.actor,
                card=shown,
                controller=form.cleaned_data["controller"],
                now=timezone.now(),
            )
            messages.success(request, _("The card is bound."))
            return redirect("card", shown.pk)
    return act_page(
        request, form, card=shown, title=_("Bind to a controller"), submit=_("Bind card")
    )


@allow(Act.MANAGE_CARDS, methods=("POST",))
def card_unbind(request: ActorRequest, card_id: int, controller_id: int) -> HttpResponse:
    """End a binding."""
    shown = reach(request, card_id)
    box = door(Controller.objects.for_actor(request.actor), pk=controller_id)
    services.unbind_card(by=request.actor, card=shown, controller=box, now=timezone.now())
    messages.success(request, _("The controller no longer debits this card."))
    return redirect("card", shown.pk)


@allow(Act.LOAD_CARD, methods=WRITE)
def card_lost(request: ActorRequest, card_id: int) -> HttpResponse:
    """Report the card lost; it is blocked at once."""
    shown = reach(request, card_id)
    now = timezone.now()
    first = {"lost_at": timezone.localtime(now).replace(second=0, microsecond=0)}
    form = LostForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        lost_at: datetime.datetime = form.cleaned_data["lost_at"]
        with refusals_to(form):
            services.report_lost(
                by=request.actor,
                card=shown,
                now=now,
                lost_at=lost_at,
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("The card is blocked. Its balance stays untouched."))
            return redirect("card", shown.pk)
    return act_page(
        request,
        form,
        card=shown,
        title=_("Report the card lost"),
        submit=_("Block the card"),
        is_danger=True,
    )


@allow(Act.MANAGE_CARDS, methods=("POST",))
def card_found(request: ActorRequest, card_id: int) -> HttpResponse:
    """Unblock a lost card that turned up again."""
    shown = reach(request, card_id)
    services.report_found(by=request.actor, card=shown, now=timezone.now())
    messages.success(request, _("The card is in use again."))
    return redirect("card", shown.pk)


@allow(Act.MANAGE_CARDS, methods=WRITE)
def card_replace(request: ActorRequest, card_id: int) -> HttpResponse:
    """Give the enterprise a new card that takes over this one's balance."""
    shown = reach(request, card_id)
    form = ReplaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            made = services.replace_card(
                by=request.actor,
                card=shown,
                physical_no=form.cleaned_data["physical_no"],
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
            messages.success(request, _("Card %(card)s takes over.") % {"card": made})
            return redirect("card", made.pk)
    return act_page(
        request, form, card=shown, title=_("Replace the card"), submit=_("Replace card")
    )


@allow(Act.MANAGE_CARDS, methods=WRITE)
def card_cancel(request: ActorRequest, card_id: int) -> HttpResponse:
    """End the card; its balance returns to the lots."""
    shown = reach(request, card_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            services.cancel_card(
                by=request.actor,
                card=shown,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
            messages.success(request, _("The card is cancelled; its balance is back in the lots."))
            return redirect("card", shown.pk)
    return act_page(
        request,
        form,
        card=shown,
        title=_("Cancel the card"),
        submit=_("Cancel card"),
        is_danger=True,
    )
