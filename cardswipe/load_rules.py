"""What an hour of minute data says, pure: its own load, and what about it is doubtful.

The own integral follows annex D: each valid minute's volume (flow times its seconds) times its
concentration, summed. It is compared with what the device itself accumulated (-Cou).
"""

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from cardswipe import annex_d

MG_PER_KG = 10**6
L_PER_M3 = 1000
# The minute intervals that CN 1064 can set (HJ 212-2017 6.6.5), in minutes.
INTERVALS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
HOUR_S = 3600


class CheckVerdict(StrEnum):
    """How the device's hour and our own integral compare."""

    EQUAL = "EQUAL"
    DIFFERS = "DIFFERS"
    TOO_FEW = "TOO_FEW"  # too few valid minutes to say
    ALONE = "ALONE"  # the device accumulated nothing


@dataclass(frozen=True)
class Minute:
    """A minute period of one pollutant: its begin, flow and concentration, and whether both
    count (by their data marks). For water as a pollutant the concentration is None."""

    at: datetime.datetime
    flow: Decimal | None
    value: Decimal | None
    is_valid: bool


@dataclass(frozen=True)
class CheckTerms:
    """The rule in force: shares in thousandths, times in minutes."""

    tolerance: int
    least_valid_water: int
    least_valid_gas: int
    frozen_minutes: int
    gap_minutes: int
    implausible_times: int
    least_day_water: int
    least_day_gas: int

    def least_hours(self, *, is_water_medium: bool) -> int:
        """How many of a day's 24 hours must be valid for the day to be valid."""
        share = self.least_day_water if is_water_medium else self.least_day_gas
        return -(-24 * share // 1000)


@dataclass(frozen=True)
class OwnLoad:
    """Our own integral of an hour (mg; water in litres), and on how many minutes it stands."""

    quantity: int
    valid: int
    due: int


def interval_of(minutes: Sequence[Minute]) -> int:
    """The device's minute interval, in minutes: the smallest distance, else the usual ten."""
    gaps = [
        int((later.at - earlier.at).total_seconds() // 60)
        for earlier, later in itertools.pairwise(sorted(minutes, key=lambda one: one.at))
    ]
    fitting = [gap for gap in gaps if gap in INTERVALS]
    return min(fitting, default=10)


def own_load(
    minutes: Sequence[Minute], *, is_water_medium: bool, is_volume: bool, milligrams: Decimal
) -> OwnLoad:
    """The hour's load by annex D.1 (water) or D.2 (gas) from its valid minutes.

    `milligrams` is the mass in one litre (water) or one cubic metre (gas) at one unit of the
    concentration; a load with gaps is the sum of what is there, never stretched.
    """
    interval = interval_of(minutes)
    seconds = Decimal(interval * 60)
    load = Decimal(0)
    valid = [one for one in minutes if one.is_valid and one.flow is not None and one.flow >= 0]
    for one in valid:
        assert one.flow is not None, "only minutes with a flow are summed"
        # Litres of water, cubic metres of gas.
        volume = one.flow * seconds
        if is_water_medium:
            volume = annex_d.slice_volume(one.flow, seconds) * L_PER_M3
        if is_volume:
            load += volume
        elif one.value is not None and one.value > 0:
            load += one.value * milligrams * volume
    rounded = int(load.to_integral_value(rounding=ROUND_HALF_EVEN))
    return OwnLoad(rounded, len(valid), HOUR_S // 60 // interval)


def is_valid_hour(own: OwnLoad, *, is_water_medium: bool, terms: CheckTerms) -> bool:
    """Whether enough minutes of the hour are valid (HJ 212-2017 annex C, notes: of water every
    one, of gas at least 75 %)."""
    least = terms.least_valid_water if is_water_medium else terms.least_valid_gas
    return own.valid > 0 and own.valid * 1000 >= own.due * max(least, 1)


def compare(
    device: int | None, own: OwnLoad, *, is_water_medium: bool, terms: CheckTerms
) -> CheckVerdict:
    """Whether the two agree within the tolerance; only if enough of the hour is valid."""
    if not is_valid_hour(own, is_water_medium=is_water_medium, terms=terms):
        return CheckVerdict.TOO_FEW
    if device is None:
        return CheckVerdict.ALONE
    # A share of the hour that is missing (gas) is no difference: compare hour with hour.
    stretched = own.quantity * own.due // own.valid
    off = abs(device - stretched) * 1000
    return (
        CheckVerdict.DIFFERS
        if off > max(device, stretched) * terms.tolerance
        else CheckVerdict.EQUAL
    )


def frozen_for(minutes: Sequence[Minute]) -> int:
    """The longest time, in minutes, in which a running meter gave the very same figure."""
    interval, longest, run = interval_of(minutes), 0, 0
    before: Minute | None = None
    for one in sorted(minutes, key=lambda minute: minute.at):
        is_same = before is not None and (one.value, one.flow) == (before.value, before.flow)
        run = run + 1 if is_same and one.is_valid and one.flow else 0
        longest, before = max(longest, run), one
    return (longest + 1) * interval if longest else 0


def longest_gap(minutes: Sequence[Minute], begin: datetime.datetime, end: datetime.datetime) -> int:
    """The longest time, in minutes, for which no minute data came."""
    interval = interval_of(minutes)
    step = datetime.timedelta(minutes=interval)
    times = sorted({one.at for one in minutes})
    ends = [begin, *(at + step for at in times)]
    return max(
        int((start - finish).total_seconds() // 60)
        for finish, start in zip(ends, [*times, end], strict=True)
    )


def implausible(
    minutes: Sequence[Minute], permitted: Decimal | None, terms: CheckTerms
) -> Decimal | None:
    """The first figure that cannot be: below zero, or so many times the permitted one."""
    for one in minutes:
        if one.value is None or not one.is_valid:
            continue
        roof = permitted * terms.implausible_times if permitted else None
        if one.value < 0 or (roof is not None and one.value > roof):
            return one.value
    return None
