"""What would lapse at the end of a quota period: per enterprise and pollutant, before it does."""

from collections.abc import Mapping
from typing import Any

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from ledger.models import Account, Lot, QuotaPeriod
from ledger.rules import Purpose
from parties.models import Membership

LAPSING = [Purpose.AVAILABLE, Purpose.CARD, Purpose.RESERVE]


def lapse_preview(
    period: QuotaPeriod, actor: Membership | None
) -> "QuerySet[Account, Mapping[str, Any]]":
    """One row per holder and pollutant this person may see, those with the most to lose by name:
    what is available, on cards and in the reserve, and how much of it goes on by the period's
    rule. Without a holder it is the government's reserve."""
    rest = Account.objects.for_actor(actor).filter(
        asset__period=period, purpose__in=LAPSING, balance__gt=0
    )
    return (
        rest.values(
            holder=F("enterprise__name"),
            holder_en=F("enterprise__name_en"),
            holder_id=F("enterprise_id"),
            pollutant=F("asset__pollutant_id"),
            position=F("asset__pollutant__position"),
        )
        .annotate(
            available=_sum(Q(purpose__in=[Purpose.AVAILABLE, Purpose.RESERVE])),
            on_card=_sum(Q(purpose=Purpose.CARD)),
            carried=_carried(period),
            total=Sum("balance"),
        )
        .order_by("holder", "position")
    )


def _sum(condition: Q) -> Coalesce:
    return Coalesce(Sum("balance", filter=condition), Value(0))


def _carried(period: QuotaPeriod) -> Sum:
    """What goes on into the next period: of lots that reach into it; nothing without the rule."""
    percent = period.carry_over_percent if period.has_carry_over else 0
    going_on = Lot.objects.filter(valid_to__gt=period.end_date, ended_on__isnull=True)
    return Sum(
        Case(
            When(
                Q(reference_type="lot", reference_id__in=going_on.values("pk")),
                then=F("balance") * percent / 100,
            ),
            default=Value(0),
            output_field=BigIntegerField(),
        )
    )
