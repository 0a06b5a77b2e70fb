"""The arithmetic of admission (三位一体), pure: what may begin, what must be replaced or bought."""

import dataclasses
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any


class Effect(StrEnum):
    """What a line of the negative list does."""

    BAN = "BAN"
    LIMIT = "LIMIT"


class Source(StrEnum):
    """Where a replaced quantity stops."""

    OWN = "OWN"
    AREA = "AREA"


@dataclasses.dataclass(frozen=True)
class Demand:
    """One pollutant of a new, extended or altered project; quantities per year in the ledger's
    unit, the ratio in thousandths."""

    pollutant: str
    asked: int
    held: int  # what the present permit already grants
    own_reduction: int  # 以新带老: what the firm's old sources stop
    area_replacement: int  # what named other sources stop for it
    ratio_permille: int  # so much leaves the region's total for one part owned
    reserve: int  # what the region's reserve has and owes to nobody

    @property
    def increase(self) -> int:
        """What the region would have more of, before the firm's own reduction."""
        return max(0, self.asked - self.held)

    @property
    def to_own(self) -> int:
        """What the unit must acquire: the increase that its own old sources do not make up."""
        return max(0, self.increase - self.own_reduction)

    @property
    def needed(self) -> int:
        """What must be replaced or bought at the ratio; parts of a unit are rounded up."""
        return -(-self.to_own * self.ratio_permille // 1000)

    @property
    def available(self) -> int:
        """What can stand against it: the reserve and the named sources."""
        return self.reserve + self.area_replacement

    @property
    def short(self) -> int:
        """What is missing; nothing when the region can carry it."""
        return max(0, self.needed - self.available)

    def as_content(self) -> dict[str, Any]:
        """Every figure, for the file."""
        figures = ("increase", "to_own", "needed", "available", "short")
        return dataclasses.asdict(self) | {name: getattr(self, name) for name in figures}


@dataclasses.dataclass(frozen=True)
class Listed:
    """A line of the negative list that fits the zone and the industry."""

    effect: Effect
    text: str
    legal_basis: str


def fits(industry: str, *, listed: str) -> bool:
    """Whether the list's code, or the beginning of a code, names the industry (GB/T 4754)."""
    return bool(listed) and industry.startswith(listed)


def is_admitted(demands: Iterable[Demand], *, listed: Sequence[Listed], has_eia: bool) -> bool:
    """Space, total and project all hold: nothing bans it, nothing is short, the EIA is named."""
    is_banned = any(line.effect == Effect.BAN for line in listed)
    return not is_banned and has_eia and all(demand.short == 0 for demand in demands)
