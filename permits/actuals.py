"""What was really discharged: asked of whoever measures, which permits does not know.

actuals.register(source)          # once, by the app with the devices
actuals.recorded(site, first, last)
"""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from permits.models import Site


@dataclass(frozen=True)
class Actual:
    """Recorded of one pollutant at one outlet over some days: mg or L, estimates among it, and
    on how many days anything was recorded."""

    quantity: int
    estimated: int
    days: int


Place = tuple[int, str]  # outlet, pollutant
Source = Callable[[Site, datetime.date, datetime.date], Mapping[Place, Actual]]
NOTHING = Actual(0, 0, 0)
_sources: list[Source] = []


def register(source: Source) -> None:
    """Make a source known."""
    if source not in _sources:
        _sources.append(source)


def recorded(site: Site, first: datetime.date, last: datetime.date) -> dict[Place, Actual]:
    """All that was recorded at the site's outlets from the first to the last day."""
    found: dict[Place, Actual] = {}
    for source in _sources:
        found |= source(site, first, last)
    return found
