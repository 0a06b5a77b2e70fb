"""Commands to devices: what may be asked, asking it, and how it went."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.command_forms import CommandForm, field_of
from cardswipe.command_rules import CHANGES, HISTORIES, CommandState, missing_parts
from cardswipe.command_tables import command_status
from cardswipe.hj212.requests import REQUESTS, Kind
from cardswipe.models import CommandAnswer, Controller, DeviceCommand
from cardswipe.models.commands import KIND_NAMES
from cardswipe.services.commands import parts_of
from parties.access import ActorRequest, allow, door
from parties.forms import ReasonForm, reason_of
from parties.models import Membership
from parties.queries import timeline
from parties.rules import Act
from shell.figures import second
from shell.refusals import refusals_to
from shell.tables import Column, Table

from .devices import own_controller


def offered(actor: Membership, box: Controller) -> list[tuple[str, list[tuple[Kind, Any]]]]:
    """The commands this person may give this device, in groups."""
    known = [kind for kind in Kind if is_known(kind, box)]
    groups: tuple[tuple[str, Iterable[Kind]], ...] = (
        (_("Fetch data"), [kind for kind in known if kind in HISTORIES]),
        (_("Ask the device"), [k for k in known if k not in CHANGES and k not in HISTORIES]),
        (_("Set the device"), [kind for kind in known if kind in CHANGES]),
    )
    may_set = actor.may(Act.MANAGE_DEVICES)
    return [
        (title, found)
        for title, kinds in groups
        if (found := [(kind, KIND_NAMES[kind]) for kind in kinds if may_set or kind not in CHANGES])
    ]


def is_known(kind: Kind, box: Controller) -> bool:
    """Whether the device's version, and for vouchers its profile, knows the command."""
    if kind == Kind.PUSH_VOUCHER:
        return bool(box.profile.voucher_cn)
    return box.protocol_version in REQUESTS[kind].versions


def number_of(kind: Kind, box: Controller) -> str:
    """The command number on the wire."""
    return box.profile.voucher_cn if kind == Kind.PUSH_VOUCHER else REQUESTS[kind].cn


@allow(Act.ASK_DEVICES, methods=("GET", "POST"))
def command_new(request: ActorRequest, controller_id: int) -> HttpResponse:
    """Choose a command, fill in what it takes, ask."""
    found = own_controller(request, controller_id)
    groups = offered(request.actor, found)
    asked = request.GET.get("kind", "")
    kind = next((kind for _title, kinds in groups for kind, _name in kinds if kind == asked), None)
    context = {"controller": found, "groups": groups}
    if kind is None:
        return render(request, "cardswipe/command_choose.html", context)
    form = CommandForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            made = services.ask_command(
                by=request.actor,
                controller=found,
                kind=kind,
                params=form.params(),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
                key=form.cleaned_data["once"],
            )
            messages.success(request, _("Asked; the gateway sends it with the next connection."))
            return redirect("command", made.pk)
    context |= {"form": form, "title": KIND_NAMES[kind], "cn": number_of(kind, found)}
    status = 422 if form.errors else 200
    return render(request, "cardswipe/command_form.html", context, status=status)


@allow(Act.SEE_CONTROLLERS)
def command(request: ActorRequest, command_id: int) -> HttpResponse:
    """One command: where it stands, its frames, its history; with ?part=now what lives of it."""
    rows = DeviceCommand.objects.for_actor(request.actor)
    found = door(
        rows.select_related(
            "controller__outlet__site__enterprise", "controller__profile", "asked_by__user"
        ),
        pk=command_id,
    )
    is_waiting = found.state == CommandState.ASKED and request.actor.may(Act.ASK_DEVICES)
    context = {
        "command": found,
        "topic": f"controller:{found.controller_id}",
        "state": command_status(found),
        "facts": facts(found),
        "answers": answers_table(request, found),
        "lacking": missing_parts(parts_of(found)) if found.kind in HISTORIES else [],
        "events": timeline(found),
        "reason_form": ReasonForm() if is_waiting else None,
    }
    is_part = request.GET.get("part") == "now"
    template = "cardswipe/_command_now.html" if is_part else "cardswipe/command.html"
    return render(request, template, context)


def facts(row: DeviceCommand) -> list[tuple[Any, Any]]:
    """The command in words."""
    kind = Kind(row.kind)
    given = [
        (field_of(name, kind).label, shown(row.params[name]))
        for name in REQUESTS[kind].takes
        if name in row.params
    ]
    return [
        (_("Enterprise"), row.controller.outlet.site.enterprise),
        (_("Outlet"), row.controller.outlet),
        (_("Command (CN)"), number_of(kind, row.controller)),
        *given,
        (_("Reason"), _(row.reason) if row.asked_by.role == "system" else row.reason),
        (_("Asked by"), row.asked_by),
        (_("Asked at"), second(row.asked_at)),
        (_("QN"), row.qn or None),
        (_("Sent to the controller"), second(row.sent_at)),
        (_("Times sent"), row.tries),
        (_("Accepted at"), second(row.accepted_at)),
        (_("Ended at"), second(row.ended_at)),
        (_("Outcome"), row.outcome_words or None),
    ]


def shown(value: Any) -> Any:
    """A field's value; moments in the site's time."""
    moment = parse_datetime(value) if isinstance(value, str) and "T" in value else None
    return second(moment) if moment else value


def answers_table(request: ActorRequest, row: DeviceCommand) -> Table:
    """The frames that belong to the command."""
    return Table(
        CommandAnswer.objects.filter(command=row),
        [
            Column("received_at", _("Received"), kind="second"),
            Column("cn", _("Command (CN)"), kind="code"),
            Column("data_time", _("Time of the data"), kind="code", value=moment_of),
            Column("part", _("Part"), value=part_of),
        ],
        request=request,
        caption=_("Frames of this command"),
        row_url=lambda answer: reverse("frame", args=[answer.frame_id]),
        empty=_("The device has not answered yet."),
        after="id",
        name="answer",
        can_export=False,
    )


def moment_of(row: CommandAnswer) -> str:
    text = row.data_time
    if len(text) != 14:
        return text or "–"
    return f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[8:10]}:{text[10:12]}:{text[12:]}"


def part_of(row: CommandAnswer) -> str:
    return f"{row.pno} / {row.pnum}" if row.pnum else "–"


@allow(Act.ASK_DEVICES, methods=("POST",))
def command_withdraw(request: ActorRequest, command_id: int) -> HttpResponse:
    """Take back a command that was not sent yet."""
    found = door(DeviceCommand.objects.for_actor(request.actor), pk=command_id)
    if reason := reason_of(request):
        services.withdraw_command(
            by=request.actor, command=found, reason=reason, now=timezone.now()
        )
        messages.success(request, _("The command is withdrawn."))
    return redirect("command", found.pk)
