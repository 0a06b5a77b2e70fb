"""Regulation of card-swipe discharge: warning steps, rules of loading, when silence is off line."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.models import (
    ContactRule,
    GasStateRule,
    KeepingRule,
    LoadRule,
    LoadSourceRule,
    OfflineRule,
    WarningStep,
)
from cardswipe.models.dated import DatedRule
from cardswipe.regulation_forms import (
    ContactRuleForm,
    EndRuleForm,
    KeepingRuleForm,
    LoadRuleForm,
    OfflineRuleForm,
    RuleForm,
    WarningStepForm,
)
from cardswipe.rules import AlarmLevel
from parties.access import ActorRequest, allow, door
from parties.models import Region
from parties.queries import timeline
from parties.rules import Act
from permits.models import Outlet
from shell.dated import place, standing, term_columns
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table, table_page

LEVEL_TONES = {AlarmLevel.YELLOW: "yellow", AlarmLevel.ORANGE: "red", AlarmLevel.RED: "red"}


def dated_columns() -> list[Column]:
    return [
        *term_columns(),
        Column("legal_basis", _("Legal basis")),
    ]


def level_status(row: WarningStep) -> Status:
    return Status(LEVEL_TONES[AlarmLevel(row.level)], row.get_level_display())


def valve_word(row: WarningStep) -> str:
    return _("is ordered closed") if row.closes_valve else _("stays as it is")


def step_columns() -> list[Column]:
    return [
        Column("percent", _("Warn at"), value=lambda row: f"{row.percent} %"),
        Column("region", _("Region"), value=place),
        Column("base", _("Share of what"), value=lambda row: row.get_base_display()),
        Column("level", _("Level"), kind="status", value=level_status),
        Column("closes_valve", _("The valve"), value=valve_word),
    ]


def load_columns() -> list[Column]:
    return [
        Column("must_be_paid", _("What may be loaded"), value=load_word),
        Column("region", _("Region"), value=place),
    ]


def minutes_word(row: ContactRule) -> str:
    return _("%(count)s min") % {"count": row.silent_after_minutes}


def load_word(row: LoadRule) -> str:
    return _("only paid lots") if row.must_be_paid else _("paid and unpaid lots")


def contact_columns() -> list[Column]:
    return [
        Column("silent_after_minutes", _("Off line after"), value=minutes_word),
        Column("region", _("Region"), value=place),
    ]


def months_word(count: int) -> str:
    return _("%(count)s months") % {"count": count}


def stranger_word(row: KeepingRule) -> str:
    return _("%(count)s frames an hour") % {"count": row.stranger_frames}


def keeping_columns() -> list[Column]:
    return [
        Column("frame_months", _("Raw frames"), value=lambda row: months_word(row.frame_months)),
        Column("reading_months", _("Readings"), value=lambda row: months_word(row.reading_months)),
        Column("stranger_frames", _("Of unknown senders"), value=stranger_word),
        Column("region", _("Region"), value=place),
    ]


def offline_columns() -> list[Column]:
    return [
        Column("percent", _("Allowance"), value=lambda row: f"{row.percent} %"),
        Column("hours", _("At longest"), value=lambda row: _("%(count)s h") % {"count": row.hours}),
        Column("region", _("Region"), value=place),
    ]


def rule_table(
    request: ActorRequest,
    model: Any,
    columns: Sequence[Column],
    caption: str,
    name: str,
    related: Sequence[str] = (),
) -> Table:
    """The rows of one kind that this bureau goes by, those in force first."""
    words = {
        "load_check_rule": _("No rule yet: hours are not compared. Enter the first."),
        "mark_rule": _("No rule yet: every marked event is held back. Enter the first."),
        "substitution_rule": _("No rule yet: hours without data stay unknown."),
        "gas_state_rule": _("No row yet: every figure of gas counts as dry standard state."),
        "load_source_rule": _("No rule yet: everywhere the device's own figure is debited."),
        "warning_step": _("No warning step yet: nobody is warned. Enter the first."),
        "load_rule": _("No rule yet: cards may be loaded from paid and unpaid lots."),
        "keeping_rule": _("No rule yet: everything is kept for ever."),
        "offline_rule": _("No rule yet: nothing may be discharged without contact."),
        "contact_rule": _("No rule yet: a controller is off line as soon as it is silent."),
    }
    rows = model.objects.for_actor(request.actor).select_related("region", *related)
    return Table(
        rows.order_by("region_id", "-valid_from", "pk"),
        [*columns, *dated_columns()],
        request=request,
        caption=caption,
        row_url=lambda row: reverse(name, args=[row.pk]),
        empty=words[name],
        name=name,
    )


@allow(Act.SEE_CONTROLLERS)
def discharge_rules(request: ActorRequest) -> HttpResponse:
    """What holds for warnings, loads and contact, by region and date."""
    steps = rule_table(request, WarningStep, step_columns(), _("Warning steps"), "warning_step")
    context = {
        "loads": rule_table(request, LoadRule, load_columns(), _("Loading cards"), "load_rule"),
        "contacts": rule_table(
            request, ContactRule, contact_columns(), _("Silent controllers"), "contact_rule"
        ),
        "keeping": rule_table(
            request, KeepingRule, keeping_columns(), _("Keeping of data"), "keeping_rule"
        ),
        "offlines": rule_table(
            request, OfflineRule, offline_columns(), _("Discharge off line"), "offline_rule"
        ),
        "can_edit": request.actor.may(Act.MANAGE_REGULATION),
    }
    return table_page(request, "cardswipe/regulation.html", steps, context)


def enter(
    request: ActorRequest,
    form_class: type[RuleForm],
    title: str,
    home: str = "discharge_rules",
) -> HttpResponse:
    """Enter a row; the alike one before it ends on the eve. `home`: the page of such rows."""
    form = form_class(
        request.POST if request.method == "POST" else None,
        regions=Region.objects.filter(code__startswith=request.actor.region_prefix),
        initial={"region": request.actor.region, "hysteresis": "2"},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            services.enter_rule(
                by=request.actor, rule=form.row(), reason=form.cleaned_data["reason"]
            )
            messages.success(request, _("Entered; the row before it ends on its eve."))
            return redirect(home)
    context = {"form": form, "title": title, "cancel_url": reverse(home), "home": home}
    return render(
        request, "cardswipe/regulation_form.html", context, status=422 if form.errors else 200
    )


def outlet_link(row: LoadSourceRule | GasStateRule) -> Any:
    """The outlet of a row, with its enterprise."""
    url = reverse("outlet", args=[row.outlet_id])
    return format_html('<a href="{}">{} · {}</a>', url, row.outlet.site.enterprise, row.outlet)


def enter_at_outlet(
    request: ActorRequest, outlet_id: int, form_class: Any, keep: Callable[..., Any], title: str
) -> HttpResponse:
    """Enter a row of one outlet by `keep`; `title` says of which %(outlet)s."""
    rows = Outlet.objects.for_actor(request.actor).select_related("site__region")
    outlet = door(rows, pk=outlet_id)
    form = form_class(request.POST if request.method == "POST" else None, outlet=outlet)
    if form.is_bound and form.is_valid():
        with refusals_to(form):
            keep(by=request.actor, rule=form.row(), reason=form.cleaned_data["reason"])
            messages.success(request, _("Entered; the row before it ends on its eve."))
            return redirect("outlet", outlet.pk)
    context = {
        "form": form,
        "title": title % {"outlet": outlet},
        "cancel_url": reverse("outlet", args=[outlet.pk]),
        "home": "measuring_rules",
    }
    status = 422 if form.errors else 200
    return render(request, "cardswipe/regulation_form.html", context, status=status)


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def step_new(request: ActorRequest) -> HttpResponse:
    """Enter a warning step."""
    return enter(request, WarningStepForm, _("New warning step"))


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def load_new(request: ActorRequest) -> HttpResponse:
    """Enter a rule of loading."""
    return enter(request, LoadRuleForm, _("New rule of loading"))


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def contact_new(request: ActorRequest) -> HttpResponse:
    """Enter when a silent controller is off line."""
    return enter(request, ContactRuleForm, _("New rule of silence"))


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def keeping_new(request: ActorRequest) -> HttpResponse:
    """Enter how long data are kept."""
    return enter(request, KeepingRuleForm, _("New rule of keeping"))


@allow(Act.SEE_CONTROLLERS, methods=("GET", "POST"))
def keeping(request: ActorRequest, keeping_rule_id: int) -> HttpResponse:
    """One rule of keeping."""
    columns = keeping_columns()
    return one(request, KeepingRule.objects, keeping_rule_id, columns, _("Rule of keeping"))


def one(
    request: ActorRequest,
    rows: Any,
    pk: int,
    columns: Sequence[Column],
    title: str,
    home: str = "discharge_rules",
) -> HttpResponse:
    """One row: what it says, its history, and the form that ends it."""
    rule = door(rows.for_actor(request.actor).select_related("region"), pk=pk)
    actor, region = request.actor, rule.region_id or ""
    is_own = actor.may(Act.MANAGE_REGULATION) and region.startswith(actor.region_prefix)
    form = EndRuleForm(request.POST if request.method == "POST" and is_own else None)
    if form.is_bound and form.is_valid():
        with refusals_to(form):
            services.end_rule(
                by=request.actor, rule=rule, today=timezone.localdate(), **form.cleaned_data
            )
            messages.success(request, _("The last day is entered."))
            return redirect(request.path)
    pairs = [(column.label, shown(column, rule)) for column in [*columns, *dated_columns()[:2]]]
    context = {
        "title": title,
        "home": home,
        "facts": [*pairs, (_("Legal basis"), rule.legal_basis), (_("Note"), rule.note or "–")],
        "state": standing(rule),
        "form": form if is_own and rule.valid_to is None else None,
        "events": timeline(rule),
    }
    return render(
        request, "cardswipe/regulation_rule.html", context, status=422 if form.errors else 200
    )


def shown(column: Column, rule: DatedRule) -> Any:
    """The value in words."""
    found = column.shown(rule)
    return found.word if isinstance(found, Status) else found


@allow(Act.SEE_CONTROLLERS, methods=("GET", "POST"))
def step(request: ActorRequest, step_id: int) -> HttpResponse:
    """One warning step."""
    return one(request, WarningStep.objects, step_id, step_columns(), _("Warning step"))


@allow(Act.SEE_CONTROLLERS, methods=("GET", "POST"))
def load(request: ActorRequest, load_rule_id: int) -> HttpResponse:
    """One rule of loading."""
    return one(request, LoadRule.objects, load_rule_id, load_columns(), _("Rule of loading"))


@allow(Act.SEE_CONTROLLERS, methods=("GET", "POST"))
def contact(request: ActorRequest, contact_rule_id: int) -> HttpResponse:
    """One rule of silence."""
    columns = contact_columns()
    return one(request, ContactRule.objects, contact_rule_id, columns, _("Rule of silence"))


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def offline_new(request: ActorRequest) -> HttpResponse:
    """Enter how much may be discharged without contact."""
    return enter(request, OfflineRuleForm, _("New rule of discharge off line"))


@allow(Act.SEE_CONTROLLERS, methods=("GET", "POST"))
def offline(request: ActorRequest, offline_rule_id: int) -> HttpResponse:
    """One rule of discharge off line."""
    columns, title = offline_columns(), _("Rule of discharge off line")
    return one(request, OfflineRule.objects, offline_rule_id, columns, title)
