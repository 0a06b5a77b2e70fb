"""Outlets with their controllers, permits and loaded cards: what the gateway is measured with."""

import datetime
import hashlib

from django.db import connection, connections, transaction

from bench.books import city
from cardswipe.models import (
    Card,
    CardAccount,
    CardBinding,
    Controller,
    DeviceProfile,
)
from ledger import services
from ledger.models import Account, QuotaPeriod
from ledger.rules import Purpose
from ledger.services import AccountSpec
from parties.models import Enterprise, Region
from parties.services import system_actor
from permits.models import Limit, Outlet, Permit, PermitVersion, Site

POLLUTANTS = ("COD", "NH3N", "TP", "TN")
PER_ENTERPRISE = 5  # outlets
BEGIN, END = datetime.date(2020, 1, 1), datetime.date(2039, 12, 31)
LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
LOADED = 10**12  # a tonne of each pollutant on each card
CHUNK = 5000


def mn(number: int) -> str:
    """The MN of the outlet with this number."""
    return f"BENCH{number:019d}"


def registered(count: int) -> None:
    """So many controllers at least, which the devices' process knows by their numbers."""
    lacking = count - Controller.objects.count()
    if lacking > 0:
        outlets(lacking, event_source="SESSION")
    connections.close_all()


def outlets(count: int, *, event_source: str = "HOUR") -> list[int]:
    """So many outlets with a controller in use at each; the controllers' ids."""
    region = city()
    first, start = Enterprise.objects.count(), Controller.objects.count()
    profile, _ = DeviceProfile.objects.get_or_create(name="bench")
    with transaction.atomic(), connection.cursor() as cursor:
        # Past the triggers: only what is measured afterwards needs them.
        cursor.execute("SET LOCAL session_replication_role = replica")
        sites = _sites(region, first, -(-count // PER_ENTERPRISE))
        places = Outlet.objects.bulk_create(
            [
                Outlet(
                    site=sites[n // PER_ENTERPRISE],
                    code=f"DW{n % PER_ENTERPRISE + 1:03d}",
                    medium="WATER",
                    kind="MAIN",
                )
                for n in range(count)
            ],
            batch_size=CHUNK,
        )
        boxes = Controller.objects.bulk_create(
            [
                Controller(
                    mn=mn(start + n),
                    outlet=place,
                    profile=profile,
                    password="123456",  # noqa: S106 - of the bench's own devices
                    event_source=event_source,
                    valid_from=BEGIN,
                    state="IN_USE",
                )
                for n, place in enumerate(places)
            ],
            batch_size=CHUNK,
        )
    _analyze()
    return [box.pk for box in boxes]


def _sites(region: Region, first: int, count: int) -> list[Site]:
    """So many enterprises with a site each."""
    owners = Enterprise.objects.bulk_create(
        [
            Enterprise(uscc=f"91339900MB{first + n:08d}", name=f"F{n}", region=region)
            for n in range(count)
        ],
        batch_size=CHUNK,
    )
    return Site.objects.bulk_create(
        [Site(enterprise=owner, site_no="001", region=region, name="厂区") for owner in owners],
        batch_size=CHUNK,
    )


def permit_and_load(controllers: list[int]) -> None:
    """Give each controller's outlet its limits, and a card of its own that is loaded."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        boxes = list(
            Controller.objects.filter(pk__in=controllers)
            .select_related("outlet__site__enterprise")
            .order_by("pk")
        )
        _limits(boxes)
        _cards(boxes)
    _analyze()


def _limits(boxes: list[Controller]) -> None:
    sites = {box.outlet.site_id: box.outlet.site for box in boxes}
    permits = Permit.objects.bulk_create(
        [
            Permit(
                site=site,
                permit_no=f"{site.enterprise.uscc}001P",
                state="VALID",
                valid_from=BEGIN,
                valid_to=END,
            )
            for site in sites.values()
        ],
        batch_size=CHUNK,
    )
    version_of = {version.permit.site_id: version for version in _versions(permits)}
    Limit.objects.bulk_create(
        [
            Limit(
                version=version_of[box.outlet.site_id],
                outlet=box.outlet,
                outlet_kind="MAIN",
                pollutant_id=code,
                quantity_per_year=LOADED,
            )
            for box in boxes
            for code in POLLUTANTS
        ],
        batch_size=CHUNK,
    )


def _versions(permits: list[Permit]) -> list[PermitVersion]:
    by = system_actor("bench")
    return PermitVersion.objects.bulk_create(
        [
            PermitVersion(
                permit=permit,
                number=1,
                business_type="FIRST",
                management_class="KEY",
                valid_from=BEGIN,
                valid_to=END,
                in_force_from=BEGIN,
                content={},
                content_sha256=hashlib.sha256(b"{}").digest(),
                application_id=permit.pk,
                approval_id=permit.pk,
                issued_by=by,
                issued_at=LONG_AGO,
            )
            for permit in permits
        ],
        batch_size=CHUNK,
    )


def _cards(boxes: list[Controller]) -> None:
    by, region = system_actor("bench"), city()
    today = datetime.datetime.now(tz=datetime.UTC).date()
    year = today.replace(month=1, day=1), today.replace(month=12, day=31)
    period = services.ensure_periods(by=by, region=region, first=year[0], last=year[1])[0]
    assets = {code: services.asset_for(code, period).pk for code in POLLUTANTS}
    cards = Card.objects.bulk_create(
        [
            Card(
                card_no=f"B{box.pk:012d}",
                physical_no=f"BENCH{box.pk:012d}",
                enterprise=box.outlet.site.enterprise,
                state="ACTIVE",
                issued_at=LONG_AGO,
            )
            for box in boxes
        ],
        batch_size=CHUNK,
    )
    CardBinding.objects.bulk_create(
        [
            CardBinding(card=card, controller=box, valid_from=LONG_AGO)
            for card, box in zip(cards, boxes, strict=True)
        ],
        batch_size=CHUNK,
    )
    _card_accounts(cards, period, assets, region)
    owners = {box.outlet.site.enterprise_id for box in boxes}
    specs = [
        AccountSpec(purpose, asset, region.pk, owner)
        for owner in sorted(owners)
        for asset in assets.values()
        for purpose in (Purpose.OVERRUN, Purpose.DISCHARGED)
    ]
    for start in range(0, len(specs), CHUNK):
        services.accounts_for(specs[start : start + CHUNK])


def _card_accounts(
    cards: list[Card], period: QuotaPeriod, assets: dict[str, int], region: Region
) -> None:
    """A loaded account per card and pollutant."""
    accounts = Account.objects.bulk_create(
        [
            Account(
                region=region,
                enterprise=card.enterprise,
                asset_id=asset,
                purpose=Purpose.CARD,
                reference_type="card",
                reference_id=card.pk,
                balance=LOADED,
                min_balance=0,
            )
            for card in cards
            for asset in assets.values()
        ],
        batch_size=CHUNK,
    )
    CardAccount.objects.bulk_create(
        [
            CardAccount(
                card=cards[n // len(assets)],
                pollutant_id=POLLUTANTS[n % len(assets)],
                period=period,
                account=account,
                loaded=LOADED,
            )
            for n, account in enumerate(accounts)
        ],
        batch_size=CHUNK,
    )


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
