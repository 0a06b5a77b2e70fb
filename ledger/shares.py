"""What a right of so much per year comes to in each quota period, pure; and what ratios retire.

All rounding is here. Pro rata by day means: every single unit of the right (milligram, litre) is
handed out on one day of the period, of each n units (n days) one on every day, and what is left
over spread as evenly as can be. A share counts the units of some days. So nothing is ever
rounded, and shares add up exactly in both directions: over adjoining terms, and over the parts
into which a right is split, in whatever order; a whole period gives exactly the quantity. From
the exact fraction a share differs by a few units at most.
"""

import datetime
import math
from collections.abc import Iterable
from functools import lru_cache

# Which units of a right a lot holds, as (below, up to) pairs: a part that was cut off keeps its
# own units, so it can be cut further and come back without a unit too much or too little.
Units = tuple[tuple[int, int], ...]

PERMILLE = 1000
GOLDEN_PERMILLE = 618  # steps of this part of a circle spread points most evenly


@lru_cache
def _days_of_units(days: int) -> tuple[int, ...]:
    """On which day (from 0) each of the first n units of a period of n days is handed out."""
    step = max(1, days * GOLDEN_PERMILLE // PERMILLE)
    while math.gcd(step, days) > 1:
        step += 1
    return tuple(unit * step % days for unit in range(days))


def handed_out(quantity: int, day: int, days: int) -> int:
    """How many of a right's first `quantity` units were handed out before the day (from 0)."""
    full, rest = divmod(quantity, days)
    return full * day + sum(1 for at in _days_of_units(days)[:rest] if at < day)


def units_share(
    units: Units,
    *,
    valid_from: datetime.date,
    valid_to: datetime.date,
    period_start: datetime.date,
    period_end: datetime.date,
) -> int:
    """What these units of a right give in a quota period: those handed out on days of the term."""
    first, last = max(valid_from, period_start), min(valid_to, period_end)
    if last < first:
        return 0
    days = (period_end - period_start).days + 1
    begin, end = (first - period_start).days, (last - period_start).days + 1
    return sum(
        sign * (handed_out(above, day, days) - handed_out(below, day, days))
        for below, above in units
        for sign, day in ((1, end), (-1, begin))
    )


def take_top(units: Units, quantity: int) -> tuple[Units, Units]:
    """The units that are left, and the last `quantity` of them, which are cut off."""
    left: list[tuple[int, int]] = list(units)
    taken: list[tuple[int, int]] = []
    while quantity:
        below, above = left.pop()
        part = min(quantity, above - below)
        taken.insert(0, (above - part, above))
        if above - part > below:
            left.append((below, above - part))
        quantity -= part
    return tuple(left), tuple(taken)


def period_share(
    quantity_per_year: int,
    *,
    valid_from: datetime.date,
    valid_to: datetime.date,
    period_start: datetime.date,
    period_end: datetime.date,
) -> int:
    """A whole right's share in a quota period, in the smallest unit: pro rata by day."""
    return units_share(
        ((0, quantity_per_year),),
        valid_from=valid_from,
        valid_to=valid_to,
        period_start=period_start,
        period_end=period_end,
    )


def retired_part(bought: int, ratio_permille: int) -> int:
    """How much of a quantity bought at a replacement ratio is retired (bought = owned × ratio).

    The owned quantity is rounded down to the smallest unit, so the reduction is never short.
    """
    assert ratio_permille >= PERMILLE, "a ratio below 1 would make rights from nothing"
    return bought - bought * PERMILLE // ratio_permille


def carried_part(rest: int, percent: int) -> int:
    """How much of a period's rest is carried over, rounded down to the smallest unit."""
    return rest * percent // 100


def take_in_turn(amount: int, sources: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """From each source in its order as much as is still wanted: (source, part) pairs.

    Less than the amount when all sources together have less.
    """
    taken = []
    for source, free in sources:
        part = min(amount, free)
        if part > 0:
            taken.append((source, part))
            amount -= part
    return taken
