"""Pages of those who look after the log and after people's data, looked at by everyone's eyes."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cardswipe.models import GasStateRule
from ledger import services as ledger
from parties import personal, services
from parties.models import AccessRequest, User
from parties.rules import Role
from parties.services.reference import load_keepings
from tests import factories
from tests.browser import stage
from tests.factories_cards import controller
from tests.factories_ledger import lot
from tests.factories_proof import keep
from tests.factories_witness import witness

MAIN = "main form[data-once]"


@pytest.fixture
def security(city):
    load_keepings()
    return factories.bureau_member(city, Role.SECURITY_ADMIN, "security")


@pytest.fixture
def system(city):
    return factories.bureau_member(city, Role.SYSTEM_ADMIN, "system")


@pytest.fixture
def late(enterprise, auditor, system):
    """A log that nobody keeps, and a witness that has been silent before."""
    lot(enterprise)
    keep(timezone.now())
    witness()
    long_ago = timezone.now() + datetime.timedelta(hours=3)
    ledger.watch_lateness(now=long_ago)
    ledger.set_lateness_limit(
        by=system,
        what="LOG",
        seconds=1,
        valid_from=datetime.date(2026, 1, 1),
        basis="局办〔2026〕3 号",
        now=timezone.now(),
    )
    enterprise.name_en += "."
    enterprise.save()


def test_late_log_is_seen_by_auditors_and_the_public(page, address, late, auditor, system):
    page.wait_for_timeout(1500)
    stage.sign_in(page, auditor)
    page.goto(f"{address}/home/")
    expect(page.locator("main [role=alert]").first).to_be_visible()
    stage.shoot(page, "late-home")
    page.goto(f"{address}/log/")
    stage.shoot(page, "late-proof-log")
    stage.sign_in(page, system)
    page.goto(f"{address}/log/limits/new/")
    stage.shoot(page, "late-limit-form")


def test_a_person_is_erased_by_two_administrators(page, address, security, system, officer):
    officer.valid_from = officer.valid_to = datetime.date(2020, 6, 1)
    officer.save()
    keep(timezone.now())
    stage.sign_in(page, security)
    page.goto(f"{address}/people/{officer.user_id}/")
    page.locator("main a[href*='personal-data']").click()
    stage.shoot(page, "personal-data")
    page.locator("main [name=reason]").fill("申请 2026-3 号")
    page.locator(f"{MAIN} button").first.click()
    page.wait_for_url("**/people/requests/**")
    asked = AccessRequest.objects.get(kind="ERASE")
    stage.sign_in(page, system)
    page.goto(f"{address}/people/requests/{asked.pk}/")
    stage.shoot(page, "erasure-asked")
    page.locator("button[value=grant]").click()
    page.wait_for_load_state("load")
    assert User.objects.get(pk=officer.user_id).display_name == personal.MARK
    page.goto(f"{address}/people/requests/{asked.pk}/")
    stage.shoot(page, "erasure-done")


def test_rules_of_keeping_and_of_gas_are_readable(page, address, officer, enterprise):
    load_keepings()
    services.set_personal_keeping(
        by=officer,
        what="CARD",
        months=36,
        valid_from=datetime.date(2026, 1, 1),
        legal_basis="本局文件材料归档范围和保管期限表",
    )
    outlet = controller(enterprise, code="DA001", event_source="HOUR").outlet
    GasStateRule.objects.create(
        outlet=outlet,
        region=enterprise.region,
        flow="WET_ACT",
        concentration="DRY_STD",
        valid_from=datetime.date(2026, 1, 1),
        legal_basis="在线监测系统验收报告 2026-12",
    )
    stage.sign_in(page, officer)
    for name, place in {
        "keepings": "personal-data/keeping/",
        "keeping-form": "personal-data/keeping/new/",
        "gas-outlet": f"outlets/{outlet.pk}/",
        "gas-form": f"outlets/{outlet.pk}/gas-state/",
    }.items():
        page.goto(f"{address}/{place}")
        expect(page.locator("main h1, h1").first).to_be_visible()
        stage.shoot(page, name)
