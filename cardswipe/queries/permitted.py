"""What permits limit: at an outlet, and for an enterprise."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from parties.models import Enterprise
from permits.models import Limit


@dataclass(frozen=True)
class LimitTerm:
    """A pollutant that a permit limits, by yearly quantity or not, with the days it does so."""

    pollutant: str
    has_quantity: bool
    permit_no: str
    first_day: datetime.date
    last_day: datetime.date

    def holds(self, day: datetime.date) -> bool:
        """Whether the limit is in force on the day."""
        return self.first_day <= day <= self.last_day


def outlet_limits(outlet_ids: Collection[int]) -> dict[int, list[LimitTerm]]:
    """The limits at each outlet, past and present versions; few rows per outlet."""
    # One array instead of a parameter for each of thousands of outlets.
    outlets = RawSQL("SELECT unnest(%s::bigint[])", [sorted(outlet_ids)])
    return _terms(Limit.objects.filter(outlet_id__in=outlets))


def enterprise_limits(enterprise: Enterprise, day: datetime.date) -> dict[str, str]:
    """The permit number by pollutant, for the quantity limits in force on the day."""
    own = _terms(Limit.objects.filter(outlet__site__enterprise=enterprise))
    terms = [term for found in own.values() for term in found]
    return {
        term.pollutant: term.permit_no for term in terms if term.has_quantity and term.holds(day)
    }


def _terms(limits: "QuerySet[Limit]") -> dict[int, list[LimitTerm]]:
    rows = limits.values_list(
        "outlet_id",
        "pollutant_id",
        "quantity_per_year",
        "version__permit__permit_no",
        "version__in_force_from",
        "version__in_force_until",
        "version__valid_to",
    )
    found: dict[int, list[LimitTerm]] = {}
    for outlet_id, pollutant, quantity, permit_no, begin, until, valid_to in rows:
        # `in_force_until` is the first day on which the version no longer holds.
        last = min(until - datetime.timedelta(days=1), valid_to) if until else valid_to
        term = LimitTerm(pollutant, quantity is not None, permit_no, begin, last)
        found.setdefault(outlet_id, []).append(term)
    return found
