"""Readings of a controller: charts, a table beside them, and files of any length."""

import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe import reading_files
from cardswipe.models import Controller, DischargeEvent
from cardswipe.queries.limits import limits_in_force
from cardswipe.queries.readings import Scale, Window, window_until
from cardswipe.reading_charts import reading_charts, reading_table
from cardswipe.readings_forms import SCALE_NAMES, ReadingsFileForm, ReadingsForm
from parties.access import ActorRequest, allow, door
from parties.rules import Act
from shell.figures import day
from shell.streams import Leaf, csv_bytes, streamed, xlsx_bytes


def readable_controller(request: ActorRequest, controller_id: int) -> Controller:
    """The controller, if this person may read its figures."""
    found = Controller.objects.for_actor(request.actor)
    return door(
        found.select_related("outlet__site__enterprise", "outlet__site__region"), pk=controller_id
    )


@allow(Act.SEE_READINGS)
def controller_readings(request: ActorRequest, controller_id: int) -> HttpResponse:
    """Charts of the factors in one window, and the same figures as a table."""
    found = readable_controller(request, controller_id)
    scale, until = ReadingsForm(request.GET).chosen()
    now = timezone.now()
    window = window_until(found, scale, until, now)
    limits = limits_in_force([found.outlet_id], timezone.localdate(window.end))
    context = {
        "controller": found,
        "window": window,
        "last_day": window.end - datetime.timedelta(seconds=1),
        "charts": reading_charts(window, limits.get(found.outlet_id, [])),
        "table": reading_table(request, window),
        "scales": [(one, name, one == scale) for one, name in SCALE_NAMES.items()],
        "earlier": address(scale, window.start),
        "later": address(scale, window.end + window.measure.span) if window.end < now else "",
        "file_form": file_form(window),
        "estimates": estimated_in(window) if request.actor.may(Act.SEE_CARDS) else [],
        "siblings": found.outlet.controllers.exclude(pk=found.pk),
    }
    return render(request, "cardswipe/readings.html", context)


def estimated_in(window: Window) -> list[DischargeEvent]:
    """The events of the window whose figures are estimates, oldest first; the first hundred."""
    rows = DischargeEvent.objects.filter(
        controller=window.controller,
        is_estimate=True,
        started_at__gte=window.start,
        started_at__lt=window.end,
    )
    return list(rows.order_by("started_at", "pk")[:100])


def address(scale: Scale, until: datetime.datetime) -> str:
    """The window of this scale that ends there."""
    return f"?scale={scale}&until={timezone.localtime(until):%Y-%m-%dT%H:%M}"


def file_form(window: Window) -> ReadingsFileForm:
    """The days of the window, ready to be asked for as a file."""
    last = timezone.localdate(window.end - datetime.timedelta(seconds=1))
    first = min(timezone.localdate(window.start), last)
    return ReadingsFileForm(initial={"scale": window.scale, "first_day": first, "last_day": last})


@allow(Act.SEE_READINGS)
def controller_readings_file(
    request: ActorRequest, controller_id: int, suffix: str
) -> HttpResponseBase:
    """All figures of the days asked for, as CSV or .xlsx, sent while they are read."""
    found = readable_controller(request, controller_id)
    form = ReadingsFileForm(request.GET)
    if not form.is_valid():
        context = {"controller": found, "form": form}
        return render(request, "cardswipe/readings_file.html", context, status=422)
    window = Window(found, Scale(form.cleaned_data["scale"]), *form.bounds())
    said: dict[str, Any] = form.cleaned_data
    name = f"{found.outlet} {found.mn} {day(said['first_day'])} {day(said['last_day'])}"
    rows, heads = reading_files.rows(window), reading_files.heads()
    chunks = (
        csv_bytes(heads, rows)
        if suffix == "csv"
        else xlsx_bytes([Leaf(_("Readings"), heads, rows)])
    )
    return streamed(request, chunks, name=name, suffix=suffix)
