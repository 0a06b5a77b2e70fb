"""Trading in a real browser: the auction room live, the desk, bills; pictures of each page."""

import datetime

import pytest
from django.utils import timezone

from parties.rules import Role
from tests import factories_trading as make
from tests.browser import stage
from trading import services


@pytest.fixture
def running(city, agent, rival):
    """A round that runs right now, with two admitted bidders and a watcher's bids."""
    start = timezone.now() - 10 * make.DAY - datetime.timedelta(minutes=20)
    third = make.bidder(agent.enterprise.region)
    return make.opened(city, agent, rival, third, start=start)


def room(page, auction, address):
    page.goto(f"{address}/auctions/{auction.pk}/room/")
    return page


def test_a_bid_of_another_appears_without_a_reload(page, address, running, agent, rival):
    stage.sign_in(page, agent)
    room(page, running, address)
    page.wait_for_selector("#live.is-on")
    page.fill("#id_price", "4100")
    page.fill("#id_quantity", "5")
    assert page.inner_text("[data-total]") == "102,500.00"
    make.bid(running, rival, 4200, tonnes=3)
    page.wait_for_selector("#board >> text=4,200.00")
    assert page.input_value("#id_price") == "4100", "what was typed stays"
    page.click(".bid-box button.btn-primary")
    page.wait_for_selector(".mine")
    assert "4,100.00" in page.inner_text(".mine")
    assert running.bids.count() == 2


def test_a_refused_bid_says_the_rule_and_a_high_one_asks_again(page, address, running, agent):
    page.context.faults.allow("422")
    stage.sign_in(page, agent)
    room(page, running, address)
    page.fill("#id_price", "3990")
    page.fill("#id_quantity", "5")
    page.click(".bid-box button.btn-primary")
    page.wait_for_selector(".error-summary")
    assert "T301" in page.inner_text(".error-summary")
    page.fill("#id_price", "40000")
    page.click(".bid-box button.btn-primary")
    page.wait_for_selector("#id_confirmed:visible")
    page.check("#id_confirmed")
    page.click(".bid-box button.btn-primary")
    page.wait_for_selector(".mine")
    assert running.bids.get().price_fen == 4_000_000
    assert [kept.rule for kept in running.refused_bids.all()] == ["T301"]


def test_pictures_of_the_room(page, address, running, agent, rival, trader):
    for yuan, who, tonnes in [
        (4100, rival, 5),
        (4210, agent, 4),
        (4300, rival, 4),
        (4500, agent, 4),
    ]:
        make.bid(running, who, yuan, tonnes=tonnes)
    third = running.sign_ups.get(paddle_no=3).enterprise.membership_set.get()
    make.bid(running, third, 4250, tonnes=5)
    stage.sign_in(page, agent)
    stage.shoot(room(page, running, address), "room")
    stage.sign_in(page, trader)
    stage.shoot(room(page, running, address), "room-watch")


def test_pictures_of_what_the_public_sees(page, address, running, agent, rival, city):
    start = timezone.now() - 12 * make.DAY
    done = make.opened(city, agent, rival, start=start)
    make.bid(done, rival, 4200, tonnes=3)
    make.bid(done, agent, 4500)
    make.closed(done)
    make.announced(city, start=timezone.now())
    page.goto(f"{address}/auctions/")
    stage.shoot(page, "auctions")
    page.goto(f"{address}/auctions/{done.pk}/")
    stage.shoot(page, "auction-result")
    make.fee_standard(city)
    page.goto(f"{address}/fee-standards/")
    stage.shoot(page, "fee-standards")


def test_pictures_of_the_desk(page, address, running, agent, rival, city, trader):
    waiting = make.announced(city, start=timezone.now() - make.DAY)
    make.sign_up(waiting, agent)
    make.qualified(waiting, rival)
    make.bid(running, rival, 4200)
    done = make.opened(city, agent, rival, start=timezone.now() - 12 * make.DAY)
    make.bid(done, agent, 4500)
    make.closed(done)
    draft = make.draft(city, start=timezone.now())
    maker = make.member(city, Role.TRADING_DESK)
    services.request_auction_approval(by=maker, auction=draft, now=timezone.now())
    make.bill(agent.enterprise)
    make.unpaid_lot(agent.enterprise, tonnes=3)
    stage.sign_in(page, trader)
    pages = {
        "desk-auctions": "/desk/auctions/",
        "desk-draft": f"/desk/auctions/{draft.pk}/",
        "desk-sign-ups": f"/desk/auctions/{waiting.pk}/",
        "auction-new": "/desk/auctions/new/",
        "reserve": "/desk/reserve/",
        "reserve-new": "/desk/reserve/new/",
        "trading-home": "/desk/trading/",
        "desk-closed": f"/desk/auctions/{done.pk}/",
        "bill-new": f"/bills/new/?enterprise={agent.enterprise_id}",
        "bills": "/bills/",
        "auction-standards": "/desk/auction-standards/",
    }
    for name, path in pages.items():
        page.goto(address + path)
        stage.shoot(page, name)


def test_pictures_of_bills(page, address, city, agent, running, trader):
    make.fee_standard(city, code="NH3N")
    lots = [make.unpaid_lot(agent.enterprise, code=code) for code in ("COD", "NH3N")]
    bill = make.bill(agent.enterprise, *lots)
    make.pay(bill, fen=1_000_000)
    stage.sign_in(page, agent)
    page.goto(f"{address}/bills/{bill.pk}/")
    stage.shoot(page, "bill")
    finance = make.member(city, Role.FINANCE)
    stage.sign_in(page, finance)
    page.goto(f"{address}/bills/{bill.pk}/payment/")
    stage.shoot(page, "payment")
