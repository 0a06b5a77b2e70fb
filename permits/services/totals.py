"""Snapshots of the total-quantity database."""

import dataclasses
import datetime

from django.db import transaction
from django.utils import timezone

from ledger.models import QuotaPeriod
from parties.models import Region
from permits.models import TotalSnapshot
from permits.queries.totals import by_pollutant, holders


@transaction.atomic
def take_snapshots(*, now: datetime.datetime) -> int:
    """Keep today's totals of every city and county with a quota period that runs; how many are
    new. Taken twice on a day, the first stands."""
    today = timezone.localdate(now)
    running = QuotaPeriod.objects.filter(start_date__lte=today, end_date__gte=today)
    before = TotalSnapshot.objects.filter(taken_on=today).count()
    for period in running.select_related("region"):
        for region in Region.objects.filter(code__startswith=period.region.prefix):
            lines = by_pollutant(holders(region, period, today))
            TotalSnapshot.objects.bulk_create(
                (
                    TotalSnapshot(
                        region=region,
                        pollutant=line.pollutant,
                        period=period,
                        taken_on=today,
                        **dataclasses.asdict(line.totals),
                    )
                    for line in lines
                ),
                ignore_conflicts=True,
            )
    return TotalSnapshot.objects.filter(taken_on=today).count() - before
