"""A simulated controller without contact: what it may discharge, and what it states afterwards.

As docs/card-profile.md has it: within the allowance it was last told it opens sessions by itself;
back on line it sends each session late and then one signed statement of all of them.
"""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal

from cardswipe.hj212.frame import Frame
from cardswipe.offline import mac_of

Amounts = dict[str, Decimal]


@dataclasses.dataclass(frozen=True)
class Allowance:
    """How long and how much of each factor may go off line, as the last answer to a swipe said."""

    hours: int = 0
    amounts: Mapping[str, Decimal] = dataclasses.field(default_factory=dict)

    @classmethod
    def told(cls, answer: Frame) -> "Allowance":
        """What the answer to a swipe allows."""
        amounts = {
            code: Decimal(said["Off"]) for code, said in answer.items.items() if "Off" in said
        }
        return cls(int(answer.cp.get("OffHours", 0)), amounts)


def amounts_in(fields: Sequence[str]) -> Amounts:
    """The accumulated amounts (-Cou) of a report's fields, by factor."""
    pairs = [part.split("=") for field in fields for part in field.split(",") if "-Cou=" in part]
    return {name.removesuffix("-Cou"): Decimal(text) for name, text in pairs}


@dataclasses.dataclass
class Absence:
    """The time since the contact was lost, and the sessions kept meanwhile."""

    began_at: datetime.datetime
    allowance: Allowance
    first: int = 0
    last: int = 0
    sums: Amounts = dataclasses.field(default_factory=dict)

    def allows(self, amounts: Amounts, until: datetime.datetime) -> bool:
        """Whether a session with these amounts may still be opened: else the valve stays shut."""
        ends_at = self.began_at + datetime.timedelta(hours=self.allowance.hours)
        return until <= ends_at and all(
            self.sums.get(code, Decimal(0)) + amounts.get(code, Decimal(0)) <= most
            for code, most in self.allowance.amounts.items()
        )

    def keep(self, number: int, amounts: Amounts) -> None:
        """Count a session."""
        self.first, self.last = self.first or number, number
        for code, amount in amounts.items():
            self.sums[code] = self.sums.get(code, Decimal(0)) + amount

    def statement(self, *, mn: str, key: str, until: datetime.datetime) -> str:
        """The data of the batch's frame, signed; its number is that of the first session."""
        said = ";".join(
            [
                f"BatchNo={self.first}",
                f"BeginTime={self.began_at:%Y%m%d%H%M%S};EndTime={until:%Y%m%d%H%M%S}",
                f"FirstSwipe={self.first};LastSwipe={self.last}",
                *(f"{code}-Cou={total:f}" for code, total in self.sums.items()),
            ]
        )
        return f"{said};Mac={mac_of(key, f'{mn};{said}')}"
