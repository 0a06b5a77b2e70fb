"""The formulas of HJ 212-2017 annex D (informative), pure, in Decimal; nothing is rounded here.

Units are those of the standard: Q in L/s (water) or m³/s (gas), C in mg/L or mg/m³, D in m³, G in
kg, pressures in Pa, temperatures in °C, moisture and oxygen as given. Only valid readings may be
handed in; what counts as valid is the caller's rule.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

ZERO = Decimal(0)
STANDARD_PRESSURE = Decimal(101325)
ICE_POINT = Decimal(273)
MOLAR_VOLUME = Decimal("22.4")
OXYGEN_OF_AIR = Decimal(21)
MASS_NO2, MASS_NO = Decimal(46), Decimal(30)

# --- D.1 water ------------------------------------------------------------------------------


def slice_volume(flow: Decimal, seconds: Decimal) -> Decimal:
    """D.1: D = Q · T / 1000, in m³ (Q in L/s, T in s)."""
    return flow * seconds / 1000


def volume_between(before: Decimal, after: Decimal) -> Decimal:
    """D.1: the volume as difference of the totaliser (m³)."""
    return after - before


def mean_flow(volume: Decimal, seconds: Decimal) -> Decimal:
    """D.1: mean flow = 1000 · D / T, in L/s (T = 600, 3 600, 86 400 s)."""
    return 1000 * volume / seconds


def slice_mass(concentration: Decimal, volume: Decimal) -> Decimal:
    """D.1: G = C · D / 1000, in kg (C in mg/L, D in m³; for µg/L the result is g)."""
    return concentration * volume / 1000


def total(parts: Iterable[Decimal]) -> Decimal:
    """D.1: minutes, hours and days are the sums of their slices, minutes and hours."""
    return sum(parts, ZERO)


def weighted_mean(mass: Decimal, volume: Decimal) -> Decimal | None:
    """D.1: C = 1000 · G / D, in mg/L; None without any flow."""
    return 1000 * mass / volume if volume else None


def arithmetic_mean(values: Sequence[Decimal]) -> Decimal | None:
    """D.1: the alternative that the standard allows; None without values."""
    return sum(values, ZERO) / len(values) if values else None


# --- D.2 gas --------------------------------------------------------------------------------


def at_standard_state(
    concentration: Decimal, temperature: Decimal, air_pressure: Decimal, static: Decimal
) -> Decimal:
    """D.2: C_sn = C_s · 101325/(B_a + P_s) · (273 + t)/273."""
    return (
        concentration
        * STANDARD_PRESSURE
        / (air_pressure + static)
        * (ICE_POINT + temperature)
        / ICE_POINT
    )


def dry(wet: Decimal, moisture: Decimal) -> Decimal:
    """D.2: C_dry = C_wet / (1 - X_sw), moisture as a share of one; oxygen alike."""
    return wet / (1 - moisture)


def mass_concentration(volume_share: Decimal, molar_mass: Decimal) -> Decimal:
    """D.2: C = C_V · M / 22.4, mg/m³ from µmol/mol."""
    return volume_share * molar_mass / MOLAR_VOLUME


def nitrogen_oxides(no: Decimal, no2: Decimal) -> Decimal:
    """D.2: NOx as NO2 = C_NO · M_NO2/M_NO + C_NO2."""
    return no * MASS_NO2 / MASS_NO + no2


def excess_air(oxygen: Decimal) -> Decimal:
    """D.2: α = 21 / (21 - O2), oxygen dry in %."""
    return OXYGEN_OF_AIR / (OXYGEN_OF_AIR - oxygen)


def converted(concentration: Decimal, reference_oxygen: Decimal, oxygen: Decimal) -> Decimal:
    """D.2: C_zs = C_dry · (21 - O2_std)/(21 - O2_dry)."""
    return concentration * (OXYGEN_OF_AIR - reference_oxygen) / (OXYGEN_OF_AIR - oxygen)


def converted_by_air(concentration: Decimal, alpha: Decimal, reference: Decimal) -> Decimal:
    """D.2: C_zs = C_dry · α / α_s; the same as `converted` with α of both oxygens."""
    return concentration * alpha / reference


def hourly_wet_flow(section: Decimal, velocity: Decimal) -> Decimal:
    """D.2: Q_s = 3600 · F · V, in m³/h (F in m², V in m/s)."""
    return 3600 * section * velocity


def section_velocity(pitot: Decimal, coefficient: Decimal) -> Decimal:
    """D.2: V = K_v · V_p."""
    return coefficient * pitot


def hourly_dry_standard_flow(
    wet: Decimal, temperature: Decimal, air_pressure: Decimal, static: Decimal, moisture: Decimal
) -> Decimal:
    """D.2: Q_sn = Q_s · 273/(273 + t) · (B_a + P_s)/101325 · (1 - X_sw)."""
    return (
        wet
        * ICE_POINT
        / (ICE_POINT + temperature)
        * (air_pressure + static)
        / STANDARD_PRESSURE
        * (1 - moisture)
    )


def hourly_mass(concentration: Decimal, dry_flow: Decimal) -> Decimal:
    """D.2: G_h = C_h · Q_snh · 10⁻⁶, in kg/h, with the *unconverted* dry concentration.

    The day is the sum of its hours; the further 10⁻⁶ printed in formula (34) is a misprint, as
    G_h is in kg/h already.
    """
    return concentration * dry_flow / 10**6
