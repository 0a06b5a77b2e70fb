"""Tables, facts and charts of the outlet pages."""

import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from cardswipe.load_rules import CheckVerdict
from cardswipe.models import Controller, DischargeEvent, LoadCheck
from cardswipe.models.estimates import Source
from cardswipe.models.gas_states import STATE_FIGURE_NAMES
from cardswipe.models.loads import CHECK_VERDICT_NAMES
from cardswipe.provenance import short_origin, standing_of
from cardswipe.queries.both_sources import BothSources
from cardswipe.queries.estimating import capture_before
from cardswipe.queries.outlets import DayLoad, LimitState, OutletState, daily_loads
from cardswipe.queries.sources import gas_rule, source_rule
from cardswipe.reading_charts import plain as digits
from cardswipe.tables import amount_of, fine_amount, loads_of
from ledger.models import Pollutant
from parties.access import ActorRequest
from parties.models import Enterprise
from parties.rules import Act
from permits.models.sites import Medium
from shell.charts import Chart, Series
from shell.figures import NOTHING, moment, with_unit
from shell.tables import Column, Status, Table
from shell.units import plain


def enterprise_table(request: ActorRequest) -> Table:
    """The enterprises whose meters a bureau may look at."""
    return Table(
        Enterprise.objects.for_actor(request.actor).select_related("region"),
        [
            Column("__str__", _("Enterprise"), sort="name"),
            Column("region", _("County"), sort="region__code"),
            Column("industry_name", _("Industry"), sort="industry_name"),
        ],
        request=request,
        caption=_("Enterprises"),
        row_url=lambda row: reverse("enterprise_outlets", args=[row.pk]),
        empty=_("No enterprise is registered here yet."),
        can_export=False,
    )


def outlet_facts(state: OutletState) -> list[tuple[str, Any]]:
    """The outlet's entry in words."""
    outlet = state.outlet
    permits = {one.limit.permit for one in state.limits}
    return [
        (_("Enterprise"), outlet.site.enterprise),
        (_("Site"), outlet.site),
        (_("Medium"), outlet.get_medium_display()),
        (_("Kind of outlet"), outlet.get_kind_display()),
        (_("Discharge mode"), outlet.get_mode_display()),
        (_("Discharge destination"), outlet.destination or NOTHING),
        (_("Permit"), _permit_link(next(iter(permits), None))),
    ]


def _permit_link(permit: Any) -> Any:
    if permit is None:
        return _("none in force")
    url = reverse("permit", args=[permit.pk])
    return format_html('<a class="code" href="{}">{}</a>', url, permit.permit_no)


def today_facts(state: OutletState) -> list[tuple[Any, Any]]:
    """Today's booked loads, the estimated share named."""
    return [(one.pollutant, _today_words(one)) for one in state.today]


def _today_words(one: Any) -> Any:
    shown = amount_of(one.quantity, one.pollutant)
    if not one.estimated:
        return shown
    guessed = amount_of(one.estimated, one.pollutant)
    return format_html(
        '{} <span class="estimate">{} {}</span>', shown, _("of this estimated"), guessed
    )


def limit_unit(row: LimitState) -> str:
    return "mg/L" if row.limit.pollutant.medium == "WATER" else "mg/m³"


def limit_columns() -> list[Column]:
    """What the permit allows and what was measured in the newest hour."""
    return [
        Column("limit.pollutant", _("Pollutant")),
        Column("concentration", _("Permitted concentration"), value=_permitted),
        Column("latest", _("Newest hourly mean"), value=_measured),
        Column(
            "word", _("Comparison"), kind="status", value=lambda row: Status(row.tone, row.word)
        ),
        Column("quantity", _("Permitted per year"), value=_yearly),
    ]


def _permitted(row: LimitState) -> Any:
    limit = row.limit.concentration
    return NOTHING if limit is None else with_unit(digits(limit) or "", limit_unit(row))


def _measured(row: LimitState) -> Any:
    if row.limit.concentration is None:
        return NOTHING
    if row.latest is None:
        return _("unknown")
    shown = with_unit(digits(row.latest.value) or "", limit_unit(row))
    return format_html("{} · {}", shown, moment(row.latest.at))


def _yearly(row: LimitState) -> Any:
    quantity = row.limit.quantity_per_year
    return NOTHING if quantity is None else amount_of(quantity, row.limit.pollutant)


def limit_table(request: Any, state: OutletState) -> Table:
    """The limits in force with the newest figures."""
    return Table(
        state.limits,
        limit_columns(),
        request=request,
        caption=_("Limits"),
        empty=_("No permit in force limits this outlet. All of its discharge counts as overrun."),
        can_export=False,
        name="limits",
    )


def controller_table(request: ActorRequest, state: OutletState) -> Table:
    """The outlet's controllers, each leading to its readings."""
    return Table(
        state.tiles,
        [
            Column("controller.mn", _("MN"), kind="code"),
            Column("word", _("State"), kind="status", value=lambda row: Status(row.tone, row.word)),
            Column("valve", _("Valve"), value=lambda row: row.controller.get_valve_state_display()),
            Column("controller.last_seen_at", _("Last contact"), kind="second"),
            Column("readings", _("Readings"), value=lambda row: readings_link(row.controller)),
        ],
        request=request,
        caption=_("Controllers"),
        row_url=lambda row: reverse("controller_readings", args=[row.controller.pk]),
        empty=_("No controller stands at this outlet: what it discharges is unknown."),
        can_export=False,
        name="controllers",
    )


def readings_link(controller: Controller) -> Any:
    url = reverse("controller_readings", args=[controller.pk])
    return format_html('<a href="{}">{}</a>', url, _("charts and figures"))


