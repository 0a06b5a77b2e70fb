"""Which rights a new version of a permit opens, pure: quantities by year, cut at every change."""

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence

from permits.rules import Kind, LimitLine, Term, add_years
from shell.rules import RuleBroken

DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Grant:
    """A right to be opened in the ledger: so much per year over a term."""

    pollutant: str
    quantity_per_year: int
    term: Term


def year_starts(term: Term) -> list[datetime.date]:
    """The first day of each year of the term."""
    found, number = [], 0
    while (day := add_years(term.start, number)) <= term.end:
        found.append(day)
        number += 1
    return found


class Amounts:
    """What a version permits of each pollutant on any day of its term."""

    def __init__(self, lines: Iterable[LimitLine], term: Term | None) -> None:
        self.term = term
        self.lines = [line for line in lines if line.quantity_per_year is not None]
        self.starts = year_starts(term) if term else []

    @property
    def pollutants(self) -> set[str]:
        return {line.pollutant for line in self.lines}

    def on(self, pollutant: str, day: datetime.date) -> int:
        """The yearly quantity that holds on the day; nothing outside the term."""
        if self.term is None or not self.term.start <= day <= self.term.end:
            return 0
        year = sum(start <= day for start in self.starts)
        return sum(of_year(line, year) for line in self.lines if line.pollutant == pollutant)


def of_year(line: LimitLine, year: int) -> int:
    """A line's quantity in that year of the term, counted from 1."""
    if year <= len(line.years):
        return line.years[year - 1]
    return line.quantity_per_year or 0


def grants(kind: str, *, new: Amounts, old: Amounts) -> list[Grant]:
    """The rights a new version opens beyond those the old one has opened already.

    A first permit and a renewal open all of it; a re-application opens the increase while
    the old term lasts and all of it afterwards; a change or re-issue opens nothing.
    P115 when a re-application lowers a quantity before the old term's end: rights that are
    already paid or spent are taken back by the ledger's own documents, not by a permit.
    """
    if kind in (Kind.CHANGE, Kind.REISSUE, Kind.CANCEL) or new.term is None:
        return []
    before = old if kind == Kind.REAPPLY else Amounts([], None)
    cuts = cut_days(new, before)
    found = []
    for pollutant in sorted(new.pollutants | before.pollutants):
        found += stretches(pollutant, cuts, new=new, old=before)
    return found


def cut_days(new: Amounts, old: Amounts) -> list[datetime.date]:
    """Every day of the new term on which some quantity may change."""
    assert new.term, "only a term is cut"
    ends = [old.term.end + DAY] if old.term else []
    days = {*new.starts, *old.starts, *ends}
    return sorted(day for day in days if new.term.start <= day <= new.term.end)


def stretches(
    pollutant: str, cuts: Sequence[datetime.date], *, new: Amounts, old: Amounts
) -> list[Grant]:
    """The increase of one pollutant, stretch by stretch; alike neighbours are one."""
    assert new.term, "only a term has stretches"
    ends = [day - DAY for day in cuts[1:]] + [new.term.end]
    found: list[Grant] = []
    for start, end in zip(cuts, ends, strict=True):
        more = new.on(pollutant, start) - old.on(pollutant, start)
        if more < 0:
            raise RuleBroken("P115", pollutant=pollutant)
        if found and found[-1].quantity_per_year == more and found[-1].term.end + DAY == start:
            found[-1] = Grant(pollutant, more, Term(found[-1].term.start, end))
        elif more:
            found.append(Grant(pollutant, more, Term(start, end)))
    return found


def by_pollutant(found: Iterable[Grant], less: Mapping[str, int]) -> list[Grant]:
    """The grants without what has to be bought instead, which trading delivers."""
    kept = []
    for grant in found:
        rest = grant.quantity_per_year - less.get(grant.pollutant, 0)
        if rest > 0:
            kept.append(dataclasses.replace(grant, quantity_per_year=rest))
    return kept
