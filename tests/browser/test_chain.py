"""The whole chain in a real browser: permit, card, swipes over TCP, warning, auction, certificate.

What another issue of the story does not look at is brought there by the services.
"""

import contextlib
import datetime
import os
import subprocess
import sys

import pytest
from django.utils import timezone

from cardswipe.models import Card, DischargeEvent, WarningStep
from cardswipe.services import bind_card, issue_card
from ledger import queries
from parties.rules import Role
from permits.models import Permit
from tests import factories, factories_cards, factories_permits, factories_trading
from tests.browser import stage
from tests.processes import ROOT, database_url, free_port
from trading import services as trading
from trading.models import Auction, Award

SESSIONS = 10
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


def swipe(mn: str, port: int) -> int:
    """Let the simulated controller live its sessions; how many were acknowledged."""
    words = [sys.executable, "-m", "tests.browser.swiping", mn, str(port), str(SESSIONS)]
    environment = {**os.environ, "DATABASE_URL": database_url()}
    done = subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    return int(done.stdout)


@pytest.fixture
def finance(city):
    return factories.bureau_member(city, Role.FINANCE, "finance")


def issue_permit(page, address, second_officer, application) -> Permit:
    """The second officer reads the file and issues."""
    stage.sign_in(page, second_officer)
    page.goto(f"{address}/applications/{application.pk}/")
    page.locator(f'a[href$="/applications/{application.pk}/issue/"]').first.click()
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
    return Permit.objects.get()


def load_card(page, address, agent, card: Card, tonnes: str) -> None:
    """The enterprise loads its card: quantity, check, confirm."""
    stage.sign_in(page, agent)
    page.goto(f"{address}/cards/{card.pk}/load/")
    for pollutant in ("COD", "NH3N"):
        page.fill(f"[name=quantity_{pollutant}]", tonnes)
    page.locator("main form button.btn-primary").click()
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/vouchers/**")


def figure_left(page) -> str:
    return page.locator("#quota .quota-figure").first.inner_text()


def discharge(page, address, box, card) -> None:
    """The open page falls by itself while the controller swipes; the 80 % warning stands there."""
    page.goto(f"{address}/home/")
    before = figure_left(page)
    page.evaluate("window.stayed = true")
    port = free_port()
    words = ("manage.py", "gateway", "--port", str(port))
    with process(*words, until="gateway listens"):
        assert swipe(box.mn, port) == SESSIONS
    page.wait_for_function(
        "before => document.querySelector('#quota .quota-figure').innerText !== before", arg=before
    )
    assert page.evaluate("window.stayed"), "the page was loaded anew"
    assert DischargeEvent.objects.filter(controller=box).count() == SESSIONS
    page.goto(f"{address}/alarms/")
    page.get_by_text("80").first.wait_for()


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
    for yuan in ("4010", "4100"):
        page.goto(f"{address}/auctions/{auction.pk}/room/")
        page.fill("[name=price]", yuan)
        page.fill("[name=quantity]", "5")
        page.locator("[data-bid] button.btn-primary").click()
        page.wait_for_load_state()
    now = timezone.now()
    trading.close_auction(by=trader, auction=auction, now=now + 2 * HOUR)
    award = Award.objects.get(sign_up__enterprise=agent.enterprise)
    factories_trading.pay(award.bill, paid_on=timezone.localdate(), now=now + 2 * HOUR)
    trading.deliver_award(by=trader, award=award, now=now + 2 * HOUR)
    return auction


def test_every_kilogram_can_be_followed_from_permit_to_public_page(
    page, address, browser, officer, second_officer, agent, rival, trader, finance
):
    now = timezone.now()
    enterprise = agent.enterprise
    application = factories_permits.decided(agent, officer, now=now)
    permit = issue_permit(page, address, second_officer, application)
    box = factories_cards.controller(enterprise, valid_from=timezone.localdate())
    # The sessions begin half an hour ago, so the card was bound before.
    begin = now - HOUR
    card = issue_card(by=officer, enterprise=enterprise, physical_no="CHIP000001", now=begin)
    bind_card(by=officer, card=card, controller=box, now=begin)
    factories_cards.step(enterprise, 80)
    assert WarningStep.objects.exists()
    load_card(page, address, agent, card, "0.001")
    discharge(page, address, box, card)
    win(page, address, agent, rival, trader, finance)
    lot = queries.lots_of(enterprise).get(source="AUCTION")
    page.goto(f"{address}/permits/{permit.pk}/")
    page.get_by_text(lot.lot_no).first.wait_for()
    pdf = page.request.get(f"{address}/permits/{permit.pk}/certificate.pdf")
    assert pdf.body().startswith(b"%PDF")
    assert list(queries.verify()) == []
