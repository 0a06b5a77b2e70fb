"""The total-quantity database: figures from the books, drill-down, snapshots that stay."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from ledger.models import QuotaPeriod
from parties.models import Region
from permits import services
from permits.models import TotalSnapshot
from permits.queries.totals import by_pollutant, holders, of_pollutant
from tests import factories_ledger
from tests import factories_permits as make
from tests.permits.test_constraints import broken_guard, truncate_is_refused

YEAR = 365 * datetime.timedelta(days=1)


@pytest.fixture
def permit(agent, officer, second_officer, now):
    return make.issued(agent, officer, second_officer, now=now)


@pytest.fixture
def period(permit, now):
    return QuotaPeriod.objects.get(start_date__lte=now.date(), end_date__gte=now.date())


def lines(region, period, now):
    return {one.pollutant.pk: one for one in by_pollutant(holders(region, period, now.date()))}


def test_totals_say_what_is_verified_granted_traded_and_left(permit, period, now):
    factories_ledger.lot(permit.site.enterprise, source="AUCTION", key="won")
    won = permit.site.enterprise.lot_set.get(source="AUCTION")
    cod = lines(permit.site.region, period, now)["COD"].totals
    assert cod.verified == 10 * 10**9
    assert cod.granted == 10 * 10**9
    assert cod.traded == (won.quantity_per_year if won.pollutant_id == "COD" else 0)
    assert cod.left > 0
    assert cod.discharged == 0


def test_totals_of_a_city_are_those_of_its_counties(permit, period, city, now):
    county = lines(permit.site.region, period, now)
    whole = lines(Region.objects.get(pk=permit.site.region.city_code), period, now)
    assert {code: one.totals for code, one in whole.items()} == {
        code: one.totals for code, one in county.items()
    }


def test_holders_of_a_pollutant_add_up_to_the_region(permit, period, now):
    found = holders(permit.site.region, period, now.date())
    sums = {one.pollutant.pk: one for one in by_pollutant(found)}
    cod = sums["COD"]
    own = of_pollutant(found, cod.pollutant)
    assert sum(one.totals.verified for one in own) == cod.totals.verified
    assert permit.site.enterprise_id in {one.holder for one in own}


def test_totals_cost_a_fixed_number_of_queries(permit, period, now, django_assert_num_queries):
    with django_assert_num_queries(3):
        holders(permit.site.region, period, now.date())


def test_snapshot_is_taken_once_a_day_and_stays(permit, period, now):
    assert services.take_snapshots(now=now) > 0
    assert services.take_snapshots(now=now) == 0
    row = TotalSnapshot.objects.filter(pollutant_id="COD", region=permit.site.region).get()
    assert row.verified == 10 * 10**9
    table = "permits_totalsnapshot"
    with connection.cursor() as cursor:
        with broken_guard("total_snapshot_is_not_updated"):
            cursor.execute(f"UPDATE {table} SET verified = 1")
        with broken_guard("total_snapshot_is_not_deleted"):
            cursor.execute(f"DELETE FROM {table}")
        truncate_is_refused(cursor, table, "total_snapshot_is_not_truncated")


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({}, "one_total_snapshot_per_day"),
        ({"taken_on": datetime.date(2026, 1, 1), "verified": -1}, "total_snapshot_is_not_negative"),
    ],
)
def test_snapshots_are_guarded(permit, period, now, changed, constraint):
    services.take_snapshots(now=now)
    row = TotalSnapshot.objects.first()
    row.pk = None
    for name, value in changed.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        row.save(force_insert=True)
    assert caught.value.__cause__.diag.constraint_name == constraint


def test_page_leads_from_the_region_to_the_permit(permit, period, officer):
    client = Client()
    client.force_login(officer.user, backend="django.contrib.auth.backends.ModelBackend")
    whole = client.get(f"/totals/?period={period.pk}").content.decode()
    assert "化学需氧量" in whole
    detail = client.get(f"/totals/?period={period.pk}&pollutant=COD").content.decode()
    assert permit.site.enterprise.name in detail
    assert f"/permits/{permit.pk}/" in detail
    for strange in ("region=x&pollutant=z", "period=y"):
        assert client.get(f"/totals/?{strange}").status_code == 404
