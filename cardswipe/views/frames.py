"""Raw frames: what arrived, byte for byte, and what became of it."""

from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe.device_forms import FrameFilter
from cardswipe.frame_tables import frame_columns, verdict_sentence, verdict_status
from cardswipe.models import RawFrame, StrangerHour
from cardswipe.queries import devices
from cardswipe.services.strangers import ALL
from cardswipe.verdicts import told
from parties.access import ActorRequest, allow, door
from parties.rules import Act
from shell.refusals import REGISTER
from shell.tables import Column, Table, journal_page, table_page


@allow(Act.SEE_CONTROLLERS)
def frames(request: ActorRequest) -> HttpResponseBase:
    """The frames that arrived, the newest first; never counted, for they never end."""
    narrowed = FrameFilter(request.GET, queryset=devices.frames(request.actor))
    received, *others = frame_columns()
    table = Table(
        narrowed.qs,
        [received, Column("mn", _("MN"), kind="code"), *others],
        request=request,
        caption=_("Raw frames"),
        row_url=lambda row: reverse("frame", args=[row.pk]),
        empty=_("No frame matches. Clear the filter, or wait for a controller to connect."),
        after="-id",
        can_export=False,
    )
    context = {"filter": narrowed, "lately": devices.strangers_lately(timezone.now())}
    return journal_page(request, "cardswipe/frames.html", table, context)


@allow(Act.SEE_CONTROLLERS)
def strangers(request: ActorRequest) -> HttpResponseBase:
    """What came from senders that are no controller: by hour and address, kept or counted only."""
    table = Table(
        StrangerHour.objects.exclude(address=ALL),
        [
            Column("hour", _("Hour"), kind="moment"),
            Column("address", _("Address"), kind="code"),
            Column("frames", _("Arrived"), kind="count", sort="frames"),
            Column("kept", _("Kept"), kind="count"),
            Column("dropped", _("Only counted"), kind="count"),
            Column("last_mn", _("Last MN"), kind="code"),
            Column("last_verdict", _("Verdict"), kind="code"),
            Column("last_at", _("Last seen"), kind="second", sort="last_at"),
        ],
        request=request,
        caption=_("Unknown senders"),
        row_url=lambda row: f"{reverse('frames')}?mn={quote(row.last_mn)}",
        empty=_("Nobody but registered controllers has sent anything."),
    )
    return table_page(request, "cardswipe/strangers.html", table)


def as_text(body: bytes) -> str:
    """The bytes as text, with line ends and impossible bytes made visible."""
    text = body.decode("utf-8", "backslashreplace")
    return text.replace("\r", "<CR>").replace("\n", "<LF>")


@allow(Act.SEE_CONTROLLERS)
def frame(request: ActorRequest, frame_id: int) -> HttpResponse:
    """One frame: its bytes, its fields, its verdict and what to do."""
    found = door(RawFrame.objects.for_actor(request.actor), pk=frame_id)
    body = bytes(found.body)
    if not request.actor.may(Act.MANAGE_DEVICES):
        body = devices.without_password(body)
    refusal, shown = REGISTER.get(found.verdict), devices.laid_out(body)
    names = devices.factor_names(code for code, _figures in shown.items) if shown else {}
    context = {
        "frame": found,
        "facts": [
            (_("Received"), timezone.localtime(found.received_at).isoformat(" ", "milliseconds")),
            (_("Address"), found.peer),
            (_("Session"), found.session_id or "–"),
            (_("MN"), found.mn or "–"),
            (_("Command"), found.cn or "–"),
            (_("Length"), _("%(count)s bytes") % {"count": len(body)}),
        ],
        "verdict": verdict_status(found),
        "sentence": verdict_sentence(found),
        "advice": refusal.advice if refusal else "",
        "note": told(found.note),
        "text": body.decode("utf-8", "backslashreplace")
        .replace("\r", "<CR>")
        .replace("\n", "<LF>"),
        "hexadecimal": body.hex(" "),
        "shown": shown,
        "figures": [(code, names.get(code, ""), sent) for code, sent in shown.items]
        if shown
        else [],
    }
    return render(request, "cardswipe/frame.html", context)
