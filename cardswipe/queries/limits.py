"""What the permit in force says at an outlet, for pages that show figures beside it."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from ledger.models import Pollutant
from permits.models import Limit, Permit


@dataclass(frozen=True)
class OutletLimit:
    """One pollutant's permitted concentration (mg/L, mg/m³) and quantity (mg, L) at an outlet."""

    outlet_id: int
    pollutant: Pollutant
    concentration: Decimal | None
    quantity_per_year: int | None
    permit: Permit
    valid_to: datetime.date


def limits_in_force(
    outlet_ids: Collection[int], day: datetime.date
) -> dict[int, list[OutletLimit]]:
    """By outlet, the limits of the permit versions that hold on the day; one statement."""
    found: dict[int, list[OutletLimit]] = {}
    for row in _rows(outlet_ids, day).select_related("pollutant", "version__permit"):
        limit = OutletLimit(
            row.outlet_id,
            row.pollutant,
            row.concentration,
            row.quantity_per_year,
            row.version.permit,
            row.version.valid_to,
        )
        found.setdefault(row.outlet_id, []).append(limit)
    return found


def concentrations_in_force(
    outlet_ids: Collection[int], day: datetime.date
) -> dict[int, dict[str, Decimal | None]]:
    """The same, only the permitted concentrations by pollutant code: cheap for many outlets."""
    found: dict[int, dict[str, Decimal | None]] = {}
    rows = _rows(outlet_ids, day).values_list("outlet_id", "pollutant_id", "concentration")
    for outlet, code, concentration in rows:
        found.setdefault(outlet, {})[code] = concentration
    return found


def _rows(outlet_ids: Collection[int], day: datetime.date) -> "QuerySet[Limit]":
    holds = Q(version__in_force_until__isnull=True) | Q(version__in_force_until__gt=day)
    return Limit.objects.filter(
        holds,
        outlet_id__in=outlet_ids,
        version__in_force_from__lte=day,
        version__valid_to__gte=day,
    ).order_by("pollutant__position")
