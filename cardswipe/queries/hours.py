"""The hours that controllers reported, each with its minutes: what loads are computed from.

Everything is read for a few hundred controllers at once by the primary key of the readings
(controller, command, time), so the cost does not grow with history.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from cardswipe.gas_state import FlueGas, GasTerms, StateFigure, missing, to_dry_standard
from cardswipe.hj212 import fields
from cardswipe.load_rules import Minute, OwnLoad, SessionSpan, own_load
from cardswipe.models import Controller, Factor, MarkRule
from cardswipe.models.factors import MarkTreatment
from cardswipe.queries.registry import pollutants_by_factor_id, treatments
from cardswipe.queries.rhythms import MINUTES_CN, slow_rhythms
from cardswipe.queries.sources import gas_rules, terms_on
from shell.rules import RuleBroken

HOUR = datetime.timedelta(hours=1)
HOURS_CN = 2061
WATER, FLOW = "WATER", "FLOW"
FLOW_CODES = frozenset(code for codes in fields.FLOW_CODES.values() for code in codes)
NO_MARK = "-"
AIR_PRESSURE = "AIR_PRESSURE"
# What tells the state of flue gas (annex B of both versions), and its units in °C, Pa, shares.
STATE_CODES: dict[str, str] = {
    **dict.fromkeys(("a01012", "S03"), StateFigure.TEMPERATURE),
    **dict.fromkeys(("a01013", "S08"), StateFigure.STATIC),
    **dict.fromkeys(("a01014", "S05"), StateFigure.MOISTURE),
    "a01006": AIR_PRESSURE,
}
NO_POLLUTANTS = frozenset({FLOW, *STATE_CODES.values()})
STATE_UNITS = {
    **dict.fromkeys(("degC", "℃", "摄氏度"), Decimal(1)),
    "%": Decimal("0.01"),
    "Pa": Decimal(1),
    "hPa": Decimal(100),
    "kPa": Decimal(1000),
    "MPa": Decimal(10**6),
}
# A reading as plain numbers and texts: turning arrays and times into objects one by one costs
# more than everything that is computed from them.
COLUMNS = """
extract(epoch FROM r.data_time)::bigint, r.factor_ids::text,
array_to_string(r."values", ',', ''), array_to_string(r.amounts, ',', ''), r.marks
"""
READINGS = f"""
SELECT r.controller_id, r.cn, {COLUMNS} FROM cardswipe_reading r
WHERE controller_id = ANY(%(ids)s) AND cn = ANY(%(cns)s)
  AND data_time >= %(since)s AND data_time < %(until)s
ORDER BY controller_id, data_time, pno
"""
SENT_MINUTES = """
SELECT c FROM unnest(%s::bigint[]) AS c WHERE EXISTS (
    SELECT 1 FROM cardswipe_reading r
    WHERE r.controller_id = c AND r.cn = %s AND r.data_time >= %s AND r.data_time < %s)
