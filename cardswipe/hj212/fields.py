"""Factors and their units: from the figures in a frame to whole milligrams and litres.

A code means nothing without its version: mercury is mg/L in 2005 and µg/L in 2017, and the
amount then comes in grams, not kilograms. Units stand in the factor table, never here.
"""

import datetime
import functools
import re
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from shell.rules import RuleBroken

STANDARDS = {2005: "HJ/T 212-2005", 2017: "HJ 212-2017", 2025: "HJ 212-2025"}

# -Cou: what one unit is in milligrams, or in litres.
MG_PER = {"t": 10**9, "kg": 10**6, "g": 10**3, "mg": 1}
L_PER = {"m3": 1000, "t": 1000}  # 2005 gives waste water in tonnes; a tonne of it is 1 m3
# Concentration: milligrams in one litre (water) or one cubic metre (gas).
MG_IN_L = {"mg/L": Decimal(1), "ug/L": Decimal("1E-3"), "ng/L": Decimal("1E-6")}
MG_IN_M3 = {
    "kg/m3": Decimal(10**6),
    "mg/m3": Decimal(1),
    "ug/m3": Decimal("1E-3"),
    "ng/m3": Decimal("1E-6"),
}
# The factor that carries the flow, whose -Cou is the volume (annex B; 2005 annex).
FLOW_CODES = {2005: ("B01", "B02"), 2017: ("w00000", "a00000"), 2025: ("w00000", "a00000")}
TOTALISER_CODE = "w00001"  # a common extension: the flow meter's own running total, m3
LARGEST = 10**18  # well inside bigint, far above any outlet

# At most 14 digits before and 15 after the point (fractions of 15 digits are met).
FIGURE = r"-?[0-9]{1,14}(?:\.[0-9]{1,15})?"
is_figure = re.compile(FIGURE).fullmatch
FOUND_MAX = 5000  # made-up codes and times must not fill the memory


class FactorInfo(NamedTuple):
    """One row of the factor table."""

    id: int
    standard: str
    code: str
    concentration_unit: str
    amount_unit: str


class FactorTable:
    """The factor rows by version and code; 2025 falls back on 2017 where it has no own row."""

    def __init__(self, rows: Iterable[FactorInfo]) -> None:
        self._rows: dict[tuple[str, str], FactorInfo] = {}
        for row in rows:
            self._rows.setdefault((row.standard, row.code), row)
        self._found: dict[tuple[int, str], FactorInfo | None] = {}
        self._found_all: dict[tuple[int, tuple[str, ...]], tuple[str, frozenset[str]]] = {}

    def find(self, version: int, code: str) -> FactorInfo | None:
        """The factor of a code in a version, or None if the version does not know it."""
        key = (version, code)
        if key not in self._found:
            if len(self._found) > FOUND_MAX:
                self._found.clear()
            self._found[key] = self._look_up(version, code)
        return self._found[key]

    def find_all(self, version: int, codes: tuple[str, ...]) -> tuple[str, frozenset[str]]:
        """The ids of a message's factors as PostgreSQL's literal, and the codes not known.

        A device sends the same codes in every message, so what was found is kept.
        """
        key = (version, codes)
        if key not in self._found_all:
            if len(self._found_all) > FOUND_MAX:
                self._found_all.clear()
            rows = {code: self.find(version, code) for code in codes}
            ids = ",".join(str(row.id) for row in rows.values() if row is not None)
            unknown = frozenset(code for code, row in rows.items() if row is None)
            self._found_all[key] = f"{{{ids}}}", unknown
        return self._found_all[key]

    def _look_up(self, version: int, code: str) -> FactorInfo | None:
        numbered = f"{code[:-2]}xx"  # e101xx: the last two digits count the equipment
        own = STANDARDS[version]
        row = self._rows.get((own, code)) or self._rows.get((own, numbered))
        if version != 2025:
            return row
        older = self._look_up(2017, code)
        if row is None or older is None or row.amount_unit:
            return row or older
        # The rows known of 2025 (secondary sources) name no unit of amount.
        return row._replace(amount_unit=older.amount_unit)


def figure(text: str) -> Decimal:
    """A figure as sent; refused (C127) unless it is plain digits with at most one point."""
    if is_figure(text) is None:
        raise RuleBroken("C127", figure=text[:40])
    return Decimal(text)


def whole(value: Decimal, *, sent: str) -> int:
    """A non-negative quantity as a whole number, rounded half to even, once."""
    rounded = value.to_integral_value(rounding=ROUND_HALF_EVEN)
    if value < 0 or rounded > LARGEST:
        raise RuleBroken("C127", figure=sent[:40])
    return int(rounded)


def amount_mg(text: str, unit: str) -> int:
    """An accumulated amount (-Cou) in whole milligrams."""
    if unit not in MG_PER:
        raise RuleBroken("C128", unit=unit or "–")
    return whole(figure(text) * MG_PER[unit], sent=text)


def volume_l(text: str, unit: str) -> int:
    """An accumulated volume (-Cou) in whole litres."""
    if unit not in L_PER:
        raise RuleBroken("C128", unit=unit or "–")
    return whole(figure(text) * L_PER[unit], sent=text)


def mass_mg(concentration: str, unit: str, volume: int) -> int:
    """Mean concentration times volume (whole litres) in whole milligrams (annex D)."""
    per = mass_per(unit)
    litres = volume if unit in MG_IN_L else Decimal(volume) / 1000
    return whole(figure(concentration) * per * litres, sent=concentration)


def mass_per(unit: str) -> Decimal:
    """Milligrams in one litre (water) or one cubic metre (gas) at one unit of concentration."""
    if unit in MG_IN_L:
        return MG_IN_L[unit]
    if unit in MG_IN_M3:
        return MG_IN_M3[unit]
    raise RuleBroken("C128", unit=unit or "–")


@functools.lru_cache(maxsize=FOUND_MAX)  # a thousand devices tell the same minute
def moment(text: str, zone: datetime.tzinfo) -> datetime.datetime:
    """DataTime, BeginTime or EndTime: fourteen digits in the zone of the site."""
    if len(text) != 14 or not (text.isascii() and text.isdigit()):
        raise RuleBroken("C123", time=text[:20])
    try:
        return datetime.datetime(
            int(text[:4]),
            int(text[4:6]),
            int(text[6:8]),
            int(text[8:10]),
            int(text[10:12]),
            int(text[12:]),
            tzinfo=zone,
        )
    except ValueError:
        raise RuleBroken("C123", time=text) from None
