"""At what ratio new rights replace old ones: dated rows of regions, the nearest region's rules."""

import datetime

from django.db.models import Q, QuerySet

from ledger.models import Lot, ReplacementRatio
from ledger.refusals import NoReplacementRatio
from parties.models import Membership


def replacement_ratio(lot: Lot, day: datetime.date) -> int:
    """The ratio in force for the lot on the day, in thousandths; L208 when none is."""
    rows = ReplacementRatio.objects.filter(
        pollutant_id=lot.pollutant_id, region_id__in=lot.region.line, valid_from__lte=day
    ).exclude(valid_to__lt=day)
    nearest = rows.order_by("-region_id").first()
    if nearest is None:
        raise NoReplacementRatio(region=lot.region, pollutant=lot.pollutant, day=day)
    return nearest.ratio_permille


def ratios_for(actor: Membership) -> "QuerySet[ReplacementRatio]":
    """The ratios that hold in this person's region: its own, those above it and those below."""
    place = actor.bureau.region if actor.bureau else actor.enterprise.region  # type: ignore[union-attr]
    below = Q(region__code__startswith=actor.region_prefix) if actor.bureau else Q(pk__in=[])
    return (
        ReplacementRatio.objects.filter(Q(region_id__in=place.line) | below)
        .select_related("region", "pollutant")
        .order_by("pollutant__position", "region_id", "-valid_from")
    )
