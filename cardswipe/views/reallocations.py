"""Reallocations: the list, applying, one application with the officer's decision."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.forms import ReasonForm
from cardswipe.models import Card, CardAccount, Reallocation
from cardswipe.plan_forms import CardsForm, MonthsForm
from cardswipe.plans import ReallocationKind, ReallocationState, first_of
from cardswipe.queries.cards import present_accounts
from cardswipe.queries.plans import Plan, plan_of, plans_of
from cardswipe.rules import CardAct, check_card
from cardswipe.tables import amount_of
from parties.access import ActorRequest, allow, door
from parties.queries import timeline
from parties.rules import Act
from shell.figures import NOTHING, second
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table, journal_page

from .asked import asked_period, asked_plan, is_granted, reach_enterprise
from .cards import WRITE, act_page, reach

TONES = {
    ReallocationState.ASKED: "waiting",
    ReallocationState.GRANTED: "normal",
    ReallocationState.REFUSED: "closed",
    ReallocationState.TAKEN_BACK: "neutral",
}


def mark_of(row: Reallocation) -> Status:
    """The state with its tone."""
    return Status(TONES[ReallocationState(row.state)], row.get_state_display())


def ends_of(row: Reallocation) -> tuple[str, str]:
    """From where to where, in words."""
    if row.kind == ReallocationKind.MONTHS:
        source, target = row.months
        return f"{source:%Y-%m}", f"{target:%Y-%m}"
    return row.cards[0].card_no, row.cards[1].card_no


def ends_shown(row: Reallocation) -> Any:
    """From where to where; two months are not broken at the end of a line."""
    words = " → ".join(ends_of(row))
    is_short = row.kind == ReallocationKind.MONTHS
    return format_html('<span class="qty">{}</span>', words) if is_short else words


def reallocation_table(request: HttpRequest, rows: Any, caption: str, name: str = "") -> Table:
    """Applications, newest first; on a page of one enterprise (`name`) it is not said again."""
    owner = [] if name else [Column("enterprise", _("Enterprise"))]
    return Table(
        rows.select_related("enterprise", "pollutant", "from_card", "to_card"),
        [
            Column("reallocation_no", _("Application"), kind="code"),
            *owner,
            Column("get_kind_display", _("Kind")),
            Column("pollutant", _("Pollutant")),
            Column("quantity", _("Quantity"), value=lambda r: amount_of(r.quantity, r.pollutant)),
            Column("ends", _("From – to"), value=ends_shown),
            Column("asked_at", _("Asked at"), kind="moment"),
            Column("state", _("State"), kind="status", value=mark_of),
        ],
        request=request,
        caption=caption,
        row_url=lambda row: reverse("reallocation", args=[row.pk]),
        empty=_(
            "No application yet. An enterprise applies on its monthly plan, or on the page of a"
            " card."
        ),
        after="-id",
        name=name,
        can_export=not name,
    )


@allow(Act.SEE_CARDS)
def reallocations(request: ActorRequest) -> HttpResponseBase:
    """The applications this person may reach, newest first."""
    table = reallocation_table(
        request, Reallocation.objects.for_actor(request.actor), _("Reallocations")
    )
    return journal_page(request, "cardswipe/reallocations.html", table)


@allow(Act.LOAD_CARD, methods=WRITE)
def move_months(request: ActorRequest, enterprise_id: int) -> HttpResponse:
    """Apply to move a month's plan to another month."""
    enterprise = reach_enterprise(request, enterprise_id)
    today = timezone.localdate(timezone.now())
    period = asked_period(request, enterprise, today)
    plan = asked_plan(request, plans_of(enterprise, period)) if period else None
    if plan is None:
        return redirect("month_plan", enterprise.pk)
    form = MonthsForm(
        request.POST or None,
        pollutant=plan.pollutant,
        lines=plan.lines,
        this_month=first_of(today),
    )
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            made = services.ask_to_move_months(
                by=request.actor,
                enterprise=enterprise,
                period=plan.period,
                pollutant=plan.pollutant.code,
                now=timezone.now(),
                **given(form, source="from_month", target="to_month"),
            )
            return thanks(request, made)
    return act_page(
        request,
        form,
        title=_("Apply to move quantity between months"),
        lead=f"{enterprise} · {plan.pollutant} · {plan.period}",
        submit=_("Submit application"),
        back=reverse("month_plan", args=[enterprise.pk]),
    )


def given(form: Any, **names: str) -> dict[str, Any]:
    """What the form gives, under the names the service has for it."""
    found = form.cleaned_data
    return {
        "quantity": found["quantity"],
        "reason": found["reason"],
        "key": str(found["once"]),
        **{name: found[field] for field, name in names.items()},
    }


def thanks(request: ActorRequest, made: Reallocation) -> HttpResponse:
    """To the application, which now waits."""
    messages.success(request, _("Application %(no)s waits for the bureau.") % {"no": made})
    return redirect("reallocation", made.pk)


