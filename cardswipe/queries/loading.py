"""What may be loaded on a card: the region's rule, the periods, the quantities."""

import datetime
from dataclasses import dataclass

from cardswipe.models import LoadRule
from cardswipe.rules import LoadMode
from ledger.models import Account, Lot, Pollutant, QuotaPeriod
from ledger.models.assets import PeriodState
from ledger.models.lots import PaidState
from ledger.queries import available_accounts
from ledger.rules import Purpose
from ledger.services import asset_for
from parties.models import Enterprise


def load_rule(region_code: str, day: datetime.date) -> LoadRule:
    """The region's rule on the day; without a row nothing is asked."""
    rows = LoadRule.objects.nearest(region_code, day)
    return rows[0] if rows else LoadRule(must_be_paid=False, legal_basis="")


def open_periods(enterprise: Enterprise, today: datetime.date) -> list[QuotaPeriod]:
    """The open quota periods of the enterprise's city that are not over."""
    return list(
        QuotaPeriod.objects.filter(
            region_id=enterprise.region.city_code, end_date__gte=today, state=PeriodState.OPEN
        ).order_by("start_date")
    )


def periods_to_load(
    enterprise: Enterprise,
    pollutant: str,
    period: QuotaPeriod,
    mode: LoadMode,
    today: datetime.date,
) -> list[QuotaPeriod]:
    """The chosen period, or (by period of the permit) it and all later ones the lots reach."""
    if mode == LoadMode.YEARLY:
        return [period]
    reached = set(
        Account.objects.filter(
            enterprise=enterprise,
            purpose=Purpose.AVAILABLE,
            asset__pollutant_id=pollutant,
            balance__gt=0,
        ).values_list("asset__period_id", flat=True)
    )
    later = open_periods(enterprise, today)
    later = [each for each in later if each.start_date > period.start_date]
    return [period, *(each for each in later if each.pk in reached)]


@dataclass(frozen=True)
class Loadable:
    """What is available of a pollutant in a period, how much of it in unpaid lots, and in which."""

    pollutant: Pollutant
    available: int
    unpaid: int
    permit_no: str
    lots: tuple[tuple[Lot, int], ...] = ()

    @property
    def usable(self) -> int:
        """What may be loaded now."""
        return self.available - self.unpaid


def loadable(
    enterprise: Enterprise, period: QuotaPeriod, permits: dict[str, str], day: datetime.date
) -> list[Loadable]:
    """What the enterprise could load into the period, per pollutant that its permit limits."""
    rule = load_rule(enterprise.region_id, day)
    found = []
    for pollutant in Pollutant.objects.filter(code__in=permits):
        accounts = available_accounts(enterprise, asset_for(pollutant.code, period))
        unpaid = sum(
            account.balance
            for account, lot in accounts
            if rule.must_be_paid and lot.paid_state != PaidState.PAID
        )
        total = sum(account.balance for account, _lot in accounts)
        lots = tuple((lot, account.balance) for account, lot in accounts if account.balance > 0)
        found.append(Loadable(pollutant, total, unpaid, permits[pollutant.code], lots))
    return found
