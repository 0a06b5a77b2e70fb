"""The whole chain in a real browser: permit, card, swipes over TCP, warning, auction, certificate.

The application comes from the services, already decided: its own journey is walked elsewhere.
"""

import contextlib
import datetime
import os
import subprocess
import sys
from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp
from django.utils import timezone
from playwright.sync_api import expect

from cardswipe.models import Card, DischargeEvent
from cardswipe.queries import simulation
from cardswipe.services import bind_card, issue_card
from ledger import queries
from parties.rules import Role
from permits.models import Permit
from shell.units import parse_quantity
from tests import factories, factories_cards, factories_permits, factories_trading
from tests.browser import stage
from tests.browser.swiping import SPAN
from tests.processes import ROOT, database_url, free_port
from trading import services as trading
from trading.models import Auction, Award

# What the card is loaded with, and how much of it the sessions shall use: past 80 %, below 100 %.
LOADED_T, SHARE_USED = "0.001", Decimal("0.89")
HOUR = datetime.timedelta(hours=1)


@contextlib.contextmanager
def process(*words: str, until: str):
    """A process of the system on the test database, once it has said that it is ready."""
    environment = {**os.environ, "DATABASE_URL": database_url(), "PYTHONUNBUFFERED": "1"}
    running = subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert any(until in line for line in running.stdout)
        yield running
    finally:
        running.terminate()
        running.wait(timeout=20)
        running.stdout.close()


def sessions_needed(mn: str) -> int:
    """How many sessions of this controller use the share of the card."""
    box = simulation.boxes([mn])[0]
    mg_each = box.flow * int(SPAN.total_seconds()) * simulation.TYPICAL["COD"]
    return round(SHARE_USED * parse_quantity(LOADED_T, unit="t") / mg_each)


