"""What the minute data of an hour or a card session say, pure: their own load, and what about it
is doubtful.

The own integral follows annex D: each valid minute's volume (flow times its seconds) times its
concentration, summed. It is compared with what the device itself accumulated (-Cou).
"""

import datetime
import functools
import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol

from cardswipe import annex_d

MG_PER_KG = 10**6
L_PER_M3 = 1000
# The minute intervals that CN 1064 can set (HJ 212-2017 6.6.5), in minutes.
INTERVALS = frozenset({1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30})
USUAL_INTERVAL = 10
VOUCHING_GAPS = 3
HOUR_S = 3600


class CheckVerdict(StrEnum):
    """How the device's hour and our own integral compare."""

    EQUAL = "EQUAL"
    DIFFERS = "DIFFERS"
    TOO_FEW = "TOO_FEW"  # too few valid minutes to say
    ALONE = "ALONE"  # the device accumulated nothing


class Minute(NamedTuple):
    """A minute period of one pollutant: its begin, flow and concentration, and whether both
    count (by their data marks). For water as a pollutant the concentration is None. `share` is
    the part of it that is meant: less than all only at the edge of two card sessions."""

    at: datetime.datetime
    flow: Decimal | None
    value: Decimal | None
    is_valid: bool
    share: Decimal = Decimal(1)


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
    """Our own integral of an hour or session (mg; water in litres), and on how many minute data
    it stands."""

    quantity: int
    valid: int
    due: int


class Timed(Protocol):
    """What was measured at a moment."""

    @property
    def at(self) -> datetime.datetime: ...


def interval_of(minutes: Iterable[Timed], rhythm: int | None = None) -> int:
    """The device's minute interval, in minutes: the smallest distance, else the usual ten; never
    more than the device's `rhythm`, where that is known from a longer while."""
    found = _interval(tuple(one.at for one in minutes))
    return found if rhythm is None else min(found, rhythm)


@functools.lru_cache(maxsize=1024)
def _interval(times: tuple[datetime.datetime, ...]) -> int:
    """Remembered, for the devices of a city send their minutes at the same times."""
    return min(_gaps(times), default=USUAL_INTERVAL)


def rhythm_of(times: Iterable[datetime.datetime]) -> int:
    """The same by the times of a longer while, where three distances vouch for it: with minutes
    lost, two that are left far apart must not pass for a slow device that sent all it had."""
    gaps = Counter(_gaps(times))
    found = min(gaps, default=USUAL_INTERVAL)
    return found if gaps[found] >= VOUCHING_GAPS else min(found, USUAL_INTERVAL)


def _gaps(times: Iterable[datetime.datetime]) -> list[int]:
    """The distances in minutes that a device can be set to."""
    pairs = itertools.pairwise(sorted(times))
    gaps = [int((later - earlier).total_seconds() // 60) for earlier, later in pairs]
    return [gap for gap in gaps if gap in INTERVALS]


def own_load(
    minutes: Sequence[Minute],
    *,
    is_water_medium: bool,
    is_volume: bool,
    milligrams: Decimal,
    session: "SessionSpan | None" = None,
    rhythm: int | None = None,
) -> OwnLoad:
    """The load by annex D.1 (water) or D.2 (gas) from the valid minutes of an hour, or from those
    of the hours around a card session.

    `milligrams` is the mass in one litre (water) or one cubic metre (gas) at one unit of the
    concentration; `rhythm` is as for `interval_of`; a load with gaps is the sum of what is
    there, never stretched.
    """
    if session is None:
        interval = interval_of(minutes, rhythm)
        due = HOUR_S // 60 // interval
    else:
        interval, due = session.interval, session.due()
        minutes = session.parts(minutes)
    seconds = Decimal(interval * 60)
    load = Decimal(0)
    valid = [one for one in minutes if one.is_valid and one.flow is not None and one.flow >= 0]
    for one in valid:
        assert one.flow is not None, "only minutes with a flow are summed"
        # Litres of water, cubic metres of gas.
        volume = one.flow * seconds * one.share
        if is_water_medium:
            volume = annex_d.slice_volume(one.flow, seconds * one.share) * L_PER_M3
        if is_volume:
            load += volume
        elif one.value is not None and one.value > 0:
            load += one.value * milligrams * volume
    rounded = int(load.to_integral_value(rounding=ROUND_HALF_EVEN))
    return OwnLoad(rounded, len(valid), due)


@dataclass(frozen=True)
class Neighbour:
    """Another card session of the controller; one that was booked before this one came has taken
    the whole of the minute periods that it touches."""

    begin: datetime.datetime
    end: datetime.datetime
    has_taken: bool = False


@dataclass(frozen=True)
class SessionSpan:
    """A card session's time, and the sessions that may touch the minute periods at its edges.

    The valve is shut between sessions, so a minute period at an edge belongs to the session
    whole. Where two touch it, it is divided by the time that each takes of it; what a session
    booked before has taken is never taken again: the parts of a period never exceed the whole.
    """

    begin: datetime.datetime
    end: datetime.datetime
    interval: int  # of the device's minute data, in minutes
    others: tuple[Neighbour, ...] = ()

    def due(self) -> int:
        """How many minute periods the session touches."""
        into = (self.begin.minute % self.interval) * 60 + self.begin.second
        spent = int((self.end - self.begin).total_seconds())
        return -(-(into + spent) // (self.interval * 60)) if spent else 0

    def parts(self, minutes: Sequence[Minute]) -> list[Minute]:
        """The minutes that it touches, each with the session's share of it."""
        step = datetime.timedelta(minutes=self.interval)
        touched = [
            one for one in minutes if _seconds(self.begin, self.end, one.at, one.at + step) > 0
        ]
        return [one._replace(share=self.share(one.at, one.at + step)) for one in touched]

    def share(self, first: datetime.datetime, last: datetime.datetime) -> Decimal:
        """The session's part of the minute period from `first` to `last`, which it touches."""
        own = _seconds(self.begin, self.end, first, last)
        beside = [one for one in self.others if _seconds(one.begin, one.end, first, last) > 0]
        if any(one.has_taken for one in beside):
            return Decimal(0)
        total = own + sum(_seconds(one.begin, one.end, first, last) for one in beside)
        return Decimal(own) / Decimal(total)


def _seconds(
    begin: datetime.datetime,
    end: datetime.datetime,
    first: datetime.datetime,
    last: datetime.datetime,
) -> int:
    """How many seconds the span has of the minute period."""
    return max(int((min(end, last) - max(begin, first)).total_seconds()), 0)


def is_valid_hour(own: OwnLoad, *, is_water_medium: bool, terms: CheckTerms) -> bool:
    """Whether enough minutes of the hour or session are valid (HJ 212-2017 annex C, notes: of
    water every one, of gas at least 75 %)."""
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


def longest_gap(
    minutes: Sequence[Minute],
    begin: datetime.datetime,
    end: datetime.datetime,
    rhythm: int | None = None,
) -> int:
    """The longest time, in minutes, for which no minute data came."""
    interval = interval_of(minutes, rhythm)
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