def source_facts(state: OutletState, today: datetime.date) -> list[tuple[str, Any]]:
    """What is debited at the outlet, and how complete its data of the quarter are."""
    hourly = [tile.controller for tile in state.tiles if tile.controller.event_source == "HOUR"]
    rule = source_rule(state.outlet.pk, today)
    word = rule.get_source_display() if rule else Source.DEVICE.label
    facts: list[tuple[str, Any]] = [
        (_("Debited"), word),
        (_("Legal basis"), rule.legal_basis if rule else _("no rule: the device's figure counts")),
    ]
    if state.outlet.medium == Medium.AIR:
        facts += gas_facts(state.outlet.pk, today)
    for controller in hourly:
        rate = capture_before(controller.pk, timezone.now())
        words = _("Valid hours of this quarter, MN %(mn)s") % {"mn": controller.mn}
        facts.append((words, f"{rate // 10}.{rate % 10} %"))
    return facts


def gas_facts(outlet: int, today: datetime.date) -> list[tuple[str, Any]]:
    """In which state the outlet's analysers report, and with what it is converted."""
    rule = gas_rule(outlet, today)
    usual = _("dry, standard state (no row: as HJ 212 sums it)")
    facts: list[tuple[str, Any]] = [
        (_("Flow is reported"), rule.get_flow_display() if rule else usual),
        (_("Concentrations are reported"), rule.get_concentration_display() if rule else usual),
    ]
    if rule and rule.terms().needed:
        figures = ", ".join(str(STATE_FIGURE_NAMES[one]) for one in sorted(rule.terms().needed))
        facts.append((_("Our integral converts with"), figures))
    return facts


def estimate_table(request: ActorRequest, state: OutletState, first: datetime.date) -> Table:
    """The hours and sessions since the day whose figures are estimates, the newest first."""
    rows = DischargeEvent.objects.filter(
        controller__in=[tile.controller for tile in state.tiles],
        is_estimate=True,
        started_at__gte=timezone.make_aware(datetime.datetime.combine(first, datetime.time.min)),
    )
    return Table(
        rows.select_related("estimate").prefetch_related("loads__pollutant", "corrections")
        .order_by("-started_at", "-pk"),
        [
            Column("started_at", _("Begin"), kind="moment"),
            Column("get_kind_display", _("Kind")),
            Column("loads", _("Loads"), value=loads_of),
            Column("origin", _("Whence"), value=short_origin),
            Column("standing", _("Figures"), kind="status", value=standing_of),
        ],
        request=request,
        caption=_("Estimated hours of these days"),
        empty=_("Nothing was estimated in these days."),
        row_url=(lambda row: reverse("discharge", args=[row.pk]))
        if request.actor.may(Act.SEE_CARDS)
        else None,
        page_size=12,
        name="estimates",
        can_export=False,
    )  # fmt: skip


VERDICT_TONES = {"EQUAL": "normal", "DIFFERS": "red", "TOO_FEW": "unknown", "ALONE": "neutral"}


def check_table(request: ActorRequest, state: OutletState) -> Table:
    """Each hour from both sources, the newest first."""
    rows = LoadCheck.objects.filter(controller__in=[tile.controller for tile in state.tiles])
    return Table(
        rows.select_related("pollutant").order_by("-started_at", "controller_id", "pollutant_id"),
        [Column("started_at", _("Hour"), kind="moment"), *compared_columns()],
        request=request,
        caption=_("Both sources of each hour"),
        empty=_("No hour has been compared yet. An hour is compared once its data are complete."),
        page_size=24,
        name="checks",
        can_export=False,
    )


def compared_columns() -> list[Column]:
    """A pollutant's load from both sources and how they compare, of an hour or a session."""
    return [
        Column("pollutant", _("Pollutant")),
        Column("device", _("Accumulated by the device"), value=_device_amount),
        Column("own", _("Own integral"), value=_own_amount),
        Column("valid", _("Valid minute data"), value=lambda row: f"{row.valid}/{row.due}"),
        Column("verdict", _("Comparison"), kind="status", value=_verdict_status),
    ]


def _device_amount(row: LoadCheck | BothSources) -> Any:
    return NOTHING if row.device is None else fine_amount(row.device, row.pollutant)


def _own_amount(row: LoadCheck | BothSources) -> Any:
    return fine_amount(row.own, row.pollutant)


def _verdict_status(row: LoadCheck | BothSources) -> Status:
    verdict = CheckVerdict(row.verdict)
    return Status(VERDICT_TONES[verdict], str(CHECK_VERDICT_NAMES[verdict]))


def day_charts(state: OutletState, first: datetime.date, last: datetime.date) -> list[Chart]:
    """The daily load of each pollutant; a day without any booking is a gap, not zero."""
    controllers = [tile.controller.pk for tile in state.tiles]
    loads = daily_loads(controllers, first, last)
    pollutants = {one.code: one for one in Pollutant.objects.filter(code__in=loads)}
    days = [first + datetime.timedelta(days=n) for n in range((last - first).days + 1)]
    return [_day_chart(pollutants[code], days, own) for code, own in loads.items()]


def _day_chart(
    pollutant: Pollutant, days: list[datetime.date], loads: dict[datetime.date, DayLoad]
) -> Chart:
    unit = "m3" if pollutant.unit == "L" else "t"
    values = [plain(loads[day].quantity, unit=unit) if day in loads else None for day in days]
    estimates = frozenset(n for n, day in enumerate(days) if day in loads and loads[day].estimated)
    return Chart(
        key=f"days-{pollutant.code}",
        title=_("Daily load of %(pollutant)s") % {"pollutant": pollutant},
        unit="m³" if unit == "m3" else "t",
        axis=_("Day"),
        labels=[day.isoformat()[5:] for day in days],
        series=[Series(str(pollutant), values, "bar", estimates)],
    )
