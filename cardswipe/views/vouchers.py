"""Loading and unloading a card, with the answers checked before they count; the voucher."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe import services, stories
from cardswipe.forms import LoadForm, QuantitiesForm, UnloadForm, on_card
from cardswipe.models import CardBinding, Controller, Voucher
from cardswipe.models.devices import ControllerState
from cardswipe.papers import voucher_pdf
from cardswipe.queries.cards import present_accounts
from cardswipe.queries.loading import loadable, open_periods
from cardswipe.queries.permitted import enterprise_limits
from cardswipe.rules import CardAct, LoadMode, check_card
from cardswipe.tables import voucher_facts
from ledger import receipts
from ledger.documents import Link
from ledger.models import QuotaPeriod
from ledger.rules import DocumentRef
from ledger.views import history
from ledger.views.chains import document_chain
from parties.access import ActorRequest, allow, door
from parties.rules import Act
from shell.refusals import refusals_to

from .asked import chosen_period
from .cards import WRITE, reach


def asked_period(request: ActorRequest, periods: list[QuotaPeriod]) -> QuotaPeriod | None:
    """The quota period that was sent or stands in the address, else the present one."""
    if wanted := request.POST.get("period") or request.GET.get("period", ""):
        return chosen_period(periods, wanted)
    return periods[0] if periods else None


@allow(Act.LOAD_CARD, methods=WRITE)
def card_load(request: ActorRequest, card_id: int) -> HttpResponse:
    """Load the card: quantities, then the answers to check, then the voucher."""
    card = reach(request, card_id)
    check_card(CardAct.LOAD, card.state, card.card_no)
    today = timezone.localdate(timezone.now())
    periods = open_periods(card.enterprise, today)
    period = asked_period(request, periods)
    permits = enterprise_limits(card.enterprise, today)
    if period is None or not permits:
        return render(request, "cardswipe/no_load.html", {"card": card, "has_period": period})
    lines = loadable(card.enterprise, period, permits, today)
    form = LoadForm(request.POST or None, lines=lines, period=period)
    context = {"card": card, "periods": periods, "period": period, "title": _("Load the card")}

    def act(*, is_preview: bool) -> Voucher:
        return services.load_card(
            by=request.actor,
            card=card,
            lines=form.asked,
            period=period,
            mode=LoadMode(form.cleaned_data["mode"]),
            lots=form.cleaned_data.get("lots") or (),
            key=str(form.cleaned_data["once"]),
            now=timezone.now(),
            is_preview=is_preview,
        )

    return two_steps(request, form, act, context)


def two_steps(
    request: ActorRequest,
    form: QuantitiesForm,
    act: Callable[..., Voucher],
    context: dict[str, Any],
) -> HttpResponse:
    """The form; sent once, its answers with before and after; confirmed, the voucher."""
    status = 200
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            is_preview = "confirmed" not in request.POST
            voucher = act(is_preview=is_preview)
            if is_preview:
                shown = {**context, "form": form, "voucher": voucher}
                return render(request, "cardswipe/check.html", shown)
            messages.success(request, _("Voucher %(no)s is booked.") % {"no": voucher})
            return redirect("voucher", voucher.pk)
    if form.errors:
        status = 422
    return render(request, "cardswipe/quantities.html", {**context, "form": form}, status=status)


@allow(Act.LOAD_CARD, methods=WRITE)
def card_unload(request: ActorRequest, card_id: int) -> HttpResponse:
    """Give a card's quantity of this period back to the lots."""
    card = reach(request, card_id)
    check_card(CardAct.UNLOAD, card.state, card.card_no)
    accounts = list(present_accounts([card.pk], timezone.localdate(timezone.now())))
    lines = [on_card(a.pollutant, a.account.balance) for a in accounts]
    if not accounts:
        return render(request, "cardswipe/no_load.html", {"card": card, "is_empty": True})
    form = UnloadForm(request.POST or None, lines=lines)
    period = accounts[0].period

    def act(*, is_preview: bool) -> Voucher:
        return services.unload_card(
            by=request.actor,
            card=card,
            lines=form.asked,
            period=period,
            key=str(form.cleaned_data["once"]),
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
            is_preview=is_preview,
        )

    context = {"card": card, "period": period, "title": _("Return quantity to the lots")}
    return two_steps(request, form, act, context)


def reach_voucher(request: ActorRequest, voucher_id: int) -> Voucher:
    """The voucher, if this person may reach it."""
    found = Voucher.objects.for_actor(request.actor).select_related(
        "card", "enterprise__region", "region", "made_by__user"
    )
    return door(found, pk=voucher_id)


def listeners(shown: Voucher) -> list[Controller]:
    """The controllers in use that debit the card and can be told of a voucher."""
    bound = CardBinding.objects.filter(
        card=shown.card_id,
        valid_to__isnull=True,
        controller__state=ControllerState.IN_USE,
    ).exclude(controller__profile__voucher_cn="")
    return [binding.controller for binding in bound.select_related("controller__outlet")]


@allow(Act.SEE_CARDS)
def voucher(request: ActorRequest, voucher_id: int) -> HttpResponse:
    """One voucher: who loaded what, with before, this time and after."""
    shown = reach_voucher(request, voucher_id)
    lines = shown.lines.select_related("pollutant", "period")
    proof = receipts.facts_of(
        *receipts.last_record(shown), reverse("voucher_receipt", args=[shown.pk])
    )
    context = {"voucher": shown, "lines": lines, "facts": voucher_facts(shown), "proof": proof}
    if request.actor.may(Act.ASK_DEVICES):
        context["listeners"] = listeners(shown)
    return render(request, "cardswipe/voucher.html", context)


@allow(Act.SEE_CARDS)
def voucher_receipt(request: ActorRequest, voucher_id: int) -> HttpResponse:
    """The receipt of the voucher."""
    return receipts.as_file(*receipts.last_record(reach_voucher(request, voucher_id)))


@allow(Act.SEE_CARDS)
def voucher_history(request: ActorRequest, voucher_id: int) -> HttpResponseBase:
    """All that happened to a voucher, with its booking."""
    shown = reach_voucher(request, voucher_id)
    here = Link(shown.voucher_no, reverse("voucher", args=[shown.pk]))
    return history.show(request, stories.VOUCHER, shown, here)


@allow(Act.SEE_LEDGER)
def voucher_chain(request: ActorRequest, voucher_id: int) -> HttpResponse:
    """From which lots the voucher loaded, and what was discharged of it."""
    shown = reach_voucher(request, voucher_id)
    return document_chain(request, DocumentRef("voucher", shown.pk))


@allow(Act.SEE_CARDS)
def voucher_paper(request: ActorRequest, voucher_id: int) -> HttpResponse:
    """The voucher as PDF."""
    shown = reach_voucher(request, voucher_id)
    answer = HttpResponse(voucher_pdf(shown), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{shown.voucher_no}.pdf"'
    return answer
