"""Lots that end soon, with what of them is free and would lapse."""

import datetime

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from ledger.models import Account, Lot
from parties.models import Membership

from .lot_states import with_states


def lots_ending(actor: Membership, first: datetime.date, last: datetime.date) -> "QuerySet[Lot]":
    """The lots within reach whose last day lies between the two, the first to end on top; `rest`:
    what lies free in them of their last quota period, in the smallest unit."""
    rest = (
        Account.objects.open_of_lots()
        .filter(reference_id=OuterRef("pk"), asset__period__end_date__gte=OuterRef("valid_to"))
        .order_by()
        .values("reference_id")
        .annotate(total=Sum("balance"))
        .values("total")
    )
    rows = Lot.objects.for_actor(actor).filter(
        quantity_per_year__gt=0, valid_to__gte=first, valid_to__lte=last
    )
    return (
        with_states(rows)
        .annotate(rest=Coalesce(Subquery(rest, output_field=BigIntegerField()), 0))
        .select_related("enterprise", "region", "pollutant")
        .order_by("valid_to", "pk")
    )
