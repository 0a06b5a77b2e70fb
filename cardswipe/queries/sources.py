"""Which source of an outlet's hours is debited on which days."""

import datetime
from collections.abc import Collection, Mapping, Sequence

from cardswipe.gas_state import GasTerms
from cardswipe.models import GasStateRule
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


def gas_rule(outlet: int, day: datetime.date) -> GasStateRule | None:
    """The row in force at the outlet; None: dry standard state."""
    found: GasStateRule | None = GasStateRule.objects.on_day(day).filter(outlet_id=outlet).first()
    return found


def gas_rules(outlets: Collection[int]) -> Mapping[int, Sequence[GasStateRule]]:
    """By outlet, all rows of the state in which it reports, in one statement."""
    found: dict[int, list[GasStateRule]] = {}
    for row in GasStateRule.objects.filter(outlet__in=outlets):
        found.setdefault(row.outlet_id, []).append(row)
    return found


def terms_on(rows: Sequence[GasStateRule], day: datetime.date) -> GasTerms | None:
    """What holds on the day, if anything is to be converted."""
    for row in rows:
        if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to):
            return row.terms() if row.terms().needed else None
    return None
