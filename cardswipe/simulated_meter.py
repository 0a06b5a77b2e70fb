"""What stands behind a simulated outlet, pure: flow and concentrations that wander, seeded.

Time is cut into slots of ten minutes; each slot's figures follow from the seed, the box and the
slot alone. So the hours are exactly the sums of their minutes, whatever is sent first, again or
late, and two runs with one seed measure the same. All amounts are whole litres and milligrams.
"""

import datetime
import functools
import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

SLOT = datetime.timedelta(minutes=10)
SLOT_S = 600
EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
ABNORMAL = "DMCTB"
LEAST_NORMAL_PERCENT = 75  # of a gas hour's minutes (HJ 212-2017 annex C, notes)


class Slot(NamedTuple):
    """Ten minutes: flow and concentrations in hundredths, the mark of all of them."""

    flow: int
    means: Mapping[str, int]
    mark: str


class Period(NamedTuple):
    """A period's sums: litres, milligrams by factor, how many slots had which mark."""

    seconds: int
    litres: int
    masses: Mapping[str, int]
    marks: Sequence[str]

    def mark(self, *, is_water: bool) -> str:
        """The mark of the whole: water one abnormal value, gas less than 75 % normal makes it D
        (HJ 212-2017 annex C, notes)."""
        bad = [mark for mark in self.marks if mark != "N"]
        normal = (len(self.marks) - len(bad)) * 100
        is_bad = bool(bad) if is_water else normal < LEAST_NORMAL_PERCENT * len(self.marks)
        return ("D" if len(self.marks) > 1 else bad[0]) if is_bad else "N"


class Meter:
    """The flow meter and analysers of one outlet."""

    def __init__(
        self, *, seed: str, flow: int, factors: Mapping[str, int], is_water: bool, abnormal: int = 0
    ) -> None:
        self.seed, self.flow, self.factors = seed, flow, factors
        self.is_water, self.abnormal = is_water, abnormal
        self.slot = functools.lru_cache(maxsize=4096)(self._slot)

    def _slot(self, number: int) -> Slot:
        dice = random.Random(f"{self.seed}/{number}")  # noqa: S311 - play, no secret
        means = {code: dice.randint(base * 80, base * 120) for code, base in self.factors.items()}
        mark = dice.choice(ABNORMAL) if dice.randrange(1000) < self.abnormal else "N"
        return Slot(dice.randint(self.flow * 80, self.flow * 120), means, mark)

    def period(self, begin: datetime.datetime, end: datetime.datetime) -> Period:
        """The sums from begin to end; parts of a slot count by their seconds."""
        litres, marks = 0, []
        masses = dict.fromkeys(self.factors, 0)
        first, last = (begin - EPOCH) // SLOT, -((EPOCH - end) // SLOT)
        for number in range(first, last):
            start = EPOCH + number * SLOT
            seconds = int((min(end, start + SLOT) - max(begin, start)).total_seconds())
            slot = self.slot(number)
            marks.append(slot.mark)
            volume = self.litres(slot.flow, seconds)
            litres += volume
            for code, mean in slot.means.items():
                masses[code] += self.mass(mean, volume)
        return Period(int((end - begin).total_seconds()), litres, masses, marks)

    def litres(self, flow: int, seconds: int) -> int:
        """Volume of a flow in hundredths of L/s (water) or m³/s (gas)."""
        return flow * seconds // 100 if self.is_water else flow * seconds * 10

    def mass(self, mean: int, litres: int) -> int:
        """Milligrams at a mean in hundredths of mg/L (water) or mg/m³ (gas)."""
        return mean * litres // 100 if self.is_water else mean * litres // 100_000

    def mean(self, mass: int, litres: int) -> int:
        """The flow-weighted mean in hundredths that a mass in a volume comes to."""
        if not litres:
            return 0
        return mass * 100 // litres if self.is_water else mass * 100_000 // litres
