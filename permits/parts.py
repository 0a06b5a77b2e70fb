"""What the one certificate shows beyond the permit itself, from whoever has it.

Cards, loads and cases belong to card-swipe, bills and awards to trading; permits knows neither.
Each app makes its parts known once, and the certificate's page and paper show them alike:

    parts.register(source)      # source(permit) gives Part objects
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from parties.models import Membership
from parties.rules import Act
from permits.models import Permit
from permits.queries.timeline import Event
from shell.tables import Column, Text

MOST_ROWS = 50


@dataclass(frozen=True)
class Part:
    """One table of the certificate, the newest rows first, for those who may see such things;
    `events` are its lines of the timeline."""

    key: str
    title: Text
    need: Act
    columns: Sequence[Column]
    rows: Sequence[Any]
    empty: Text
    row_url: Callable[[Any], str] | None = None
    events: Sequence[Event] = ()


Source = Callable[[Permit], Iterable[Part]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Make a source known."""
    if source not in _sources:
        _sources.append(source)


def parts_of(permit: Permit, actor: Membership) -> list[Part]:
    """Every part that this person may see, in the order in which the apps made them known."""
    return [part for source in _sources for part in source(permit) if actor.may(part.need)]
