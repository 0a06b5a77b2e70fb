"""Opening accounts, assets and quota periods."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from ledger.models import Account, Asset, Cap, QuotaPeriod
from ledger.refusals import CapTooSmall, NoQuotaPeriod
from ledger.rules import DocumentRef, Purpose, floor_of
from parties.models import Enterprise, Membership, Region
from parties.services import record


@dataclass(frozen=True)
class AccountSpec:
    """What names an account: there is one for each such combination."""

    purpose: Purpose
    asset_id: int
    region_id: str
    enterprise_id: int | None = None
    reference_type: str = ""
    reference_id: int | None = None

    @classmethod
    def of(cls, account: Account) -> "AccountSpec":
        """The combination that names an existing account."""
        return cls(
            Purpose(account.purpose),
            account.asset_id,
            account.region_id,
            account.enterprise_id,
            account.reference_type,
            account.reference_id,
        )


def account_for(
    *,
    purpose: Purpose | str,
    asset: Asset,
    region: Region,
    enterprise: Enterprise | None = None,
    reference: DocumentRef | None = None,
) -> Account:
    """The account of this holder, asset, purpose and reference; opened when it is missing."""
    spec = AccountSpec(
        Purpose(purpose),
        asset.pk,
        region.pk,
        enterprise.pk if enterprise else None,
        reference.type if reference else "",
        reference.id if reference else None,
    )
    return accounts_for([spec])[spec]


def accounts_for(specs: Sequence[AccountSpec]) -> dict[AccountSpec, Account]:
    """The accounts for all specs in three statements, whatever their number; missing ones open."""
    wanted = sorted(set(specs), key=repr)
    found = _find(wanted)
    missing = [spec for spec in wanted if spec not in found]
    if missing:
        Account.objects.bulk_create(
            [
                Account(
                    purpose=spec.purpose,
                    asset_id=spec.asset_id,
                    region_id=spec.region_id,
                    enterprise_id=spec.enterprise_id,
                    reference_type=spec.reference_type,
                    reference_id=spec.reference_id,
                    min_balance=floor_of(spec.purpose),
                )
                for spec in missing
            ],
            ignore_conflicts=True,
        )
        found |= _find(missing)
    return {spec: found[spec] for spec in wanted}


# An enterprise's accounts and those of no enterprise apart: a comparison that takes empty for
# equal uses no index, and each look-up would then read all accounts of the asset and purpose.
FIND = """
WITH w AS (
    SELECT *
    FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::bigint[])
        AS w (purpose, asset_id, region_id, enterprise_id, reference_type, reference_id)
)
SELECT a.* FROM w JOIN ledger_account a
  ON a.enterprise_id = w.enterprise_id AND a.asset_id = w.asset_id AND a.purpose = w.purpose
 AND a.region_id = w.region_id AND a.reference_type = w.reference_type
 AND a.reference_id IS NOT DISTINCT FROM w.reference_id
UNION ALL
SELECT a.* FROM w JOIN ledger_account a
  ON a.region_id = w.region_id AND a.asset_id = w.asset_id AND a.purpose = w.purpose
 AND a.reference_type = w.reference_type AND a.reference_id IS NOT DISTINCT FROM w.reference_id
WHERE w.enterprise_id IS NULL AND a.enterprise_id IS NULL
"""


def _find(specs: Sequence[AccountSpec]) -> dict[AccountSpec, Account]:
    columns = [
        [str(spec.purpose) for spec in specs],
        [spec.asset_id for spec in specs],
        [spec.region_id for spec in specs],
        [spec.enterprise_id for spec in specs],
        [spec.reference_type for spec in specs],
        [spec.reference_id for spec in specs],
    ]
    return {AccountSpec.of(account): account for account in Account.objects.raw(FIND, columns)}


def money_asset() -> Asset:
    """The asset that counts fen."""
    return Asset.objects.get_or_create(pollutant=None, period=None)[0]


def asset_for(pollutant_code: str, period: QuotaPeriod) -> Asset:
    """The asset that counts a pollutant in a quota period."""
    return Asset.objects.get_or_create(pollutant_id=pollutant_code, period=period)[0]


def period_on(region: Region, day: datetime.date) -> QuotaPeriod:
    """The quota period of the region's city that holds the day; refuses (L202) when none does."""
    period = QuotaPeriod.objects.on(region, day).first()
    if period is None:
        raise NoQuotaPeriod(region=region, day=day)
    return period


@transaction.atomic
def ensure_periods(
    *, by: Membership, region: Region, first: datetime.date, last: datetime.date
) -> list[QuotaPeriod]:
    """The quota periods of the region's city from `first` to `last`; missing ones are made.

    New periods go on in the pattern of the city's present ones (so a city that counts from
    July to June keeps doing so); a city without any counts calendar years.
    """
    city = Region.objects.select_for_update().get(pk=region.city_code)
    own = QuotaPeriod.objects.filter(region=city)
    latest = own.order_by("-start_date").first()
    anchor = latest.start_date if latest else datetime.date(first.year, 1, 1)
    for year in range(first.year - 1, last.year + 1):
        start = datetime.date(year, anchor.month, anchor.day)
        end = datetime.date(year + 1, anchor.month, anchor.day) - datetime.timedelta(days=1)
        if end < first or start > last or own.filter(start_date__lte=end, end_date__gte=start):
            continue
        label = str(year) if end.year == year else f"{year}/{end.year % 100:02d}"
        period = QuotaPeriod(region=city, label=label, start_date=start, end_date=end)
        record(period, by=by, reason="quota period")
    return list(own.filter(end_date__gte=first, start_date__lte=last).order_by("start_date"))


@transaction.atomic
def set_cap(
    *, by: Membership, region: Region, asset: Asset, quantity: int, legal_basis: str
) -> Cap:
    """Set how much of an asset the region may issue; refuses (L501) less than is issued."""
    source = account_for(purpose=Purpose.ISSUED, asset=asset, region=region)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_account SET min_balance = %s WHERE id = %s AND balance >= %s",
            [-quantity, source.pk, -quantity],
        )
        if cursor.rowcount == 0:
            raise CapTooSmall
    cap = Cap.objects.filter(region=region, asset=asset).first() or Cap(region=region, asset=asset)
    cap.quantity, cap.legal_basis = quantity, legal_basis
    return record(cap, by=by, reason="cap")