"""
# Of minute and hour data each figure with the one before it.
FALLS = """
SELECT controller_id, data_time, before, figure FROM (
    SELECT r.controller_id, r.data_time, t.figure,
           lag(t.figure) OVER (PARTITION BY r.controller_id ORDER BY r.data_time, r.cn) AS before
    FROM cardswipe_reading r, LATERAL (
        SELECT v.figure FROM unnest(r.factor_ids, r.values) AS v (factor, figure)
        WHERE v.factor = ANY(%(factors)s)) AS t
    WHERE r.controller_id = ANY(%(ids)s) AND r.cn = ANY(%(cns)s)
      AND r.data_time >= %(since)s AND r.data_time < %(until)s AND t.figure IS NOT NULL
) AS series WHERE figure < before ORDER BY controller_id, data_time
"""
EXPECTED_FOR = datetime.timedelta(days=7)


class Figure(NamedTuple):
    """What a reading says of one pollutant or state, with its factor."""

    at: datetime.datetime
    value: Decimal | None
    amount: Decimal | None
    mark: str
    factor: Factor


# By pollutant code (FLOW: the flow of gas, no pollutant): a reading's figures with their units.
Figures = dict[str, Figure]
HourKey = tuple[int, datetime.datetime]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A time of a controller with the minutes it sent.

    `valid_marks` are the data marks that leave a figure valid in the controller's region.
    """

    controller: Controller
    begin: datetime.datetime
    minutes: Sequence[Figures]
    valid_marks: Collection[str]
    # How gas is reported, where it is not in dry standard state.
    gas: GasTerms | None = None
    # The device's own interval (minutes), where that of these minutes alone is in doubt.
    rhythm: int | None = None

    @property
    def is_water_medium(self) -> bool:
        return bool(self.controller.outlet.medium == "WATER")

    @property
    def measured(self) -> set[str]:
        """The pollutants that the minutes measure, without the flow of gas."""
        return set().union(*self.minutes) - NO_POLLUTANTS

    def minutes_of(self, code: str) -> list[Minute]:
        """The minutes of one pollutant in the state in which loads are summed: flow and
        concentration, valid when both marks are and gas could be converted."""
        return [
            self._converted(figures, minute) if self.gas else minute
            for figures, minute in self._reported(code)
        ]

    def reported_minutes(self, code: str) -> list[Minute]:
        """The same as the device sent them."""
        return [minute for _figures, minute in self._reported(code)]

    def _reported(self, code: str) -> Iterator[tuple[Figures, Minute]]:
        valid = self.valid_marks
        for figures in self.minutes:
            flow, own = figures.get(WATER) or figures.get(FLOW), figures.get(code)
            if own is None or flow is None:
                continue
            is_valid = own.mark in valid and flow.mark in valid
            yield figures, Minute(own.at, flow.value, own.value, is_valid)

    def _converted(self, figures: Figures, minute: Minute) -> Minute:
        assert self.gas, "asked only where there is something to convert"
        gas = flue_gas(figures, self.valid_marks)
        if missing(self.gas, gas):
            return minute._replace(is_valid=False)
        flow, value = to_dry_standard(self.gas, gas, minute.flow, minute.value)
        return minute._replace(flow=flow, value=value)

    def unconverted(self) -> tuple[int, list[StateFigure]]:
        """How many minutes with flow could not be converted, and for want of what."""
        count, figures = 0, set()
        for one in self.minutes if self.gas else ():
            flow = one.get(FLOW)
            if self.gas and flow and flow.value:
                wanting = missing(self.gas, flue_gas(one, self.valid_marks))
                count += bool(wanting)
                figures.update(wanting)
        return count, sorted(figures)

    def own(self, code: str, minutes: Sequence[Minute] | None = None) -> OwnLoad:
        """Our own integral of one pollutant by annex D (mg; water in litres); `minutes` are those
        of the pollutant, for who has them already."""
        factor = self._factor(code)
        return own_load(
            self.minutes_of(code) if minutes is None else minutes,
            is_water_medium=self.is_water_medium,
            is_volume=code == WATER,
            milligrams=_mass_per(factor.concentration_unit) if factor else Decimal(0),
            session=self.session,
            rhythm=self.rhythm,
        )

    @property
    def session(self) -> SessionSpan | None:
        """The part of the minutes that is meant; None: all of the hour."""
        return None

    def _factor(self, code: str) -> Factor | None:
        return next((one[code].factor for one in self.minutes if code in one), None)


@dataclass(frozen=True, kw_only=True)
class HourData(Measured):
    """An hour of a controller: the device's own sums and the minutes it sent."""

    sums: Figures

    @property
    def key(self) -> HourKey:
        return self.controller.pk, self.begin

    @property
    def pollutants(self) -> list[str]:
        """What the hour or its minutes measure, without the flow of gas."""
        return sorted(self.measured | (self.sums.keys() - NO_POLLUTANTS))

    def device(self, code: str) -> int | None:
        """The device's -Cou in whole milligrams or litres; None when it sent none."""
        found = self.sums.get(code)
        if found is None or found.amount is None:
            return None
        units = fields.L_PER if code == WATER else fields.MG_PER
        whole = found.amount * units.get(found.factor.amount_unit, 0)
        return max(int(whole.to_integral_value(rounding=ROUND_HALF_EVEN)), 0)


def flue_gas(figures: Figures, valid_marks: Collection[str]) -> FlueGas:
    """Temperature (°C), pressures (Pa) and moisture (share of one) of a minute; a reading with an
    invalid mark, or in a unit that is not known, is none."""

    def figure(name: str) -> Decimal | None:
        found = figures.get(name)
        if found is None or found.mark not in valid_marks:
            return None
        times = STATE_UNITS.get(found.factor.concentration_unit)
        return None if times is None or found.value is None else found.value * times

    return FlueGas(
        temperature=figure(StateFigure.TEMPERATURE),
        static=figure(StateFigure.STATIC),
        moisture=figure(StateFigure.MOISTURE),
        air=figure(AIR_PRESSURE),
    )


def _mass_per(unit: str) -> Decimal:
    try:
        return fields.mass_per(unit)
    except RuleBroken:
        return Decimal(0)


def valid_marks(regions: Iterable[str], day: datetime.date) -> dict[str, frozenset[str]]:
    """By region, the data marks that leave a figure valid: those booked as measured, and none."""
    rules = list(MarkRule.objects.on_day(day))
    return {
        region: frozenset(
            {NO_MARK}
            | {mark for mark, t in treatments(rules, region).items() if t == MarkTreatment.ACCEPT}
        )
        for region in regions
    }


