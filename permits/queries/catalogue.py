"""What the catalogue says of an application: its tests, the answers, the proposed class."""

import dataclasses
import datetime
from typing import Any

from permits.catalogue import (
    Answer,
    CatalogueRow,
    Known,
    ManagedAs,
    Measure,
    Proposal,
    concerned,
    is_met,
    propose,
)
from permits.models import Application, CatalogueEntry
from permits.models.catalogue import CLASS_NAMES
from permits.rules import totals
from shell.figures import t3
from shell.units import plain

from .content import requested_lines
from .dated import in_force


@dataclasses.dataclass(frozen=True)
class Judged:
    """A test of the catalogue held against an application; `value` is what it was held against."""

    entry: CatalogueEntry
    is_met: bool | None
    value: str

    @property
    def text(self) -> str:
        """The test as the catalogue says it, without its row number."""
        return str(self.entry).removeprefix(f"{self.entry.row_no} · ")


@dataclasses.dataclass(frozen=True)
class Classing:
    """The proposal with every test that concerns the site."""

    proposal: Proposal
    judged: list[Judged]

    @property
    def proposed(self) -> str:
        """The class proposed in words; nothing while it is open."""
        decided = self.proposal.decided
        return str(CLASS_NAMES[ManagedAs(decided)]) if decided else ""

    @property
    def deciding(self) -> list[Judged]:
        """The tests that led to the proposed class."""
        keys = {test.pk for test in self.proposal.deciding}
        return [one for one in self.judged if one.entry.pk in keys]

    @property
    def waiting(self) -> list[Judged]:
        """The tests without an answer that could make the class stricter."""
        keys = {test.pk for test in self.proposal.waiting}
        return [one for one in self.judged if one.entry.pk in keys]


def industry_of(application: Application) -> str:
    """The digits of the unit's GB/T 4754 code; some write its section letter before them."""
    return application.site.enterprise.industry_code.lstrip("ABCDEFGHIJKLMNOPQRST")


def entries_for(application: Application, day: datetime.date) -> list[CatalogueEntry]:
    """The catalogue's rows in force at the site that concern its industry; a row of the region
    stands for the country's row of the same text."""
    rows = in_force(CatalogueEntry.objects.all(), region=application.site.region, day=day)
    nearest: dict[tuple[int, str, str], CatalogueEntry] = {}
    for row in rows.select_related("pollutant"):
        nearest.setdefault((row.row_no, row.industry, row.text_zh), row)
    chosen = {
        test.pk for test in concerned(map(row_of, nearest.values()), industry_of(application))
    }
    found = [row for row in nearest.values() if row.pk in chosen]
    return sorted(found, key=lambda row: (row.row_no, row.pk))


def row_of(entry: CatalogueEntry) -> CatalogueRow:
    return CatalogueRow(
        pk=entry.pk,
        industry=entry.industry,
        scope=entry.scope,
        management_class=entry.management_class,
        measure=entry.measure,
        pollutant=entry.pollutant_id,
        threshold=entry.threshold,
        is_inclusive=entry.is_inclusive,
    )


def answers_of(application: Application) -> dict[int, Answer]:
    """What the application states, by row of the catalogue."""
    return {
        row.entry_id: Answer(figure=row.figure, is_so=row.is_so)
        for row in application.class_answers.all()
    }


def classing(
    application: Application, day: datetime.date, answers: dict[int, Answer] | None = None
) -> Classing:
    """What the catalogue proposes by the limits asked for and the answers (those kept, if none
    are given)."""
    said = answers_of(application) if answers is None else answers
    quantities = totals(requested_lines(application))
    known = Known(industry_of(application), quantities, said)
    entries = entries_for(application, day)
    tests = {entry.pk: row_of(entry) for entry in entries}
    return Classing(
        proposal=propose(tests.values(), known),
        judged=[
            Judged(entry, is_met(tests[entry.pk], known), value_of(entry, known))
            for entry in entries
        ],
    )


def value_of(entry: CatalogueEntry, known: Known) -> str:
    """The figure that the test was held against, with its unit; nothing for words."""
    if entry.measure == Measure.POLLUTANT:
        return f"{t3(known.quantities.get(entry.pollutant_id or '', 0))} t"
    figure = known.answers.get(entry.pk, Answer()).figure
    return "" if figure is None else f"{plain(figure)} {entry.unit}"


def grounds_of(found: Classing) -> list[dict[str, Any]]:
    """The deciding rows as they stand, to be kept with the application."""
    return [
        {
            "entry": one.entry.pk,
            "row_no": one.entry.row_no,
            "text_zh": one.entry.text_zh,
            "text_en": one.entry.text_en,
            "value": one.value,
            "legal_basis": one.entry.legal_basis,
        }
        for one in found.deciding
    ]
