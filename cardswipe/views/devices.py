"""Controllers for the device engineer: register, change, put in use, stop."""

import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.command_tables import commands_table
from cardswipe.device_forms import ControllerFilter, ControllerForm
from cardswipe.frame_tables import latest_frames_table
from cardswipe.models import Alarm, Controller, DeviceSession
from cardswipe.models.devices import ControllerState
from cardswipe.passwords import weakness
from cardswipe.queries import devices
from cardswipe.queries.board import is_silent, silences, silences_below
from cardswipe.refusals import WEAKNESS_NAMES
from parties.access import ActorRequest, allow, door
from parties.forms import ReasonForm, reason_of, seen_of
from parties.queries import timeline
from parties.rules import Act
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table, table_page

TONES = {
    ControllerState.REGISTERED: "waiting",
    ControllerState.IN_USE: "normal",
    ControllerState.STOPPED: "closed",
}
VALVE_TONES = {"OPEN": "normal", "CLOSED": "closed", "UNKNOWN": "unknown"}


def line_status(row: Controller, limits: dict[str, datetime.timedelta]) -> Status:
    """Whether the controller is on line; silence is unknown, not zero."""
    if getattr(row, "is_connected", False):
        return Status("active", _("on line"))
    if row.last_seen_at is None:
        return Status("unknown", _("never heard"))
    if is_silent(row, timezone.now(), limits):
        return Status("unknown", _("off line"))
    return Status("waiting", _("just gone"))


def state_status(row: Controller) -> Status:
    return Status(TONES[ControllerState(row.state)], row.get_state_display())


def valve_status(row: Controller) -> Status:
    return Status(VALVE_TONES[row.valve_state], row.get_valve_state_display())


@allow(Act.SEE_CONTROLLERS)
def controllers(request: ActorRequest) -> HttpResponse:
    """The controllers of the bureau's area, with line, valve and last contact."""
    narrowed = ControllerFilter(request.GET, queryset=devices.controllers(request.actor))
    limits = silences_below(request.actor.region_prefix, timezone.now())
    table = Table(
        narrowed.qs,
        [
            Column("mn", _("MN"), kind="code", sort="mn"),
            Column("outlet.site.enterprise", _("Enterprise"), value=enterprise_of),
            Column("outlet", _("Outlet"), value=lambda row: row.outlet),
            Column("state", _("State"), kind="status", value=state_status, sort="state"),
            Column("line", _("Line"), kind="status", value=partial(line_status, limits=limits)),
            Column("valve", _("Valve"), kind="status", value=valve_status, sort="valve_state"),
            Column("last_seen_at", _("Last contact"), kind="second", sort="last_seen_at"),
        ],
        request=request,
        caption=_("Controllers"),
        row_url=lambda row: reverse("controller", args=[row.pk]),
        empty=_("No controller matches. Clear the filter, or register the first one."),
    )
    context = {"filter": narrowed, "may_manage": request.actor.may(Act.MANAGE_DEVICES)}
    return table_page(request, "cardswipe/controllers.html", table, context)


def enterprise_of(row: Controller) -> str:
    return str(row.outlet.site.enterprise)


def own_controller(request: ActorRequest, controller_id: int) -> Controller:
    return door(devices.controllers(request.actor), pk=controller_id)


@allow(Act.SEE_CONTROLLERS)
def controller(request: ActorRequest, controller_id: int) -> HttpResponse:
    """One controller: what it does now, its registration and history."""
    found = own_controller(request, controller_id)
    context = {
        **now_context(request, found),
        "facts": facts(found),
        "state": state_status(found),
        "events": timeline(found),
        "weakness": weakness_of(request, found),
        "company": devices.controllers_beside(found.outlet_id, own=found.pk),
        "may_manage": request.actor.may(Act.MANAGE_DEVICES),
        "can_start": found.state != ControllerState.IN_USE,
        "can_stop": found.state != ControllerState.STOPPED,
        "reason_form": ReasonForm(),
    }
    return render(request, "cardswipe/controller.html", context)


def weakness_of(request: ActorRequest, found: Controller) -> Any:
    """Why the password of a controller is too easy to guess, for who may change it."""
    if not request.actor.may(Act.MANAGE_DEVICES) or found.state == ControllerState.STOPPED:
        return ""
    return WEAKNESS_NAMES.get(weakness(found.password, found.mn), "")


@allow(Act.SEE_CONTROLLERS)
def controller_now(request: ActorRequest, controller_id: int) -> HttpResponse:
    """The part of the controller's page that lives."""
    context = now_context(request, own_controller(request, controller_id))
    return render(request, "cardswipe/_controller_now.html", context)


