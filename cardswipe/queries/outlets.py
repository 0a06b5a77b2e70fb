"""Outlets as they stand now: line, valve, latest figures beside the limits, today's loads.

What is not known is said to be unknown; it is never shown as zero.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe.models import Controller, DailyTotal, LiveMeter, Reading
from cardswipe.queries.board import TONES, Tile, board
from cardswipe.queries.limits import OutletLimit, limits_in_force
from cardswipe.queries.readings import points_of
from cardswipe.queries.registry import pollutants_by_factor_id
from ledger.models import Pollutant
from permits.models import Outlet, Permit

# An hour's mean arrives after the hour; older ones say nothing of the present.
FRESH = datetime.timedelta(hours=3)
HOUR_CN = 2061


@dataclass(frozen=True)
class Latest:
    """The newest hour's mean of a pollutant, converted where the device converts."""

    pollutant: str
    value: Decimal
    at: datetime.datetime
    mark: str


@dataclass(frozen=True)
class LimitState:
    """A limit with the newest hour's mean beside it, if there is a fresh one."""

    limit: OutletLimit
    latest: Latest | None

    @property
    def tone(self) -> str:
        """The colour and shape of the comparison."""
        if self.latest is None or self.limit.concentration is None:
            return "unknown"
        if self.latest.mark not in "N-" or self.is_implausible:
            return "yellow"
        return "red" if self.latest.value > self.limit.concentration else "normal"

    @property
    def is_implausible(self) -> bool:
        """Whether the newest mean is below zero: every permitted concentration is above."""
        return self.latest is not None and self.latest.value < 0

    @property
    def word(self) -> str:
        """The comparison in a word."""
        words = {
            "unknown": _("unknown"),
            "yellow": _("not vouched for by the device"),
            "red": _("above the limit"),
            "normal": _("within the limit"),
        }
        if self.limit.concentration is None:
            return _("no concentration limit")
        if self.is_implausible:
            return _("implausible: below zero")
        return words[self.tone]


@dataclass(frozen=True)
class Today:
    """What an outlet discharged of a pollutant today, as booked so far."""

    pollutant: Pollutant
    quantity: int
    estimated: int
    events: int


@dataclass
class OutletState:
    """An outlet with everything a page says of its present."""

    outlet: Outlet
    tiles: list[Tile] = field(default_factory=list)
    limits: list[LimitState] = field(default_factory=list)
    today: list[Today] = field(default_factory=list)
    meters: list[LiveMeter] = field(default_factory=list)

    @property
    def tile(self) -> Tile | None:
        """The controller that needs a person most."""
        return min(self.tiles, key=lambda one: TONES.index(one.tone), default=None)

    @property
    def tone(self) -> str:
        return self.tile.tone if self.tile else "unknown"

    @property
    def word(self) -> str:
        return self.tile.word if self.tile else _("no controller: unknown")

    @property
    def is_known(self) -> bool:
        """Whether a controller in use was heard not long ago."""
        return any(not one.is_silent and one.tone != "neutral" for one in self.tiles)


def outlet_states(outlets: "QuerySet[Outlet]", now: datetime.datetime) -> list[OutletState]:
    """The outlets in their order; a fixed number of statements, whatever their number."""
    rows = list(outlets.select_related("site__enterprise", "site__region"))
    states = {row.pk: OutletState(row) for row in rows}
    controllers = Controller.objects.filter(outlet__in=states)
    for tile in board(controllers, now):
        states[tile.controller.outlet_id].tiles.append(tile)
    by_controller = {
        tile.controller.pk: outlet_id for outlet_id, state in states.items() for tile in state.tiles
    }
    limits = limits_in_force(states, timezone.localdate(now))
    latest = latest_hours(by_controller, now)
    for outlet_id, state in states.items():
        found = latest.get(outlet_id, {})
        state.limits = [
            LimitState(one, found.get(one.pollutant.code)) for one in limits.get(outlet_id, [])
        ]
    _add_today(states, by_controller, timezone.localdate(now))
    for meter in LiveMeter.objects.filter(controller__in=by_controller).select_related("pollutant"):
        states[by_controller[meter.controller_id]].meters.append(meter)
    return list(states.values())


def latest_hours(
    by_controller: Mapping[int, int], now: datetime.datetime
) -> dict[int, dict[str, Latest]]:
    """By outlet and pollutant, the newest hour's mean that is still fresh."""
    measured = pollutants_by_factor_id()
    rows = Reading.objects.filter(
        controller__in=by_controller, cn=HOUR_CN, data_time__gte=now - FRESH, data_time__lte=now
    ).order_by("data_time")
    found: dict[int, dict[str, Latest]] = {}
    for reading in rows:
        own = found.setdefault(by_controller[reading.controller_id], {})
        for factor_id, point in points_of(reading):
            value = point.value if point.converted is None else point.converted
            pollutant = measured.get(factor_id)
            if pollutant and value is not None:
                own[pollutant] = Latest(pollutant, value, point.at, point.mark)
    return found


def _add_today(
    states: Mapping[int, OutletState], by_controller: Mapping[int, int], day: datetime.date
) -> None:
    pollutants = {one.code: one for one in Pollutant.objects.all()}
    sums: dict[tuple[int, str], list[int]] = {}
    rows = DailyTotal.objects.filter(controller__in=by_controller, day=day)
    for row in rows.order_by("pollutant__position"):
        total = sums.setdefault((by_controller[row.controller_id], row.pollutant_id), [0, 0, 0])
        for place, amount in enumerate((row.quantity, row.estimated, row.events)):
            total[place] += amount
    for (outlet_id, code), total in sums.items():
        states[outlet_id].today.append(Today(pollutants[code], *total))


@dataclass(frozen=True)
class DayLoad:
    """A day's load, and how much of it is estimated."""

    quantity: int
    estimated: int


def daily_loads(
    controllers: Iterable[int], first: datetime.date, last: datetime.date
) -> dict[str, dict[datetime.date, DayLoad]]:
    """By pollutant and day, what the controllers' outlet discharged."""
    rows = (
        DailyTotal.objects.filter(controller__in=list(controllers), day__range=(first, last))
        .values_list("pollutant_id", "day")
        .annotate(total=Sum("quantity"), guessed=Sum("estimated"))
        .order_by("pollutant__position", "day")
    )
    found: dict[str, dict[datetime.date, DayLoad]] = {}
    for code, day, total, guessed in rows:
        found.setdefault(code, {})[day] = DayLoad(total, guessed)
    return found


def public_outlets() -> "QuerySet[Outlet]":
    """The outlets of sites whose permit anyone may see: those that have a public sign."""
    return Outlet.objects.filter(site__permit__in=Permit.objects.public())


def tally_states(states: Sequence[OutletState]) -> list[tuple[str, str, int]]:
    """How many outlets each tone has."""
    words: dict[str, str] = {}
    for state in states:
        words.setdefault(state.tone, state.word)
    return [(t, words[t], sum(s.tone == t for s in states)) for t in TONES if t in words]
