"""Dated rows: which of them hold in a region on a day."""

import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from parties.models import Membership, Region
from shell.periods import holds_on


def in_force(rows: QuerySet[Any], *, region: Region, day: datetime.date) -> QuerySet[Any]:
    """The rows of the region and of those above it that hold on the day, the nearest first."""
    return rows.filter(
        Q(region__isnull=True) | Q(region_id__in=region.line),
        holds_on(day),
    ).order_by(F("region_id").desc(nulls_last=True), "-valid_from")


def rules_for(model: Any, actor: Membership) -> QuerySet[Any]:
    """The rows a bureau goes by or may set: of its area, of those above it, of the country."""
    own = actor.region
    above = own.line if own else []
    rows: QuerySet[Any] = model._default_manager.filter(
        Q(region__isnull=True)
        | Q(region_id__in=above)
        | Q(region__code__startswith=actor.region_prefix)
    )
    return rows.select_related("region")
