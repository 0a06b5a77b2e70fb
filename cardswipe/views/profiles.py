"""Device profiles: the list, one with its history and end, entering and changing one."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.models import Controller, DeviceProfile
from cardswipe.profile_forms import COUNTS, FIELDS, NUMBERS, ProfileEndForm, ProfileForm, label_of
from parties.access import ActorRequest, allow, door
from parties.forms import posted, seen_of
from parties.queries import timeline
from parties.rules import Act
from shell.dated import standing, term_columns
from shell.figures import NOTHING, day
from shell.refusals import refusals_to
from shell.tables import Column, Table, table_page

from .cards import WRITE


@allow(Act.SEE_CONTROLLERS)
def profiles(request: ActorRequest) -> HttpResponse:
    """Every make that is known, with how many controllers speak it."""
    own = Q(controller__in=Controller.objects.for_actor(request.actor))
    table = Table(
        DeviceProfile.objects.annotate(speakers=Count("controller", filter=own)),
        [
            Column("name", _("Device profile")),
            Column("get_protocol_version_display", _("Protocol version")),
            Column("numbers", _("Command numbers"), value=numbers_of),
            Column("speakers", _("Controllers"), kind="count"),
            *term_columns(),
        ],
        request=request,
        caption=_("Device profiles"),
        row_url=lambda row: reverse("device_profile", args=[row.pk]),
        empty=_("No profile is known yet."),
    )
    context = {"may_manage": request.actor.may(Act.MANAGE_DEVICES)}
    return table_page(request, "cardswipe/profiles.html", table, context)


def numbers_of(row: DeviceProfile) -> str:
    """Its command numbers in their order."""
    return " ".join(filter(None, (getattr(row, name) for name in NUMBERS)))


@allow(Act.SEE_CONTROLLERS, methods=WRITE)
def profile(request: ActorRequest, profile_id: int) -> HttpResponse:
    """One profile: its values, who speaks it, its history; an engineer ends it here."""
    shown = door(DeviceProfile.objects.all(), pk=profile_id)
    may_manage = request.actor.may(Act.MANAGE_DEVICES)
    form = ProfileEndForm(posted(request) if may_manage else None)
    if form.is_bound and form.is_valid():
        with refusals_to(form):
            services.end_profile(
                by=request.actor, profile=shown, today=timezone.localdate(), **form.cleaned_data
            )
            messages.success(request, _("The profile ends on that day."))
            return redirect("device_profile", shown.pk)
    context = {
        "shown": shown,
        "mark": standing(shown),
        "facts": facts_of(shown),
        "speakers": Controller.objects.for_actor(request.actor).filter(profile=shown).count(),
        "may_manage": may_manage,
        "form": form if may_manage and shown.valid_to is None else None,
        "events": timeline(shown),
    }
    status = 422 if form.errors else 200
    return render(request, "cardswipe/profile.html", context, status=status)


def facts_of(shown: DeviceProfile) -> list[tuple[Any, Any]]:
    """Every value with the word the model has for it."""
    return [
        (_("Valid from"), day(shown.valid_from)),
        (_("Valid to"), day(shown.valid_to) if shown.valid_to else _("open-ended")),
        (label_of("protocol_version"), shown.get_protocol_version_display()),
        (label_of("crc_profile"), shown.get_crc_profile_display()),
        (label_of("load_source"), shown.get_load_source_display()),
        (label_of("checks_password"), _("yes") if shown.checks_password else _("no")),
        *((label_of(name), getattr(shown, name) or NOTHING) for name in NUMBERS),
        *((label_of(name), getattr(shown, name)) for name in COUNTS),
        (label_of("note"), shown.note or NOTHING),
    ]


@allow(Act.MANAGE_DEVICES, methods=WRITE)
def new_profile(request: ActorRequest) -> HttpResponse:
    """Enter a make."""
    form = ProfileForm(posted(request))
    if form.is_bound and form.is_valid():
        with refusals_to(form):
            made = services.enter_profile(
                by=request.actor, reason=form.cleaned_data["reason"], **form.values()
            )
            messages.success(request, _("The profile is entered."))
            return redirect("device_profile", made.pk)
    return form_page(request, form, cancel_url=reverse("device_profiles"))


@allow(Act.MANAGE_DEVICES, methods=WRITE)
def edit_profile(request: ActorRequest, profile_id: int) -> HttpResponse:
    """Change a make: it counts at once for all that speak it."""
    shown = door(DeviceProfile.objects.all(), pk=profile_id)
    form = ProfileForm(posted(request), initial=initial_of(shown))
    seen = seen_of(request, shown)
    if form.is_bound and form.is_valid():
        with refusals_to(form):
            services.change_profile(
                by=request.actor,
                profile=shown,
                seen=seen.cleaned_data["seen"],
                reason=form.cleaned_data["reason"],
                **form.values(),
            )
            messages.success(request, _("The profile is changed; it counts at once."))
            return redirect("device_profile", shown.pk)
    speakers = Controller.objects.in_use().filter(profile=shown).count()
    back = reverse("device_profile", args=[shown.pk])
    return form_page(request, form, shown=shown, seen=seen, speakers=speakers, cancel_url=back)


def initial_of(shown: DeviceProfile) -> dict[str, Any]:
    """The form's values of a profile."""
    return {name: getattr(shown, name) for name in FIELDS}


def form_page(request: ActorRequest, form: ProfileForm, **context: Any) -> HttpResponse:
    """The form; with errors it comes back as 422."""
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "cardswipe/profile_form.html", {"form": form, **context}, status=status)
