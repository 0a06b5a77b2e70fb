"""Watching the monthly plans: who has used the month's plan up, who is back within it.

Not part of a booking: the clock compares every plan once in a while, set-based, so that a
booking costs the same in January and in December.
"""

import datetime
from collections.abc import Collection, Iterator, Sequence

from django.db import transaction
from django.utils import timezone

from cardswipe.models import WarningLevel, WarningStep
from cardswipe.plans import even_split, first_of
from cardswipe.queries.plans import moved_by_month, terms_of, used_in_month
from cardswipe.rules import StepBase
from ledger.models import QuotaPeriod
from parties.models import Enterprise, Membership

from . import levels
from .levels import Quota, Standing

AT_ONCE = 2000


def watch_months(
    *, by: Membership, now: datetime.datetime, enterprises: Collection[int] | None = None
) -> int:
    """Compare what main outlets discharged in the present month with its plan; returns how many
    plans were compared. A month that is over warns no longer, and keeps no valve closed."""
    today = timezone.localdate(now)
    _let_go(by, first_of(today), now, enterprises)
    if not WarningStep.objects.on_day(today).filter(base=StepBase.MONTH).exists():
        return 0
    used = used_in_month(first_of(today), enterprises)
    quotas = _quotas(used, today)
    ordered = sorted(quotas)
    for first in range(0, len(ordered), AT_ONCE):
        _judge(by, ordered[first : first + AT_ONCE], used, now)
    return len(quotas)


def _quotas(used: Collection[tuple[int, str]], today: datetime.date) -> list[Quota]:
    """The quotas of today's periods behind what was used."""
    cities = dict(
        Enterprise.objects.filter(pk__in={enterprise for enterprise, _code in used}).values_list(
            "pk", "region_id"
        )
    )
    periods = {
        region_id: pk
        for pk, region_id in QuotaPeriod.objects.filter(
            start_date__lte=today, end_date__gte=today
        ).values_list("pk", "region_id")
    }
    found = []
    for enterprise, code in used:
        period = periods.get(f"{cities[enterprise][:4]}00")
        if period is not None:
            found.append((enterprise, code, period))
    return found


@transaction.atomic
def _judge(
    by: Membership,
    quotas: Sequence[Quota],
    used: dict[tuple[int, str], int],
    now: datetime.datetime,
) -> None:
    month = first_of(timezone.localdate(now))
    # Another run, or a decision about the same plan, waits here.
    rows = Enterprise.objects.filter(pk__in={quota[0] for quota in quotas}).order_by("pk")
    list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk"))
    standings = list(_standings(quotas, month, used))
    levels.judge(by=by, standings=standings, now=now)


def _standings(
    quotas: Sequence[Quota], month: datetime.date, used: dict[tuple[int, str], int]
) -> Iterator[Standing]:
    """How each plan of the month stands."""
    periods = QuotaPeriod.objects.in_bulk({period for _e, _code, period in quotas})
    moved = moved_by_month([(enterprise, period) for enterprise, _code, period in quotas])
    reached = {
        (enterprise, code): percent
        for enterprise, code, percent in WarningLevel.objects.filter(
            month=month, enterprise_id__in={quota[0] for quota in quotas}
        ).values_list("enterprise_id", "pollutant_id", "percent")
    }
    bounds = [(period.start_date, period.end_date) for period in periods.values()]
    owners = {enterprise for enterprise, _code, _period in quotas}
    terms = terms_of(owners, min(b[0] for b in bounds), max(b[1] for b in bounds))
    for s in levels.standings_of([], quotas):
        first, last = periods[s.period_id].start_date, periods[s.period_id].end_date
        own = terms.get((s.enterprise_id, s.pollutant), [])
        even = even_split(s.total, first, last, own)[month]
        moves = moved.get((s.enterprise_id, s.pollutant, s.period_id), {})
        yield Standing(
            base=StepBase.MONTH,
            enterprise_id=s.enterprise_id,
            card_id=None,
            pollutant=s.pollutant,
            period_id=s.period_id,
            region_id=s.region_id,
            used=used.get((s.enterprise_id, s.pollutant), 0),
            total=max(even + moves.get(month, 0), 0),
            percent=reached.get((s.enterprise_id, s.pollutant), 0),
            month=month,
        )


@transaction.atomic
def _let_go(
    by: Membership,
    month: datetime.date,
    now: datetime.datetime,
    enterprises: Collection[int] | None,
) -> None:
    """Leave the steps of the months before this one."""
    over = WarningLevel.objects.filter(month__lt=month, percent__gt=0)
    if enterprises is not None:
        over = over.filter(enterprise_id__in=enterprises)
    rows = over.select_related("enterprise").select_for_update(of=("self",)).order_by("pk")
    standings = [
        Standing(
            base=StepBase.MONTH,
            enterprise_id=row.enterprise_id,
            card_id=None,
            pollutant=row.pollutant_id,
            period_id=row.period_id,
            region_id=row.enterprise.region_id,
            used=0,
            total=1,
            percent=row.percent,
            month=row.month,
        )
        for row in rows
    ]
    levels.judge(by=by, standings=standings, now=now)
