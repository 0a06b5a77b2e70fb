"""In which state an analyser of gas reports, and the way to dry standard state, pure.

Loads are summed in dry standard state (HJ 212-2017 annex D.2: 0 °C, 101 325 Pa, without water).
An analyser that samples hot and wet, or a meter of velocity in the duct, reports otherwise; then
temperature, pressures and moisture of the same minute are needed. A minute that lacks one of them
is no valid minute: it is left out and told, never guessed.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from cardswipe import annex_d

HOTTEST, LEAST_PRESSURE = Decimal(1500), Decimal(20_000)


class GasState(StrEnum):
    """The state in which a figure is reported."""

    DRY_STANDARD = "DRY_STD"
    WET_STANDARD = "WET_STD"
    WET_ACTUAL = "WET_ACT"


class StateFigure(StrEnum):
    """What is read beside flow and concentration."""

    TEMPERATURE = "TEMPERATURE"
    STATIC = "STATIC"
    MOISTURE = "MOISTURE"


NEEDED: dict[GasState, frozenset[StateFigure]] = {
    GasState.DRY_STANDARD: frozenset(),
    GasState.WET_STANDARD: frozenset({StateFigure.MOISTURE}),
    GasState.WET_ACTUAL: frozenset(StateFigure),
}


@dataclass(frozen=True)
class GasTerms:
    """The rule of an outlet: both states, and the air pressure (Pa) where none is measured."""

    flow: GasState
    concentration: GasState
    air_pressure: Decimal

    @property
    def needed(self) -> frozenset[StateFigure]:
        """What must be read to come to dry standard state."""
        return NEEDED[self.flow] | NEEDED[self.concentration]


@dataclass(frozen=True)
class FlueGas:
    """The gas of a minute: temperature (°C), static pressure against the air (Pa), moisture (as a
    share of one), and the air pressure (Pa) if it is measured; None: no valid reading."""

    temperature: Decimal | None = None
    static: Decimal | None = None
    moisture: Decimal | None = None
    air: Decimal | None = None


@dataclass(frozen=True)
class _Known:
    """The same with everything that is needed; what is not needed is neutral."""

    temperature: Decimal
    static: Decimal
    moisture: Decimal
    air: Decimal


def missing(terms: GasTerms, gas: FlueGas) -> list[StateFigure]:
    """What is needed and was not read, or cannot be: hotter than any stack, a pressure near none,
    more water than gas."""
    air = terms.air_pressure if gas.air is None else gas.air
    fits = {
        StateFigure.TEMPERATURE: gas.temperature is not None
        and -annex_d.ICE_POINT < gas.temperature <= HOTTEST,
        StateFigure.STATIC: gas.static is not None and air + gas.static >= LEAST_PRESSURE,
        StateFigure.MOISTURE: gas.moisture is not None and 0 <= gas.moisture < 1,
    }
    return sorted(figure for figure in terms.needed if not fits[figure])


def to_dry_standard(
    terms: GasTerms, gas: FlueGas, flow: Decimal | None, concentration: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """Flow and concentration in dry standard state, unrounded; only when nothing is `missing`."""
    assert not missing(terms, gas), "the caller leaves such minutes out"
    zero = Decimal(0)
    known = _Known(
        temperature=zero if gas.temperature is None else gas.temperature,
        static=zero if gas.static is None else gas.static,
        moisture=zero if gas.moisture is None else gas.moisture,
        air=terms.air_pressure if gas.air is None else gas.air,
    )
    return (
        None if flow is None else dry_standard_flow(terms.flow, known, flow),
        None
        if concentration is None
        else dry_standard_concentration(terms.concentration, known, concentration),
    )


def dry_standard_flow(state: GasState, gas: _Known, flow: Decimal) -> Decimal:
    """D.2: Q_sn = Q_s · 273/(273 + t) · (B_a + P_s)/101325 · (1 - X_sw)."""
    if state == GasState.WET_ACTUAL:
        return annex_d.hourly_dry_standard_flow(
            flow, gas.temperature, gas.air, gas.static, gas.moisture
        )
    return flow * (1 - gas.moisture) if state == GasState.WET_STANDARD else flow


def dry_standard_concentration(state: GasState, gas: _Known, figure: Decimal) -> Decimal:
    """D.2: C_sn = C_s · 101325/(B_a + P_s) · (273 + t)/273, then C_dry = C_wet/(1 - X_sw)."""
    if state == GasState.WET_ACTUAL:
        figure = annex_d.at_standard_state(figure, gas.temperature, gas.air, gas.static)
    return figure if state == GasState.DRY_STANDARD else annex_d.dry(figure, gas.moisture)
