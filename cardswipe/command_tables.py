"""The table of commands that the controller's page shows."""

from django.urls import reverse
from django.utils.translation import gettext as _

from cardswipe.command_rules import CommandState
from cardswipe.models import Controller, DeviceCommand
from parties.access import ActorRequest
from shell.tables import Column, Status, Table

TONES = {
    CommandState.ASKED: "waiting",
    CommandState.SENT: "active",
    CommandState.ACCEPTED: "active",
    CommandState.DONE: "normal",
    CommandState.REFUSED: "red",
    CommandState.FAILED: "red",
    CommandState.EXPIRED: "yellow",
    CommandState.WITHDRAWN: "neutral",
}


def command_status(row: DeviceCommand) -> Status:
    return Status(TONES[CommandState(row.state)], row.get_state_display())


def commands_table(request: ActorRequest, controller: Controller) -> Table:
    """What was asked of a controller, the newest first."""
    return Table(
        DeviceCommand.objects.filter(controller=controller).select_related("asked_by__user"),
        [
            Column("asked_at", _("Asked at"), kind="second"),
            Column("get_kind_display", _("Command")),
            Column("asked_by", _("Asked by")),
            Column("state", _("State"), kind="status", value=command_status),
        ],
        request=request,
        caption=_("Commands"),
        row_url=lambda row: reverse("command", args=[row.pk]),
        empty=_("Nothing has been asked of this controller yet."),
        page_size=10,
        after="-id",
        name="command",
        can_export=False,
    )
