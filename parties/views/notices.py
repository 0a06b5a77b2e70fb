"""The messages of a place: what it was told, newest first."""

from collections import Counter
from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties import services
from parties.access import SIGNED_IN, ActorRequest, allow, door, may_open
from parties.models import Notice
from parties.models.deliveries import DeliveryState
from shell.tables import Column, Status, Table, table_page


def state_of(notice: Any) -> Status:
    """Urgent, or read by this person."""
    if notice.seen_at:
        return Status("neutral", _("read"))
    return Status(notice.tone, notice.get_tone_display())


def delivered(notice: Notice) -> str:
    """By which channels it went out, and to how many people so far."""
    found = Counter((one.get_channel_display(), one.state) for one in notice.deliveries.all())
    words = {
        DeliveryState.SENT: _("%(channel)s sent: %(count)s"),
        DeliveryState.WAITING: _("%(channel)s waiting: %(count)s"),
        DeliveryState.GIVEN_UP: _("%(channel)s failed: %(count)s"),
    }
    return " · ".join(
        words[DeliveryState(state)] % {"channel": channel, "count": count}
        for (channel, state), count in sorted(found.items())
    )


def readers(notice: Notice) -> str:
    """Who has opened it so far."""
    return "、".join(str(reading.user) for reading in notice.readings.all())


COLUMNS = [
    Column("created_at", gettext_lazy("Given at"), kind="moment"),
    Column("state", gettext_lazy("State"), kind="status", value=state_of),
    Column("__str__", gettext_lazy("Message")),
    Column("delivered", gettext_lazy("Delivery"), value=delivered),
    Column("readings", gettext_lazy("Read by"), value=readers),
]


def row_url(notice: Any) -> str:
    """Opening a message notes the reader and goes to what it is about."""
    return reverse("message", args=[notice.pk])


@allow(SIGNED_IN)
def messages(request: ActorRequest) -> HttpResponse:
    """What the person, his enterprise or his bureau was told."""
    table = Table(
        Notice.objects.to_place_of(request.actor)
        .with_own_reading(request.actor)
        .prefetch_related("deliveries", "readings__user"),
        COLUMNS,
        request=request,
        caption=_("Messages"),
        row_url=row_url,
        row_tone=lambda row: "" if row.seen_at else row.tone,
        empty=_("Nothing has been said to you yet. Warnings and decisions will appear here."),
        after="-id",
        can_export=False,
    )
    return table_page(request, "parties/messages.html", table)


@allow(SIGNED_IN)
def message(request: ActorRequest, notice_id: int) -> HttpResponse:
    """Note that the message was read and go to the page it is about."""
    notice = door(Notice.objects.for_actor(request.actor), pk=notice_id)
    services.open_notice(by=request.actor, notice=notice, now=timezone.now())
    is_ours = url_has_allowed_host_and_scheme(notice.link, allowed_hosts=None)
    if is_ours and may_open(notice.link, request.actor):
        return redirect(notice.link)
    # The place was told; what it is about is a colleague's page in another role.
    flash.info(request, str(notice))
    return redirect("messages")
