"""Which management class the catalogue gives a site (固定污染源排污许可分类管理名录): pure.

The catalogue's rows are data. A row concerns an industry, or every industry that has no row of
its own ("other industries", row 108 of the 2019 edition), or a general process that any
industry may have (rows 109 to 112). The strictest row whose test is met decides; a stricter row
whose test nobody answered yet keeps the proposal open.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum

MG_PER_T = 10**9


class Scope(StrEnum):
    """Which sites a row of the catalogue speaks of."""

    INDUSTRY = "INDUSTRY"
    OTHER = "OTHER"
    PROCESS = "PROCESS"


class Measure(StrEnum):
    """How a row's test is decided."""

    ALWAYS = "ALWAYS"  # the industry alone
    POLLUTANT = "POLLUTANT"  # the yearly quantity asked for, in t
    FIGURE = "FIGURE"  # a figure that the applicant states, in the row's unit
    FACT = "FACT"  # a question that the applicant answers with yes or no


class ManagedAs(StrEnum):
    """The classes of the catalogue, the strictest first."""

    KEY = "KEY"
    SIMPLIFIED = "SIMPLIFIED"
    REGISTRATION = "REGISTRATION"


STRICTNESS = tuple(ManagedAs)


@dataclasses.dataclass(frozen=True)
class CatalogueRow:
    """A row of the catalogue. `threshold` counts t per year or the row's own unit; reaching it
    is enough where `is_inclusive` (及以上), otherwise it must be passed (大于)."""

    pk: int
    industry: str
    scope: str
    management_class: str
    measure: str
    pollutant: str | None = None
    threshold: Decimal | None = None
    is_inclusive: bool = True


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the applicant states for one row: a figure in its unit, or yes or no."""

    figure: Decimal | None = None
    is_so: bool | None = None


@dataclasses.dataclass(frozen=True)
class Known:
    """What is known of a site: industry code, yearly quantities asked for in mg by pollutant,
    and the answers by row."""

    industry: str
    quantities: Mapping[str, int]
    answers: Mapping[int, Answer]


@dataclasses.dataclass(frozen=True)
class Proposal:
    """What the catalogue proposes. An empty class means that no row decides; `waiting` are the
    rows that could make it stricter and are not answered."""

    management_class: str
    deciding: tuple[CatalogueRow, ...]
    waiting: tuple[CatalogueRow, ...]

    @property
    def decided(self) -> str:
        """The class, once no open question could make it stricter; else nothing."""
        return "" if self.waiting else self.management_class


def concerned(rows: Iterable[CatalogueRow], industry: str) -> list[CatalogueRow]:
    """The rows that speak of this industry: its own, or those of other industries if it has
    none, and the general processes."""
    rows = list(rows)
    own = [row for row in rows if row.scope == Scope.INDUSTRY and industry.startswith(row.industry)]
    others = [] if own else [row for row in rows if row.scope == Scope.OTHER]
    return [*own, *others, *(row for row in rows if row.scope == Scope.PROCESS)]


def is_met(row: CatalogueRow, known: Known) -> bool | None:
    """Whether the row's test is met; None while nobody said."""
    if row.measure == Measure.ALWAYS:
        return True
    if row.measure == Measure.POLLUTANT:
        tonnes = Decimal(known.quantities.get(row.pollutant or "", 0)) / MG_PER_T
        return reaches(row, tonnes)
    answer = known.answers.get(row.pk, Answer())
    if row.measure == Measure.FACT:
        return answer.is_so
    return None if answer.figure is None else reaches(row, answer.figure)


def reaches(row: CatalogueRow, figure: Decimal) -> bool:
    """Whether the figure is at the threshold or beyond it."""
    assert row.threshold is not None, "a row with a figure has a threshold"
    return figure >= row.threshold if row.is_inclusive else figure > row.threshold


def propose(rows: Iterable[CatalogueRow], known: Known) -> Proposal:
    """The strictest class whose test is met, by which rows, and what could make it stricter."""
    judged = [(row, is_met(row, known)) for row in concerned(rows, known.industry)]
    met = {row.management_class for row, told in judged if told}
    found = next((each for each in STRICTNESS if each in met), "")
    stricter = STRICTNESS[: STRICTNESS.index(ManagedAs(found))] if found else STRICTNESS
    return Proposal(
        management_class=str(found),
        deciding=tuple(row for row, told in judged if told and row.management_class == found),
        waiting=tuple(
            row for row, told in judged if told is None and row.management_class in stricter
        ),
    )
