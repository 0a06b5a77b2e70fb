"""A right's life in a real browser: split by the desk, leased out at its holder's wish, given back
by the lessee, pledged; each page as the people involved see it."""

import datetime
import os

from django.utils import timezone
from playwright.sync_api import expect

from ledger.models import Account, LedgerRequest, Lot, QuotaPeriod
from ledger.queries import ROW_CODES, verify
from tests import factories_ledger
from tests.browser import stage

T = 10**9
DAY = datetime.timedelta(days=1)
LOOK, DO = "button[value=look]", "button[value=do]"


def fill(page, **fields):
    for name, value in fields.items():
        page.locator(f"main [name={name}]").fill(str(value))


def act(page, address, lot, name, **fields):
    """Open an act on the lot's page, look at what would happen, confirm it; the request made."""
    page.goto(f"{address}/lots/{lot.pk}/")
    page.locator(f'.offers a[href$="/acts/{name}/"]').click()
    fill(page, **fields)
    page.locator(LOOK).click()
    expect(page.locator("#effects")).to_be_visible()
    if folder := os.environ.get("ALL_SCREENSHOTS", ""):
        page.screenshot(path=f"{folder}/lot-preview-{name}.png", full_page=True)
    page.locator(DO).click()
    page.wait_for_url("**/ledger/requests/**")
    return LedgerRequest.objects.latest("pk")


def grant(page, address, request):
    page.goto(f"{address}/ledger/requests/{request.pk}/")
    page.locator("main form [name=reason]").fill("同意")
    page.locator("button[value=grant]").click()
    expect(page.locator("h1")).to_contain_text(str(request.pk))
    request.refresh_from_db()
    assert request.state == "DONE"


def balances(of):
    rows = Account.objects.filter(reference_type="lot", reference_id=of.pk)
    return dict(rows.values_list("asset_id", "balance"))


def lease_out(page, address, agent, rival, trader, whole):
    """The holder asks, the desk grants; an empty form says what is missing."""
    today = timezone.localdate()
    stage.sign_in(page, agent)
    page.goto(f"{address}/lots/{whole.pk}/acts/lease/")
    page.context.faults.allow("422")  # the browser notes each refused form
    page.locator(LOOK).click()
    expect(page.locator(".field-wrong").first).to_be_visible()
    lease = act(
        page,
        address,
        whole,
        "lease",
        to=rival.enterprise.name,
        quantity="1.5",
        first=today + DAY,
        last=today + 200 * DAY,
        price="4500",
        paper="ZL-2026-1",
        reason="季节性富余",
    )
    assert lease.state == "ASKED"
    stage.sign_in(page, trader)
    grant(page, address, lease)
    return Lot.objects.get(source="LEASE")


def look_at_all(page, address, lot):
    """Every page of a lot, in both languages and widths."""
    page.goto(f"{address}/lots/{lot.pk}/")
    expect(page.locator("main")).to_contain_text("质押")
    for name, path in (
        ("lot", f"/lots/{lot.pk}/"),
        ("lot-release", f"/lots/{lot.pk}/acts/release/"),
        ("lots", "/lots/"),
        ("lots-ending", "/lots/ending/?within=1100"),
    ):
        page.goto(f"{address}{path}")
        stage.shoot(page, name)


def look_at_rules(page, address, officer, lot):
    """The officer's forms: a court's freeze, a take-back, the ratio and the carry-over rule."""
    stage.sign_in(page, officer)
    period = QuotaPeriod.objects.latest("start_date")
    for name, path in (
        ("lot-freeze", f"/lots/{lot.pk}/acts/freeze/"),
        ("lot-why-not", f"/lots/{lot.pk}/acts/merge/"),
        ("ratio", "/ledger/ratios/new/"),
        ("carry-over", f"/ledger/periods/{period.pk}/carry-over/"),
    ):
        page.goto(f"{address}{path}")
        stage.shoot(page, name)


def test_a_right_is_split_leased_out_given_back_and_pledged(
    page, address, agent, rival, trader, officer
):
    today = timezone.localdate()
    whole = factories_ledger.lot(
        agent.enterprise,
        valid_from=today - 30 * DAY,
        valid_to=today + 900 * DAY,
        now=timezone.now(),
    )
    stage.sign_in(page, trader)
    split = act(page, address, whole, "split", quantity="4", reason="两个厂区")
    assert split.state == "DONE"
    stage.shoot(page, "lot-request")
    before = balances(whole)
    leased = lease_out(page, address, agent, rival, trader, whole)
    assert leased.enterprise == rival.enterprise

    stage.sign_in(page, rival)
    back = act(page, address, leased, "return", paper="", reason="订单减少")
    stage.sign_in(page, trader)
    grant(page, address, back)
    whole.refresh_from_db()
    assert (balances(whole), whole.quantity_per_year) == (before, 6 * T)

    act(page, address, whole, "pledge", quantity="2", issuer="清源银行", paper="Z1", reason="贷款")
    look_at_all(page, address, whole)
    look_at_rules(page, address, officer, whole)
    assert list(verify(only=ROW_CODES)) == []
