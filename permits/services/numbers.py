"""Document numbers: one yearly series per region and kind of paper."""

import datetime

from parties.models import Region
from permits.models import NumberSeries


def next_number(region: Region, *, series: str, now: datetime.datetime) -> str:
    """The next document number of the region's yearly series: 339901-2026-SQ-00012."""
    counter, _ = NumberSeries.objects.select_for_update().get_or_create(
        region=region, series=series, year=now.year
    )
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{region.code}-{now.year}-{series}-{counter.last:05d}"
