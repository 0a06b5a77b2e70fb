"""What stands behind a lot besides its own document: the application, bills and their payments.

The ledger does not know them; who does registers how to find them, for many lots at once:

    origins.register(bills_of_lots)    # (lots) -> {lot id: [Paper(DocumentRef("bill", 7), …)]}
"""

import dataclasses
from collections.abc import Callable, Sequence

from ledger.models import Lot
from ledger.rules import DocumentRef
from shell.refusals import Text


@dataclasses.dataclass(frozen=True)
class Paper:
    """A document behind a lot, with what is to be said of it."""

    ref: DocumentRef
    note: Text = ""
    tone: str = "neutral"


Behind = Callable[[Sequence[Lot]], dict[int, list[Paper]]]
SOURCES: list[Behind] = []


def register(source: Behind) -> None:
    """Make a way to the papers behind lots known; it makes a fixed number of queries."""
    if source not in SOURCES:
        SOURCES.append(source)


def behind(lots: Sequence[Lot]) -> dict[int, list[Paper]]:
    """All papers behind each lot."""
    found: dict[int, list[Paper]] = {}
    for source in SOURCES if lots else ():
        for lot, papers in source(lots).items():
            found.setdefault(lot, []).extend(papers)
    return found