def now_context(request: ActorRequest, found: Controller) -> dict[str, Any]:
    """Line, valve, alarms, meters, frames, commands and sessions as they stand."""
    now = timezone.now()
    return {
        "controller": found,
        "topic": f"controller:{found.pk}",
        "now": now,
        "line": line_status(found, silences([found], now)),
        "valve": valve_status(found),
        "alarms": Alarm.objects.open().filter(controller=found).count(),
        "meters": devices.meters(found),
        "frames": latest_frames_table(request, found),
        "commands": commands_table(request, found),
        "sessions": sessions_table(request, found),
        "may_ask": request.actor.may(Act.ASK_DEVICES) and found.state == ControllerState.IN_USE,
    }


def facts(row: Controller) -> list[tuple[str, object]]:
    """The registration in words."""
    ends = row.valid_to or _("open-ended")
    return [
        (_("Enterprise"), row.outlet.site.enterprise),
        (_("Outlet"), row.outlet),
        (_("Device profile"), profile_link(row)),
        (_("Protocol"), f"{row.get_protocol_version_display()} · CRC {row.crc_profile}"),
        (_("Debits by"), row.get_event_source_display()),
        (_("Allowed addresses"), ", ".join(row.allowed_addresses) or _("all")),
        (_("Maker"), f"{row.maker} {row.serial_no}".strip() or "–"),
        (_("Valid"), f"{row.valid_from} – {ends}"),
    ]


def profile_link(row: Controller) -> SafeString:
    """The profile, as a link to its page."""
    url = reverse("device_profile", args=[row.profile_id])
    return format_html('<a href="{}">{}</a>', url, row.profile)


def sessions_table(request: ActorRequest, row: Controller) -> Table:
    """The controller's connections, the newest first."""
    return Table(
        DeviceSession.objects.filter(controller=row),
        [
            Column("opened_at", _("Opened"), kind="second"),
            Column("closed_at", _("Ended"), kind="second"),
            Column("peer", _("Address"), kind="code"),
            Column("get_end_display", _("How it ended")),
        ],
        request=request,
        caption=_("Sessions"),
        empty=_("This controller has not connected yet."),
        page_size=10,
        after="-id",
        name="session",
        can_export=False,
    )


@allow(Act.MANAGE_DEVICES, methods=("GET", "POST"))
def new_controller(request: ActorRequest) -> HttpResponse:
    """Register a controller."""
    form = ControllerForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            made = services.register_controller(
                by=request.actor,
                now=timezone.now(),
                reason=form.cleaned_data["reason"],
                **form.details(),
            )
            messages.success(
                request, _("Controller %(mn)s is registered; put it in use once it answers.")
                % {"mn": made.mn},
            )  # fmt: skip
            return redirect("controller", made.pk)
    context = {"form": form, "cancel_url": reverse("controllers")}
    return render(
        request, "cardswipe/controller_form.html", context, status=422 if form.errors else 200
    )


@allow(Act.MANAGE_DEVICES, methods=("GET", "POST"))
def edit_controller(request: ActorRequest, controller_id: int) -> HttpResponse:
    """Change a controller's registration."""
    found = own_controller(request, controller_id)
    form = ControllerForm(request.POST or None, actor=request.actor, controller=found)
    seen = seen_of(request, found)
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            services.change_controller(
                by=request.actor,
                controller=found,
                seen=seen.cleaned_data["seen"],
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
                **form.details(),
            )
            messages.success(request, _("The registration is changed; it counts at once."))
            return redirect("controller", found.pk)
    context = {
        "form": form,
        "controller": found,
        "seen": seen,
        "cancel_url": reverse("controller", args=[found.pk]),
    }
    return render(
        request, "cardswipe/controller_form.html", context, status=422 if form.errors else 200
    )


@allow(Act.MANAGE_DEVICES, methods=("POST",))
def use_controller(request: ActorRequest, controller_id: int) -> HttpResponse:
    """Let the controller's frames count from now on."""
    found = own_controller(request, controller_id)
    if reason := reason_of(request):
        services.put_in_use(by=request.actor, controller=found, reason=reason, now=timezone.now())
        messages.success(request, _("%(mn)s is in use.") % {"mn": found.mn})
    return redirect("controller", found.pk)


@allow(Act.MANAGE_DEVICES, methods=("POST",))
def stop_controller(request: ActorRequest, controller_id: int) -> HttpResponse:
    """Let the controller's frames count for nothing from now on."""
    found = own_controller(request, controller_id)
    if reason := reason_of(request):
        services.stop_controller(
            by=request.actor, controller=found, reason=reason, now=timezone.now()
        )
        messages.success(request, _("%(mn)s is stopped.") % {"mn": found.mn})
    return redirect("controller", found.pk)
