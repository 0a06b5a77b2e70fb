"""An auditor follows a discharge back to the auction and to the paper, and reads who did what."""

import csv
import datetime
import io

import pypdfium2
import pytest

from cardswipe.models import DischargeEvent, Voucher
from ledger.models import Lot
from ledger.queries import Fault
from ledger.services import period_on, record_verification
from tests import factories_cards, factories_permits, factories_trading
from tests.browser import stage
from trading import services
from trading.models import Award

T = 10**9
# The rights of the factories' auctions begin with 2027.
DAY = datetime.datetime(2027, 2, 1, 2, 0, tzinfo=datetime.UTC)


@pytest.fixture
def award(city, agent, rival, trader) -> Award:
    """A permit, and 5 t of COD won at auction, paid and delivered."""
    factories_permits.permit(agent.enterprise)
    auction = factories_trading.opened(city, agent, rival)
    factories_trading.bid(auction, agent, 4500)
    closed = factories_trading.closed(auction)
    won = Award.objects.get(auction=closed, sign_up__enterprise=agent.enterprise)
    factories_trading.pay(won.bill)
    later = factories_trading.NOW + 30 * factories_trading.DAY
    return services.deliver_award(by=trader, award=won, now=later)


@pytest.fixture
def event(agent, award) -> DischargeEvent:
    """A discharge of 2 t that took the last of the permit's right and the first of the award's."""
    card, box = factories_cards.bound(agent.enterprise)
    of_year = period_on(agent.enterprise.region, DAY.date())
    factories_cards.load(card, 12 * T, period=of_year, now=DAY)
    for hour, quantity in ((1, 9 * T), (2, 2 * T)):
        begin = DAY + datetime.timedelta(hours=hour)
        end = begin + datetime.timedelta(minutes=30)
        report = factories_cards.report(box, quantity, started_at=begin, ended_at=end)
        factories_cards.book(report, now=end)
    return DischargeEvent.objects.get(started_at=DAY + datetime.timedelta(hours=2))


def text_of(page, address: str) -> str:
    """What a paper says."""
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "application/pdf", answer.text()[:400]
    paper = pypdfium2.PdfDocument(answer.body())
    return "".join(sheet.get_textpage().get_text_range() for sheet in paper)


def test_from_a_discharge_back_to_the_auction_and_the_paper(
    page, address, auditor, agent, award, event
):
    lot, voucher = Lot.objects.get(source="AUCTION"), Voucher.objects.get()
    stage.sign_in(page, auditor)
    page.goto(f"{address}/discharges/{event.pk}/")
    stage.shoot(page, "audit-event")
    page.goto(f"{address}/discharges/{event.pk}/")
    page.click(".trails a[href$='/chain/']")
    strands = page.locator(".strand")
    assert strands.count() == 2, "the last of the permit's right, and the first of the award's"
    assert "1.000" in strands.nth(0).inner_text()
    assert voucher.voucher_no in strands.nth(1).inner_text()
    stage.shoot(page, "audit-chain")
    page.locator(".strand").nth(1).get_by_role("link", name=lot.lot_no).click()
    assert award.bill.bill_no in page.locator(".strand").first.inner_text()
    assert award.auction.auction_no in page.locator(".strand").first.inner_text()
    assert "1.000" in page.locator("section[aria-label] table.records").last.inner_text()
    stage.shoot(page, "audit-lot")
    page.locator(".strand").get_by_role("link", name=award.bill.bill_no).click()
    page.wait_for_url(f"**/bills/{award.bill_id}/")
    assert award.bill.bill_no in text_of(page, f"{page.url}pdf/")


def test_the_statement_stands_on_the_page_and_on_paper(page, address, auditor, agent, event):
    voucher = Voucher.objects.get()
    stage.sign_in(page, auditor)
    page.goto(f"{address}/quota/{agent.enterprise_id}/")
    page.click(".trails a[href*='/ledger/holdings/']")
    days = "first=2027-01-01&last=2027-12-31&inner=on"
    chosen = page.locator("#id_asset option", has_text="2027").first.get_attribute("value")
    there = f"{address}/ledger/holdings/{agent.enterprise_id}/?asset={chosen}&{days}"
    page.goto(there)
    assert voucher.voucher_no in page.locator("table.records").first.inner_text()
    stage.shoot(page, "audit-holding")
    paper = text_of(page, f"{there}&format=pdf")
    assert voucher.voucher_no in paper
    assert str(auditor.user) in paper


def test_whole_journals_leave_a_real_server_as_files(page, address, auditor, agent, event):
    stage.sign_in(page, auditor)
    page.goto(f"{address}/ledger/journal/?first=2027-02-01&last=2027-02-01")
    stage.shoot(page, "audit-journal")
    days = "first=2026-01-01&last=2027-12-31"
    answer = page.request.get(f"{address}/ledger/journal/?{days}&format=csv")
    assert "content-length" not in answer.headers, "sent while it is made"
    rows = list(csv.reader(io.StringIO(answer.body().decode("utf-8-sig"))))
    assert len(rows) > 20
    book = page.request.get(f"{address}/ledger/journal/?{days}&format=xlsx")
    assert book.body().startswith(b"PK")


def test_the_whole_history_of_an_auction_is_told(page, address, auditor, award):
    stage.sign_in(page, auditor)
    page.goto(f"{address}/desk/auctions/{award.auction_id}/")
    page.click(".trails a[href$='/history/']")
    assert page.locator(".history li").count() > 10
    stage.shoot(page, "audit-history")
    page.goto(f"{address}/desk/auctions/{award.auction_id}/history/?kind=operation")
    assert page.locator(".history li").count() >= 2


def test_the_nightly_check_shows_its_faults(page, address, auditor, award):
    faults = [Fault("V01", f"lot {award.lot.pk}", "expected balance 5, found 6")]
    record_verification(faults=faults, now=DAY)
    stage.sign_in(page, auditor)
    page.goto(f"{address}/ledger/audit/")
    stage.shoot(page, "audit-check")
    page.get_by_role("link", name=f"lot {award.lot.pk}").click()
    page.wait_for_url(f"**/lots/{award.lot.pk}/")
