"""Whether the proof log keeps up: in public on its page, and the limits that administrators set."""

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger import services
from ledger.forms import LatenessLimitForm
from ledger.models import LatenessLimit, LateSpell, ProofCheckpoint
from ledger.queries.lateness import Wait, spells
from ledger.services.lateness import late_words
from parties.access import ActorRequest, allow
from parties.rules import Act
from shell.dated import standing as term_standing
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table


def duration(seconds: int) -> str:
    """A stretch of time as people say it: 45 s, 3 min 20 s, 5 h 10 min, 2 d 3 h."""
    minutes, rest = divmod(seconds, 60)
    hours, left = divmod(minutes, 60)
    days, over = divmod(hours, 24)
    if days:
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": over}
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": left}
    if minutes and not rest:
        return _("%(minutes)s min") % {"minutes": minutes}
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)s s") % {"seconds": rest}


def late_lines(found: list[Wait], now: datetime.datetime) -> list[str]:
    """What is late, each with how late it is by now."""
    return [
        _("%(what)s Waiting for %(time)s.")
        % {"what": late_words(one), "time": duration(one.seconds(now))}
        for one in found
    ]


def standing(latest: ProofCheckpoint | None, found: list[Wait]) -> Status:
    """Whether the log keeps up with what is written."""
    if latest is None:
        return Status("waiting", _("not begun"))
    return Status("red", _("late")) if found else Status("normal", _("up to date"))


def spell_table(request: HttpRequest) -> Table:
    """When something was late, and for how long."""
    now = timezone.now()

    def what(spell: LateSpell) -> str:
        return f"{spell.get_what_display()} · {spell.witness or ''}".rstrip(" ·")

    def state(spell: LateSpell) -> Status:
        return Status("neutral", _("caught up")) if spell.over_at else Status("red", _("late"))

    columns = [
        Column("what", _("What"), value=what),
        Column("state", _("State"), kind="status", value=state),
        Column("since", _("Waits since"), kind="second"),
        Column("over_at", _("Over at"), kind="second"),
        Column("took", _("How long"), value=lambda spell: duration(spell.seconds(now))),
        Column("limit_s", _("Late after"), value=lambda spell: duration(spell.limit_s)),
    ]
    return Table(
        spells(),
        columns,
        request=request,
        caption=_("When the log or a witness was late"),
        empty=_("Neither the log nor a witness has been late."),
        name="late",
        page_size=20,
        can_export=False,
    )


def limit_table(request: HttpRequest) -> Table:
    """After what time something is late, from which day on."""
    columns = [
        Column("what", _("What is watched"), value=lambda row: row.get_what_display()),
        Column("seconds", _("Late after"), value=lambda row: duration(row.seconds)),
        Column("valid_from", _("Valid from"), kind="date"),
        Column("valid_to", _("Valid to"), kind="date"),
        Column("standing", _("State"), kind="status", value=term_standing),
        Column("basis", _("Basis")),
        Column("note", _("Note")),
    ]
    return Table(
        LatenessLimit.objects.all(),
        columns,
        request=request,
        caption=_("Limits"),
        empty=_("No limit is set: nobody is told when the log stands still."),
        name="limits",
        page_size=20,
        can_export=False,
    )


@allow(Act.MANAGE_SYSTEM, methods=("GET", "POST"))
def lateness_limit_new(request: ActorRequest) -> HttpResponse:
    """Enter after what time something is late; the row before ends on its eve."""
    form = LatenessLimitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            services.set_lateness_limit(by=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Limit entered; the one before ends on its eve."))
            return redirect("proof_log")
    return render(
        request,
        "ledger/lateness_limit_form.html",
        {"form": form},
        status=422 if form.errors else 200,
    )
