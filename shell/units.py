"""Numbers at the edges: strict reading, exact whole units inside, figures for people. Pure.

Inside the system a mass is whole milligrams, a water volume whole litres, money whole fen.
Reading accepts ASCII digits with at most one point and nothing else; showing rounds
half to even, once, here.
"""

import re
from decimal import ROUND_HALF_EVEN, Decimal

from shell.rules import RuleBroken

MG_PER_T = 10**9
MG_PER_KG = 10**6
MG_PER_G = 10**3
LITRES_PER_M3 = 10**3
FEN_PER_YUAN = 10**2
LARGEST = 2**63 - 1  # PostgreSQL's bigint

# How many of the ledger's whole units one of these holds.
SCALES: dict[str, int] = {
    "t": MG_PER_T,
    "kg": MG_PER_KG,
    "g": MG_PER_G,
    "mg": 1,
    "m3": LITRES_PER_M3,
    "L": 1,
    "yuan": FEN_PER_YUAN,
}
# Decimals that are read unless a form asks for more or fewer.
PLACES: dict[str, int] = {"t": 3, "kg": 3, "g": 3, "mg": 0, "m3": 3, "L": 0, "yuan": 2}

PLAIN_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
STRANGER = re.compile(r"[^0-9.]", re.ASCII)
LONGEST = 40


def parse_quantity(text: str, *, unit: str, places: int | None = None) -> int:
    """The quantity in the ledger's whole unit (mg for t, kg, g; litre for m3), exactly.

    Refuses with S101–S105; never rounds. `places` allows more or fewer decimals than the
    unit's usual three, up to what the whole unit can hold.
    """
    allowed = PLACES[unit] if places is None else places
    return _read(text, scale=SCALES[unit], places=allowed)


def parse_money(text: str) -> int:
    """The amount in fen of a figure in yuan with at most two decimals."""
    return _read(text, scale=FEN_PER_YUAN, places=2)


def parse_count(text: str) -> int:
    """A whole number without unit."""
    return _read(text, scale=1, places=0)


def is_id(text: str) -> bool:
    """Whether a text from outside can be a row's number."""
    return text.isascii() and text.isdigit() and len(text) < 19


def check_within(value: int, *, least: int | None, most: int | None, show: str = "") -> int:
    """The value itself if it lies in the range (both ends included); else S106, S107 or S110.

    `show` is the unit in which the limit is named to the person.
    """
    if least is not None and value < least:
        # The smallest whole unit of a quantity is no figure that people write.
        if least == 1 and SCALES.get(show, 1) > 1:
            raise RuleBroken("S110")
        raise RuleBroken("S106", least=plain(least, unit=show))
    if most is not None and value > most:
        raise RuleBroken("S107", most=plain(most, unit=show))
    return value


def _read(text: str, *, scale: int, places: int) -> int:
    if text == "":
        raise RuleBroken("S101")
    if len(text) > LONGEST:
        raise RuleBroken("S105")
    if stranger := STRANGER.search(text):
        raise RuleBroken("S102", found=stranger.group())
    if not PLAIN_NUMBER.fullmatch(text):
        raise RuleBroken("S103")
    value = Decimal(text) * scale
    if len(text.partition(".")[2]) > places or value != value.to_integral_value():
        raise RuleBroken("S104", places=places)
    if value > LARGEST:
        raise RuleBroken("S105")
    return int(value)


def plain(value: int | Decimal, *, unit: str = "", places: int | None = None) -> str:
    """The exact figure as `parse_*` reads it back: no groups, no unit, no needless zeros, never
    an exponent.

    With `places` at least that many decimals are kept (`1.500`).
    """
    exact = Decimal(value) / SCALES[unit] if unit else Decimal(value)
    text = f"{exact:f}"
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(places or 0, "0")
    return f"{whole}.{decimals}" if decimals else whole


def figure(value: int, *, unit: str, places: int, group: str = ",") -> str:
    """The value of the ledger's whole unit shown in `unit`, rounded half to even."""
    exact = Decimal(value) / SCALES[unit]
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    text = f"{abs(rounded):,f}".replace(",", group)
    return f"−{text}" if rounded < 0 else text


def show_t(mg: int, *, places: int = 3, group: str = ",") -> str:
    """Milligrams as tonnes; more decimals (6, then 9) where three would hide the figure."""
    needed = next((p for p in (places, 6, 9) if not mg or abs(mg) >= MG_PER_T // 10**p), 9)
    return figure(mg, unit="t", places=max(places, needed), group=group)


def show_m3(litres: int, *, places: int = 0, group: str = ",") -> str:
    """Litres as cubic metres."""
    return figure(litres, unit="m3", places=places, group=group)


def show_yuan(fen: int, *, group: str = ",") -> str:
    """Fen as yuan with two decimals."""
    return figure(fen, unit="yuan", places=2, group=group)
