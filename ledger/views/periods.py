"""Quota periods: their state, what would lapse at their end, and the request to close one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger import services
from ledger.figures import pollutant_amount
from ledger.forms import AskForm, CarryOverForm
from ledger.models import LedgerRequest, Pollutant, QuotaPeriod
from ledger.models.assets import PeriodState
from ledger.models.requests import OPEN_STATES
from ledger.queries.lapse import lapse_preview
from ledger.services.periods import closable_from
from parties.access import ActorRequest, allow, door
from parties.queries import timeline
from parties.rules import Act
from shell.figures import NOTHING, moment, named
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table, table_page


def state_of(period: QuotaPeriod) -> Status:
    """Where the period stands today: it runs, late events are awaited, it may be closed, closed."""
    today = timezone.localdate()
    if period.state == PeriodState.CLOSED:
        return Status("closed", _("closed"))
    if today < period.start_date:
        return Status("neutral", _("not begun"))
    if today <= period.end_date:
        return Status("normal", _("runs"))
    if today < closable_from(period):
        return Status("waiting", _("ended, late events are awaited"))
    return Status("yellow", _("to be closed"))


def carry_over(period: QuotaPeriod) -> str:
    """What becomes of the rest, in words."""
    if not period.has_carry_over:
        return _("lapses")
    return _("%(percent)s %% is carried over") % {"percent": period.carry_over_percent}


@allow(Act.SEE_LEDGER)
def periods(request: ActorRequest) -> HttpResponse:
    """The quota periods of this person's cities, the newest first."""
    table = Table(
        QuotaPeriod.objects.for_actor(request.actor)
        .select_related("region")
        .order_by("-start_date", "region"),
        [
            Column("label", _("Quota period"), sort="label"),
            Column("region", _("City"), sort="region"),
            Column("start_date", _("First day"), kind="date", sort="start_date"),
            Column("end_date", _("Last day"), kind="date"),
            Column("rest", _("The rest"), value=carry_over),
            Column("lapsed_at", _("Lapsed at"), kind="moment"),
            Column("state", _("State"), kind="status", value=state_of),
        ],
        request=request,
        caption=_("Quota periods"),
        row_url=lambda row: reverse("period", args=[row.pk]),
        empty=_("No quota period yet. The first permit makes those it touches."),
    )
    return table_page(request, "ledger/periods.html", table, {})


@allow(Act.SEE_LEDGER)
def period(request: ActorRequest, period_id: int) -> HttpResponse:
    """One period: its days and rule, and per enterprise what would lapse at its end."""
    shown = door(QuotaPeriod.objects.for_actor(request.actor), pk=period_id)
    return show_period(request, shown, AskForm())


def show_period(request: ActorRequest, shown: QuotaPeriod, form: AskForm) -> HttpResponse:
    pending = (
        LedgerRequest.objects.for_actor(request.actor)
        .filter(period=shown, state__in=OPEN_STATES)
        .first()
    )
    is_due = shown.state == PeriodState.OPEN and timezone.localdate() >= closable_from(shown)
    may_ask = request.actor.may(Act.ADJUST_LEDGER) and is_due and pending is None
    context = {
        "period": shown,
        "mark": state_of(shown),
        "facts": facts_of(shown),
        "preview": preview_table(request, shown),
        "events": timeline(shown) if not request.actor.enterprise_id else [],
        "pending": pending,
        "form": form if may_ask or form.errors else None,
        "may_rule": request.actor.may(Act.MANAGE_REGULATION)
        and timezone.localdate() <= shown.end_date,
    }
    return table_page_status(request, context, form)


def table_page_status(
    request: ActorRequest, context: dict[str, Any], form: AskForm
) -> HttpResponse:
    """The page, or the preview's file when that is asked for."""
    if form.errors:
        return render(request, "ledger/period.html", context, status=422)
    return table_page(request, "ledger/period.html", context.pop("preview"), context)


def facts_of(shown: QuotaPeriod) -> list[tuple[str, Any]]:
    """What stands at the head of a period."""
    return [
        (_("City"), shown.region),
        (_("Days"), f"{shown.start_date} – {shown.end_date}"),
        (_("The rest"), carry_over(shown)),
        (_("Can be closed from"), closable_from(shown).isoformat()),
        (_("Lapsed at"), moment(shown.lapsed_at) if shown.lapsed_at else NOTHING),
        (_("Legal basis"), shown.legal_basis or NOTHING),
    ]


def holder_of(row: Any) -> str:
    """Who would lose the rest; without an enterprise it is the government."""
    return named(row["holder"] or _("government reserve"), row["holder_en"] or "")


def preview_table(request: ActorRequest, shown: QuotaPeriod) -> Table:
    """Holder by holder what would lapse today."""
    pollutants = {one.pk: one for one in Pollutant.objects.all()}

    def shown_as(name: str) -> Any:
        return lambda row: pollutant_amount(row[name], pollutants[row["pollutant"]])

    def lapses(row: Any) -> Any:
        return pollutant_amount(row["total"] - row["carried"], pollutants[row["pollutant"]])

    columns = [
        Column("holder", _("Holder"), value=holder_of),
        Column("pollutant", _("Pollutant"), value=lambda row: pollutants[row["pollutant"]]),
        Column("available", _("Available"), kind="amount", value=shown_as("available")),
        Column("on_card", _("On cards"), kind="amount", value=shown_as("on_card")),
        Column("carried", _("Goes on"), kind="amount", value=shown_as("carried")),
        Column("total", _("Lapses"), kind="amount", value=lapses),
    ]
    if request.actor.enterprise_id:
        del columns[0]
    return Table(
        lapse_preview(shown, request.actor),
        columns,
        request=request,
        caption=_("What would lapse"),
        empty=_("Nothing is left in this period: nothing would lapse."),
    )


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def carry_over_rule(request: ActorRequest, period_id: int) -> HttpResponse:
    """Enter what goes on of the period's rest, with its legal basis."""
    shown = door(QuotaPeriod.objects.for_actor(request.actor), pk=period_id)
    first = {"percent": shown.carry_over_percent if shown.has_carry_over else 0}
    form = CarryOverForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            services.set_carry_over(
                by=request.actor, period=shown, now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("The rule is entered."))
            return redirect("period", shown.pk)
    context = {"period": shown, "form": form}
    status = 422 if form.errors else 200
    return render(request, "ledger/carry_over_form.html", context, status=status)


@allow(Act.ADJUST_LEDGER, methods=("POST",))
def ask_to_close(request: ActorRequest, period_id: int) -> HttpResponse:
    """Ask a second person to close the period for ever."""
    shown = door(QuotaPeriod.objects.for_actor(request.actor), pk=period_id)
    form = AskForm(request.POST)
    if form.is_valid():
        with refusals_to(form):
            asked = services.ask_to_close(
                by=request.actor,
                period=shown,
                reason=form.cleaned_data["reason"],
                key=f"close:{form.cleaned_data['once']}",
                now=timezone.now(),
            )
            messages.success(request, _("Asked. A second person decides."))
            return redirect("ledger_request", asked.pk)
    return show_period(request, shown, form)