def hours_of(
    known: Mapping[int, Controller],
    since: datetime.datetime,
    until: datetime.datetime,
    *,
    skip: Collection[HourKey] = (),
) -> list[HourData]:
    """The hours with any data in the span, but for those to skip; oldest first by controller."""
    sums: dict[HourKey, Figures] = {}
    minutes: dict[HourKey, list[Figures]] = {}
    reader = FigureReader()
    given = {"ids": list(known), "cns": [MINUTES_CN, HOURS_CN], "since": since, "until": until}
    for controller, cn, at, *columns in _rows(READINGS, given):
        key = (controller, reader.moment(at - at % 3600))
        if key in skip:
            continue
        figures = reader.figures(at, *columns)
        if cn == HOURS_CN:
            sums.setdefault(key, {}).update(figures)
        else:
            minutes.setdefault(key, []).append(figures)
    slow = slow_rhythms(minutes)
    gas = gas_rules({row.outlet_id for row in known.values()})
    marks = valid_marks(
        {row.outlet.site.region_id for row in known.values()}, timezone.localdate(since)
    )
    return [
        HourData(
            controller=known[key[0]],
            begin=key[1],
            sums=sums.get(key, {}),
            minutes=minutes.get(key, []),
            valid_marks=marks[known[key[0]].outlet.site.region_id],
            gas=terms_on(gas.get(known[key[0]].outlet_id, ()), timezone.localdate(key[1])),
            rhythm=slow.get(key),
        )
        for key in sorted(sums.keys() | minutes.keys())
    ]


def _rows(asked: str, given: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    """Rows as plain values, a few thousand at a time: hundreds of thousands of readings pass
    here in an hour, and an object for each would cost more than all that is made of them."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(asked, given)
        while rows := cursor.fetchmany(2000):
            yield from rows


class FigureReader:
    """Reads rows of `COLUMNS`; what repeats from row to row (times, factors) is read once."""

    def __init__(self) -> None:
        self._names = named_factors()
        self._moments: dict[int, datetime.datetime] = {}
        self._places: dict[str, list[tuple[int, str, Factor]]] = {}

    def moment(self, seconds: int) -> datetime.datetime:
        """The moment so many seconds after the epoch; HJ 212 knows no parts of seconds here."""
        found = self._moments.get(seconds)
        if found is None:
            found = self._moments[seconds] = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
        return found

    def figures(
        self, at: int, factors: str, values: str | None, amounts: str | None, marks: str
    ) -> Figures:
        """The figures of a reading that loads are computed from."""
        moment, found = self.moment(at), Figures()
        value = values.split(",") if values else None
        amount = amounts.split(",") if amounts else None
        for place, name, factor in self._placed(factors):
            found[name] = Figure(
                moment,
                Decimal(value[place]) if value and value[place] else None,
                Decimal(amount[place]) if amount and amount[place] else None,
                marks[place],
                factor,
            )
        return found

    def _placed(self, factors: str) -> list[tuple[int, str, Factor]]:
        """Which places of a reading's arrays are needed, from its factor ids as text: {1,2}."""
        found = self._places.get(factors)
        if found is None:
            ids = [int(one) for one in factors.strip("{}").split(",") if one]
            named = enumerate(self._names.get(pk) for pk in ids)
            found = [(place, *one) for place, one in named if one is not None]
            self._places[factors] = found
        return found


def named_factors() -> dict[int, tuple[str, Factor]]:
    """The factors that loads are computed from: each with its pollutant's code; the flow of gas
    and what tells its state under names of their own."""
    measured = pollutants_by_factor_id()
    found = {}
    for pk, factor in Factor.objects.in_bulk().items():
        flow = FLOW if factor.code in FLOW_CODES else STATE_CODES.get(factor.code, "")
        if name := measured.get(pk) or flow:
            found[pk] = (name, factor)
    return found


def senders_of_minutes(controllers: Iterable[int], until: datetime.datetime) -> set[int]:
    """Those of the controllers that sent minute data at all in the week before: of the others
    none are expected."""
    asked: list[Any] = [sorted(controllers), MINUTES_CN, until - EXPECTED_FOR, until]
    with connection.cursor() as cursor:
        cursor.execute(SENT_MINUTES, asked)
        return {row[0] for row in cursor.fetchall()}


@dataclass(frozen=True)
class Fall:
    """A totaliser's figure (m³) that stands lower than the one before it."""

    controller_id: int
    at: datetime.datetime
    before: Decimal
    after: Decimal


def totaliser_falls(
    controllers: Iterable[int], since: datetime.datetime, until: datetime.datetime
) -> list[Fall]:
    """Where totalisers, which can only rise, fell in the span; minute and hour data."""
    factors = Factor.objects.filter(code=fields.TOTALISER_CODE).values_list("pk", flat=True)
    given: dict[str, Any] = {
        "factors": list(factors),
        "ids": sorted(controllers),
        "cns": [MINUTES_CN, HOURS_CN],
        "since": since,
        "until": until,
    }
    with connection.cursor() as cursor:
        cursor.execute(FALLS, given)
        return [Fall(*row) for row in cursor.fetchall()]
