"""What the outlets of a site discharged over some days, for the reports of its permit."""

import datetime

from django.db.models import Count, Sum

from cardswipe.models import DailyTotal
from permits.actuals import Actual, Place
from permits.models import Site


def by_outlet(site: Site, first: datetime.date, last: datetime.date) -> dict[Place, Actual]:
    """Per outlet and pollutant; one query over the enterprise's days."""
    rows = (
        DailyTotal.objects.filter(
            enterprise_id=site.enterprise_id,
            day__range=(first, last),
            controller__outlet__site=site,
        )
        .values_list("controller__outlet_id", "pollutant_id")
        .annotate(Sum("quantity"), Sum("estimated"), Count("day", distinct=True))
        .order_by()
    )
    return {
        (outlet, pollutant): Actual(quantity, estimated, days)
        for outlet, pollutant, quantity, estimated, days in rows
    }
