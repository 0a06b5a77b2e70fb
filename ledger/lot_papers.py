"""The papers that stand on a lot's page: certificates and whatever else apps above make of it.

The ledger knows none of them. Whoever makes one registers a source once Django is ready:

    lot_papers.register(papers)      # papers(lot, actor) gives Paper objects, the newest first

A source gives only what this person may open, in few queries: it runs at each look at the page.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ledger.models import Lot
from parties.models import Membership
from shell.refusals import Text


@dataclass(frozen=True)
class Paper:
    """A paper about a lot: its name, its address, and a word about it (number, date, state).

    `is_act`: nothing to read yet, the address is where the paper is asked for or issued.
    """

    words: Text
    url: str
    note: Text = ""
    is_act: bool = False


Source = Callable[[Lot, Membership], Iterable[Paper]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Make a source known."""
    if source not in _sources:
        _sources.append(source)


def papers_of(lot: Lot, actor: Membership) -> list[Paper]:
    """Every paper about the lot that this person may open, app by app."""
    return [paper for source in _sources for paper in source(lot, actor)]
