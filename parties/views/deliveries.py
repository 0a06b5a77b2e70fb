"""How messages leave the house: deliveries with their state, the provider, the templates."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties import services
from parties.access import ActorRequest, allow
from parties.delivery_forms import ProviderForm, TemplateForm
from parties.forms import DatedRowForm
from parties.models import Delivery, Region, SmsProvider, SmsTemplate
from parties.models.deliveries import DeliveryState
from parties.rules import Act
from shell.dated import term_columns
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table, table_page

LANGUAGES = dict(settings.LANGUAGES)
TONES = {
    DeliveryState.WAITING: "waiting",
    DeliveryState.SENT: "normal",
    DeliveryState.GIVEN_UP: "red",
}


def mark_of(row: Delivery) -> Status:
    """The state with its tone."""
    return Status(TONES[DeliveryState(row.state)], row.get_state_display())


@allow(Act.MANAGE_SYSTEM)
def deliveries(request: ActorRequest) -> HttpResponse:
    """What was sent to whom, what waits and what was given up; who takes text messages."""
    prefix = request.actor.region_prefix
    table = Table(
        Delivery.objects.for_actor(request.actor).select_related("notice", "user"),
        [
            Column("notice", _("Message")),
            Column("user", _("To")),
            Column("get_channel_display", _("Channel")),
            Column("masked", _("Address"), kind="code"),
            Column("tries", _("Tries"), kind="count"),
            Column("sent_at", _("Sent at"), kind="moment"),
            Column("answer", _("Answer")),
            Column("state", _("State"), kind="status", value=mark_of),
        ],
        request=request,
        caption=_("Deliveries"),
        empty=_(
            "Nothing has been sent yet. Messages go out by mail and, with a provider, by text"
            " message."
        ),
        after="-id",
        can_export=False,
    )
    context = {
        "providers": row_table(
            request,
            SmsProvider.objects.filter(region__code__startswith=prefix),
            [Column("name", _("Name")), Column("get_kind_display", _("Kind"))],
            (_("Providers of text messages"), "providers"),
        ),
        "templates": row_table(
            request,
            SmsTemplate.objects.filter(region__code__startswith=prefix),
            [
                Column("get_tone_display", _("Urgency")),
                Column("language", _("Language"), value=lambda row: LANGUAGES[row.language]),
                Column("text", _("Words")),
                Column("code", _("Number at the provider"), kind="code"),
            ],
            (_("Templates of text messages"), "templates"),
        ),
    }
    return table_page(request, "parties/deliveries.html", table, context)


def row_table(
    request: ActorRequest, rows: Any, columns: list[Column], words: tuple[str, str]
) -> Table:
    """Dated rows, newest first in each region."""
    return Table(
        rows.select_related("region"),
        [
            *columns,
            Column("region", _("Region")),
            *term_columns(),
        ],
        request=request,
        caption=words[0],
        empty=_("No row yet: nobody gets text messages."),
        name=words[1],
        can_export=False,
    )


@allow(Act.MANAGE_SYSTEM, methods=("GET", "POST"))
def new_provider(request: ActorRequest) -> HttpResponse:
    """Enter who takes text messages."""
    return enter(request, ProviderForm, _("New provider of text messages"))


@allow(Act.MANAGE_SYSTEM, methods=("GET", "POST"))
def new_template(request: ActorRequest) -> HttpResponse:
    """Enter the words of text messages."""
    return enter(request, TemplateForm, _("New template of text messages"))


def enter(request: ActorRequest, form_class: type[DatedRowForm], title: str) -> HttpResponse:
    """Enter a row; the one before it ends on its eve."""
    form = form_class(
        request.POST if request.method == "POST" else None,
        regions=Region.objects.filter(code__startswith=request.actor.region_prefix),
        initial={"region": request.actor.region, "valid_from": timezone.localdate()},
    )
    if form.is_bound and form.is_valid():
        with refusals_to(form):
            services.enter_sms_row(
                by=request.actor, row=form.row(), reason=form.cleaned_data["reason"]
            )
            messages.success(request, _("Entered; the row before it ends on its eve."))
            return redirect("deliveries")
    context = {"form": form, "title": title, "cancel_url": reverse("deliveries")}
    status = 422 if form.errors else 200
    return render(request, "parties/delivery_form.html", context, status=status)
