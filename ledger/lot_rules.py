"""Which kind of operation each act on a lot is, who may ask for it, and what it moves: pure."""

from collections.abc import Mapping
from dataclasses import dataclass

# A day's rounding puts a unit (a milligram, a litre) here or there; parts that are held one after
# the other may together come out a few of them above what is left.
ROUNDING = 8

KIND_OF_ACT: Mapping[str, str] = {
    "SPLIT": "LOT_SPLIT",
    "MERGE": "LOT_MERGE",
    "LEASE": "LEASE",
    "RETURN": "LEASE_END",
    "PLEDGE": "PLEDGE",
    "FREEZE": "COURT_FREEZE",
    "RELEASE": "RELEASE",
    "RETIRE": "RETIRE",
    "TAKEBACK": "TAKE_BACK",
}
PURPOSE_OF_ACT: Mapping[str, str] = {"PLEDGE": "PLEDGE", "FREEZE": "COURT_FREEZE"}
# Acts that take a part of so much per year; a release does so if it is one in part.
TAKING = frozenset({"SPLIT", "LEASE", "PLEDGE", "FREEZE", "TAKEBACK"})
# What a holder may ask its bureau for, about its own lots.
HOLDERS_ACTS = frozenset({"SPLIT", "MERGE", "LEASE", "RETURN", "PLEDGE", "RELEASE"})


@dataclass(frozen=True)
class PeriodPart:
    """What an act moves of one quota period, in the smallest unit."""

    asset_id: int
    account_id: int
    label: str
    free: int
    moved: int
    is_coming: bool = False

    @property
    def left(self) -> int:
        """What is free in the lot afterwards."""
        return self.free + (self.moved if self.is_coming else -self.moved)

    @property
    def is_short(self) -> bool:
        """Whether less is free than would be moved."""
        return self.left < 0


def held_part(share: int, free: int) -> int:
    """What is held of a period for a share: all that is free when only rounding is missing."""
    return free if 0 < share - free <= ROUNDING else share


def part_of(held: int, quantity: int, whole: int) -> int:
    """The part of what is held of a period that goes with so much of the whole per year; rounded
    down, so that all of it goes only with the whole."""
    return held if quantity == whole else held * quantity // whole
