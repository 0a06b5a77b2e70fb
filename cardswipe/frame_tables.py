"""Raw frames in tables: when, which command, what became of it and why."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cardswipe.intake import ANSWERED
from cardswipe.models import Controller, RawFrame
from shell.refusals import REGISTER
from shell.tables import Column, Status, Table

LATEST = 6


def verdict_status(row: RawFrame) -> Status:
    """The verdict's number; taken, kept aside or refused."""
    tone = "normal" if row.verdict in ANSWERED else "red"
    return Status(tone, row.verdict)


def verdict_sentence(row: RawFrame) -> str:
    return str(REGISTER[row.verdict].sentence) if row.verdict in REGISTER else row.verdict


def frame_columns() -> list[Column]:
    """What is said of a frame, whoever sent it."""
    return [
        Column("received_at", _("Received"), kind="second"),
        Column("cn", _("Command"), kind="code"),
        Column("verdict", _("Verdict"), kind="status", value=verdict_status),
        Column("sentence", _("Why"), value=verdict_sentence),
        Column("peer", _("Address"), kind="code"),
    ]


def latest_frames_table(request: HttpRequest, controller: Controller) -> Table:
    """The controller's newest frames; the index by MN finds them however many there are."""
    return Table(
        RawFrame.objects.filter(mn=controller.mn, controller=controller).defer("body"),
        frame_columns(),
        request=request,
        caption=_("Latest frames"),
        row_url=lambda row: reverse("frame", args=[row.pk]),
        empty=_("No frame of this controller has arrived yet."),
        page_size=LATEST,
        after="-id",
        name="frame",
        can_export=False,
    )