@allow(Act.LOAD_CARD, methods=WRITE)
def move_cards(request: ActorRequest, card_id: int) -> HttpResponse:
    """Apply to move what lies on this card to another card of the enterprise."""
    card = reach(request, card_id)
    check_card(CardAct.UNLOAD, card.state, card.card_no)
    account = asked_account(request, card)
    if account is None:
        return render(request, "cardswipe/no_load.html", {"card": card, "is_empty": True})
    others = Card.objects.filter(enterprise_id=card.enterprise_id, state__in=("ISSUED", "ACTIVE"))
    form = CardsForm(
        request.POST or None,
        pollutant=account.pollutant,
        held=account.account.balance,
        others=others.exclude(pk=card.pk).prefetch_related("bindings__controller__outlet"),
    )
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            made = services.ask_to_move_cards(
                by=request.actor,
                from_card=card,
                period=account.period,
                pollutant=account.pollutant_id,
                now=timezone.now(),
                **given(form, target="to_card"),
            )
            return thanks(request, made)
    held = amount_of(account.account.balance, account.pollutant)
    return act_page(
        request,
        form,
        card=card,
        title=_("Apply to move %(pollutant)s to another card") % {"pollutant": account.pollutant},
        lead=format_html("{} · {} {}", card.enterprise, _("on the card:"), held),
        submit=_("Submit application"),
    )


def asked_account(request: ActorRequest, card: Card) -> CardAccount | None:
    """The card's account of the pollutant in the address, else the first that holds something."""
    accounts = [
        a
        for a in present_accounts([card.pk], timezone.localdate(timezone.now()))
        if a.account.balance > 0
    ]
    wanted = request.GET.get("pollutant", "")
    found = next((a for a in accounts if a.pollutant_id == wanted), None)
    return found or (accounts[0] if accounts else None)


def reach_reallocation(request: ActorRequest, pk: int) -> Reallocation:
    """The application, if this person may reach it."""
    rows = Reallocation.objects.for_actor(request.actor).select_related(
        "enterprise__region", "pollutant", "period", "from_card", "to_card", "asked_by__user",
        "approval__checker__user", "voucher_out__card", "voucher_in__card",
    )  # fmt: skip
    return door(rows, pk=pk)


@allow(Act.SEE_CARDS, methods=WRITE)
def reallocation(request: ActorRequest, reallocation_id: int) -> HttpResponse:
    """One application: what is moved, how the plan stands, and the decision."""
    shown = reach_reallocation(request, reallocation_id)
    waits = shown.state == ReallocationState.ASKED
    is_own = shown.asked_by.user_id == request.user.pk
    may_decide = waits and request.actor.may(Act.MANAGE_CARDS) and not is_own
    may_act = may_decide or (waits and is_own)
    form = ReasonForm(request.POST if request.method == "POST" and may_act else None)
    if form.is_bound and form.is_valid():
        with refusals_to(form):
            messages.success(request, decide(request, shown, form.cleaned_data["reason"]))
            return redirect("reallocation", shown.pk)
    context = {
        "shown": shown,
        "mark": mark_of(shown),
        "facts": facts_of(shown),
        "plan_lines": plan_lines(shown),
        "form": form,
        "may_decide": may_decide,
        "may_take_back": waits and is_own,
        "events": timeline(shown),
    }
    status = 422 if form.errors else 200
    return render(request, "cardswipe/reallocation.html", context, status=status)


def decide(request: ActorRequest, shown: Reallocation, reason: str) -> str:
    """Decide, or take the own application back; what was done, in words."""
    now = timezone.now()
    if shown.asked_by.user_id == request.user.pk:
        services.take_back_reallocation(by=request.actor, asked=shown, reason=reason, now=now)
        return _("The application is taken back.")
    granted = is_granted(request)
    services.decide_reallocation(
        by=request.actor, asked=shown, granted=granted, reason=reason, now=now
    )
    return _("Granted, and done.") if granted else _("Refused; the enterprise is told why.")


def facts_of(shown: Reallocation) -> list[tuple[str, Any]]:
    """What stands at the head of an application."""
    source, target = ends_of(shown)
    facts: list[tuple[str, Any]] = [
        (_("Application"), shown.reallocation_no),
        (_("Enterprise"), shown.enterprise),
        (_("Kind"), shown.get_kind_display()),
        (_("Pollutant"), f"{shown.pollutant} · {shown.period}"),
        (_("Quantity"), amount_of(shown.quantity, shown.pollutant)),
        (_("Moved from"), source),
        (_("Moved to"), target),
        (_("Reason"), shown.reason),
        (_("Asked by"), shown.asked_by),
        (_("Asked at"), second(shown.asked_at)),
    ]
    if shown.approval.checker:
        facts += [
            (_("Decided by"), shown.approval.checker),
            (_("Decided at"), second(shown.decided_at)),
            (_("Reason of the decision"), shown.approval.reason or NOTHING),
        ]
    for voucher in filter(None, (shown.voucher_out, shown.voucher_in)):
        url = reverse("voucher", args=[voucher.pk])
        words = format_html('<a href="{}">{}</a>', url, voucher)
        facts.append((_("Voucher of card %(card)s") % {"card": voucher.card}, words))
    return facts


def plan_lines(shown: Reallocation) -> list[dict[str, Any]]:
    """How the two months of the plan stand now; nothing for a move between cards."""
    if shown.kind != ReallocationKind.MONTHS:
        return []
    plan: Plan | None = plan_of(shown.enterprise, shown.period, shown.pollutant_id)
    lines = [line for month in shown.months if plan and (line := plan.month(month))]
    return [
        {
            "month": f"{line.month:%Y-%m}",
            "planned": amount_of(line.planned, shown.pollutant),
            "used": amount_of(line.used, shown.pollutant),
            "left": amount_of(line.left, shown.pollutant),
        }
        for line in lines
    ]
