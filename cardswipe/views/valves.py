"""Valve orders: the list, one order, asking for one, and the second person's decision."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.forms import ReasonForm, ValveForm
from cardswipe.models import Controller, ValveOrder
from cardswipe.rules import OrderCause, OrderState, ValveAction
from cardswipe.tables import ORDER_COLUMNS, controller_link, order_tone
from parties.access import ActorRequest, allow, door
from parties.models import Membership
from parties.rules import Act
from shell.figures import second
from shell.refusals import refusals_to
from shell.tables import Table, journal_page

from .asked import is_granted
from .cards import WRITE, act_page


@allow(Act.SEE_CONTROLLERS)
def valve_orders(request: ActorRequest) -> HttpResponseBase:
    """The valve orders of the region, newest first."""
    table = Table(
        ValveOrder.objects.for_actor(request.actor).select_related(
            "controller__outlet__site__enterprise"
        ),
        ORDER_COLUMNS,
        request=request,
        caption=_("Valve orders"),
        row_url=lambda row: reverse("valve_order", args=[row.pk]),
        empty=_("No valve has been ordered to move. Orders arise by rule, or by two persons."),
        after="-id",
    )
    return journal_page(request, "cardswipe/valve_orders.html", table)


@allow(Act.SEE_CONTROLLERS)
def valve_order(request: ActorRequest, order_id: int) -> HttpResponse:
    """One order on its way to the moved valve; with ?part=now what lives of the page."""
    return order_page(request, order_id, ReasonForm())


@allow(Act.ORDER_VALVE, methods=("POST",))
def valve_order_decide(request: ActorRequest, order_id: int) -> HttpResponse:
    """The second person lets the valve move, or refuses."""
    shown = door(ValveOrder.objects.for_actor(request.actor), pk=order_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_to(form):
            granted = is_granted(request)
            services.decide_valve_order(
                by=request.actor,
                order=shown,
                granted=granted,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
            said = _("The order goes to the controller.") if granted else _("Refused.")
            messages.success(request, said)
            return redirect("valve_order", shown.pk)
    return order_page(request, order_id, form)


@allow(Act.ORDER_VALVE, methods=WRITE)
def valve_ask(request: ActorRequest, controller_id: int) -> HttpResponse:
    """Ask a second person to let a valve be moved."""
    found = Controller.objects.for_actor(request.actor).select_related("outlet__site__enterprise")
    box = door(found, pk=controller_id)
    form = ValveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            order = services.ask_valve_order(
                by=request.actor,
                controller=box,
                action=ValveAction(form.cleaned_data["action"]),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
            messages.success(request, _("A second person must now decide."))
            return redirect("valve_order", order.pk)
    return act_page(
        request,
        form,
        title=_("Order the valve of %(outlet)s") % {"outlet": box.outlet},
        lead=f"{box.outlet.site.enterprise} · {box.mn}",
        submit=_("Ask the second person"),
        back=reverse("controller", args=[box.pk]),
    )


def facts_of(shown: ValveOrder, actor: Membership) -> list[tuple[str, Any]]:
    """What the order is about, and when it took each step."""
    times = (
        (_("Asked at"), shown.asked_at),
        (_("Released at"), shown.requested_at),
        (_("Sent to the controller"), shown.sent_at),
        (_("Accepted by the controller"), shown.accepted_at),
        (_("Ended at"), shown.ended_at),
    )
    return [
        (_("Enterprise"), shown.controller.outlet.site.enterprise),
        (_("Outlet"), shown.controller.outlet),
        (_("Controller (MN)"), controller_link(shown.controller, actor)),
        (_("Cause"), shown.get_cause_display()),
        (_("Reason"), _(shown.reason) if shown.cause == OrderCause.RULE else shown.reason),
        (_("Asked by"), shown.asked_by),
        (_("Second person"), shown.approval.checker if shown.approval else None),
        *((label, second(moment)) for label, moment in times),
        (_("Outcome"), shown.outcome or None),
    ]


def order_page(request: ActorRequest, order_id: int, form: ReasonForm) -> HttpResponse:
    """The page of an order with the decision form, 422 when it has errors."""
    found = ValveOrder.objects.for_actor(request.actor).select_related(
        "controller__outlet__site__enterprise", "asked_by__user", "approval__checker__user", "alarm"
    )
    shown = door(found, pk=order_id)
    waits = shown.state == OrderState.ASKED and request.actor.may(Act.ORDER_VALVE)
    context = {
        "order": shown,
        "topic": f"controller:{shown.controller_id}",
        "tone": order_tone(shown),
        "facts": facts_of(shown, request.actor),
        "form": form,
        "may_decide": waits and shown.asked_by.user_id != request.user.pk,
        "is_own": waits and shown.asked_by.user_id == request.user.pk,
    }
    is_part = request.GET.get("part") == "now"
    template = "cardswipe/_valve_order_now.html" if is_part else "cardswipe/valve_order.html"
    return render(request, template, context, status=422 if form.errors else 200)
