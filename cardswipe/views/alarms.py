"""Alarms: the list, one alarm, and what was done about it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.forms import HandlingForm
from cardswipe.models import Alarm, Controller
from cardswipe.rules import AlarmState
from cardswipe.tables import ALARM_COLUMNS, alarm_tone, order_tone
from cardswipe.ways import ways_of
from parties.access import ActorRequest, allow, door
from parties.rules import Act
from shell.figures import second
from shell.refusals import refusals_to
from shell.tables import Table, journal_page
from shell.units import is_id


@allow(Act.SEE_ALARMS)
def alarms(request: ActorRequest) -> HttpResponseBase:
    """The alarms this person may reach: open ones, or with ?state=all every one; with
    ?controller=… those of one controller."""
    found = Alarm.objects.for_actor(request.actor)
    is_all = request.GET.get("state") == "all"
    chosen = request.GET.get("controller", "")
    box = Controller.objects.for_actor(request.actor).filter(pk=chosen) if is_id(chosen) else None
    if box is not None:
        found = found.filter(controller__in=box)
    if not is_all:
        found = found.open()
    columns = ALARM_COLUMNS
    if request.actor.enterprise_id:
        columns = [column for column in columns if column.name != "enterprise"]
    table = Table(
        found.select_related("pollutant", "controller__outlet", "enterprise"),
        columns,
        request=request,
        caption=_("Alarms"),
        row_url=lambda row: reverse("alarm", args=[row.pk]),
        empty=_("No alarm.") if is_all else _("No open alarm. Nothing needs you here."),
        row_tone=lambda row: alarm_tone(row) if row.state == AlarmState.OPEN else "",
        after="-id",
    )
    context = {"is_all": is_all, "box": box.first() if box is not None else None}
    return journal_page(request, "cardswipe/alarms.html", table, context)


@allow(Act.SEE_ALARMS)
def alarm(request: ActorRequest, alarm_id: int) -> HttpResponse:
    """One alarm."""
    return alarm_page(request, alarm_id, HandlingForm())


@allow(Act.HANDLE_ALARMS, methods=("POST",))
def alarm_handle(request: ActorRequest, alarm_id: int) -> HttpResponse:
    """Note what was found and done."""
    shown = door(Alarm.objects.for_actor(request.actor), pk=alarm_id)
    form = HandlingForm(request.POST)
    if form.is_valid():
        with refusals_to(form):
            services.handle_alarm(
                by=request.actor,
                alarm=shown,
                handling=form.cleaned_data["handling"],
                now=timezone.now(),
            )
            messages.success(request, _("The alarm is handled."))
            return redirect("alarm", shown.pk)
    return alarm_page(request, alarm_id, form)


def alarm_page(request: ActorRequest, alarm_id: int, form: HandlingForm) -> HttpResponse:
    """The page of an alarm with its form, 422 when the form has errors."""
    found = Alarm.objects.for_actor(request.actor).select_related(
        "pollutant", "period", "controller__outlet", "card", "enterprise", "handled_by__user"
    )
    shown = door(found, pk=alarm_id)
    facts: list[tuple[str, Any]] = [
        (_("Enterprise"), shown.enterprise),
        (_("Outlet"), shown.controller.outlet if shown.controller else None),
        (_("Card"), shown.card),
        (_("Quota period"), shown.period),
        (_("First seen"), second(shown.opened_at)),
        (_("Last seen"), second(shown.last_at)),
        (_("Times"), shown.times),
    ]
    if shown.handled_by:
        facts += [
            (_("Handled by"), shown.handled_by),
            (_("Handled at"), second(shown.handled_at)),
            (_("What was done"), shown.handling),
        ]
    orders = [(order, order_tone(order)) for order in shown.valve_orders.all()]
    context = {
        "alarm": shown,
        "tone": alarm_tone(shown),
        "ways": ways_of(shown, request.actor),
        "facts": facts,
        "form": form,
        "orders": orders,
        "may_see_orders": request.actor.may(Act.SEE_CONTROLLERS),
        "may_handle": shown.state == AlarmState.OPEN and request.actor.may(Act.HANDLE_ALARMS),
    }
    status = 422 if form.errors else 200
    return render(request, "cardswipe/alarm.html", context, status=status)
