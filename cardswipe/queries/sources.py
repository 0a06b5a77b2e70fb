"""Which source of an outlet's hours is debited on which days."""

import datetime
from collections.abc import Collection, Mapping, Sequence

from cardswipe.models.estimates import LoadSourceRule, Source

Days = Sequence[tuple[datetime.date, datetime.date | None]]


def own_days(outlets: Collection[int]) -> Mapping[int, Days]:
    """By outlet, the spans of days on which our own integral is debited."""
    found: dict[int, list[tuple[datetime.date, datetime.date | None]]] = {}
    rows = LoadSourceRule.objects.filter(outlet__in=outlets, source=Source.OWN)
    for outlet, first, last in rows.values_list("outlet_id", "valid_from", "valid_to"):
        found.setdefault(outlet, []).append((first, last))
    return found


def source_rule(outlet: int, day: datetime.date) -> LoadSourceRule | None:
    """The row in force at the outlet; None: the device's own figure counts."""
    rows = LoadSourceRule.objects.on_day(day).filter(outlet_id=outlet)
    found: LoadSourceRule | None = rows.first()
    return found