def swipe(mn: str, port: int, sessions: int) -> int:
    """Let the simulated controller live its sessions; how many were acknowledged."""
    words = [sys.executable, "-m", "tests.browser.swiping", mn, str(port), str(sessions)]
    environment = {**os.environ, "DATABASE_URL": database_url()}
    with subprocess.Popen(
        words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as box:
        said, complaint = box.communicate(timeout=120)
    assert box.returncode == 0, complaint
    return int(said)


@pytest.fixture
def finance(city):
    return factories.bureau_member(city, Role.FINANCE, "finance")


def issue_permit(page, address, second_officer) -> Permit:
    """The second officer finds the file on the desk, reads it and issues."""
    stage.sign_in(page, second_officer)
    page.goto(f"{address}/home/")
    page.locator("#waits table a.row-link").click()
    page.locator('a[href$="/issue/"]').first.click()
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(lambda url: not url.endswith("/issue/"))
    return Permit.objects.get()


def load_card(page, address, agent, card: Card) -> None:
    """The enterprise loads its card: quantity, check, confirm."""
    stage.sign_in(page, agent)
    page.goto(f"{address}/cards/{card.pk}/load/")
    for pollutant in ("COD", "NH3N"):
        page.fill(f"[name=quantity_{pollutant}]", LOADED_T)
    page.locator("main form button.btn-primary").click()
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/vouchers/**")


def quota_shown(page) -> str:
    """The figures of the quota: used and left on the card among them, to the gram."""
    return page.locator("#quota").inner_text()


def discharge(page, address, box, card) -> None:
    """The open page falls by itself while the controller swipes; the 80 % warning stands there."""
    page.goto(f"{address}/home/")
    before = quota_shown(page)
    page.evaluate("window.stayed = true")
    port, sessions = free_port(), sessions_needed(box.mn)
    words = ("manage.py", "gateway", "--port", str(port))
    with process(*words, until="gateway listens"):
        assert swipe(box.mn, port, sessions) == sessions
    page.wait_for_function(
        "before => document.querySelector('#quota').innerText !== before", arg=before
    )
    assert page.evaluate("window.stayed"), "the page was loaded anew"
    assert DischargeEvent.objects.filter(controller=box).count() == sessions
    page.goto(f"{address}/alarms/")
    expect(page.locator("main table").get_by_text("80 %").first).to_be_visible()


def win(page, address, agent, rival, trader, finance) -> Auction:
    """The enterprise bids in the room, above its rival, and takes delivery once it has paid."""
    opens = timezone.now() - HOUR
    factories_trading.auction_standard(trader.region, notice_days=0)
    auction = factories_trading.announced(
        trader.region, sign_up_to=opens - HOUR, opens_at=opens, closes_at=opens + 2 * HOUR
    )
    for bidder in (agent, rival):
        factories_trading.admitted(auction, bidder)
    auction = trading.open_auction(by=trader, auction=auction, now=timezone.now())
    page.goto(f"{address}/auctions/{auction.pk}/room/")
    for yuan, shown in (("4010", "4,010.00"), ("4100", "4,100.00")):
        page.fill("[name=price]", yuan)
        page.fill("[name=quantity]", "5")
        page.locator("[data-bid] button.btn-primary").click()
        expect(page.locator("tr.mine")).to_contain_text(shown)
    now = timezone.now()
    trading.close_auction(by=trader, auction=auction, now=now + 2 * HOUR)
    award = Award.objects.get(sign_up__enterprise=agent.enterprise)
    factories_trading.pay(award.bill, paid_on=timezone.localdate(), now=now + 2 * HOUR)
    trading.deliver_award(by=trader, award=award, now=now + 2 * HOUR)
    return auction


def certificate_of(page, address, permit) -> pypdfium2.PdfDocument:
    """The duplicate, which names the rights, opened from the permit's page."""
    pdf = page.request.get(f"{address}/permits/{permit.pk}/duplicate.pdf")
    return pypdfium2.PdfDocument(pdf.body())


def text_of(paper: pypdfium2.PdfDocument) -> str:
    """All words of the paper, without spaces: a number in a table may go on in the next line."""
    text = "".join(sheet.get_textpage().get_text_range() for sheet in paper)
    return "".join(text.split())


def scanned(paper: pypdfium2.PdfDocument) -> str:
    """What a phone reads from the code on the first sheet."""
    picture = paper[0].render(scale=2).to_pil()
    return zxingcpp.read_barcode(picture).text


def scan_as_stranger(browser, paper: pypdfium2.PdfDocument) -> str:
    """The verdict of the page behind the code, for someone who is not signed in."""
    with browser.new_context(locale="zh-CN") as context:
        page = context.new_page()
        page.goto(scanned(paper))
        return page.locator(".verify").inner_text()


def test_every_kilogram_can_be_followed_from_permit_to_public_page(
    page, address, browser, officer, second_officer, agent, rival, trader, finance
):
    now = timezone.now()
    enterprise = agent.enterprise
    factories_permits.decided(agent, officer, now=now)
    permit = issue_permit(page, address, second_officer)
    # Its number seeds what it measures, so every run discharges the same share.
    box = factories_cards.controller(
        enterprise, mn="TESTMNCHAIN001", valid_from=timezone.localdate()
    )
    # The sessions begin within the last hour, so the card was bound before.
    begin = now - HOUR
    if timezone.localdate(now - sessions_needed(box.mn) * SPAN) != timezone.localdate(now):
        pytest.skip("just after midnight: the sessions would begin before the permit is in force")
    card = issue_card(by=officer, enterprise=enterprise, physical_no="CHIP000001", now=begin)
    bind_card(by=officer, card=card, controller=box, now=begin)
    factories_cards.step(enterprise, 80)
    load_card(page, address, agent, card)
    discharge(page, address, box, card)
    before = certificate_of(page, address, permit)
    win(page, address, agent, rival, trader, finance)
    lot = queries.lots_of(enterprise).get(source="AUCTION")
    page.goto(f"{address}/permits/{permit.pk}/")
    page.get_by_text(lot.lot_no).first.wait_for()
    after = certificate_of(page, address, permit)
    assert lot.lot_no not in text_of(before)
    assert lot.lot_no in text_of(after)
    assert "有效" in scan_as_stranger(browser, after)
    assert "已非最新" in scan_as_stranger(browser, before)
    assert list(queries.verify()) == []
