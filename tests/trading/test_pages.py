"""Pages and tasks of trading, as browsers and the clock use them."""

import datetime
import io
import json
import sys
import uuid
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from ledger.models import Lot
from parties.rules import Role
from tests import factories_trading as make
from trading import tasks
from trading.models import Auction, Bid, Bill, FeeStandard, RefusedBid, SignUp

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def running(city, agent, rival):
    """A round that runs right now."""
    return make.opened(city, agent, rival, start=timezone.now() - 10 * make.DAY - HOUR / 2)


@pytest.fixture
def as_(client):
    """A client that acts as a membership."""

    def sign_in(membership):
        client.force_login(membership.user)
        return client

    return sign_in


def bid_data(**changes):
    return {"price": "4100", "quantity": "5", "once": str(uuid.uuid4())} | changes


def test_a_bid_through_the_form_sent_twice_is_one_bid(as_, agent, running):
    data = bid_data()
    for _ in range(2):
        answer = as_(agent).post(f"/auctions/{running.pk}/bids/", data)
        assert answer.status_code == 302
    bid = Bid.objects.get()
    assert (bid.price_fen, bid.quantity_mg, bid.seq) == (410_000, 5 * make.TONNE, 1)


@pytest.mark.parametrize("field", ["price", "quantity"])
@pytest.mark.parametrize(
    "text",
    ["1e3", "NaN", "Infinity", "４１００", "-4100", "4,100", " 4100", "0x10", "4100.001", ""],
)
def test_a_figure_that_is_not_plain_is_refused_and_kept(as_, agent, running, field, text):
    if (field, text) == ("quantity", "4100.001"):
        text = "1.0001"
    answer = as_(agent).post(f"/auctions/{running.pk}/bids/", bid_data(**{field: text}))
    assert answer.status_code == 422
    assert not Bid.objects.exists()
    kept = RefusedBid.objects.get()
    assert text in {kept.price_text, kept.quantity_text}
    assert kept.rule


def test_a_watching_officer_cannot_bid(as_, trader, running):
    assert as_(trader).get(f"/auctions/{running.pk}/room/").status_code == 200
    assert as_(trader).post(f"/auctions/{running.pk}/bids/", bid_data()).status_code == 403


def test_the_room_shows_bidders_by_number_only(as_, agent, rival, running):
    make.bid(running, rival, 4200, now=timezone.now())
    page = as_(agent).get(f"/auctions/{running.pk}/board/").content.decode()
    assert "4,200.00" in page
    assert rival.enterprise.name not in page


def test_a_bid_after_the_close_is_refused_in_words(as_, city, agent, rival):
    auction = make.opened(city, agent, rival)
    make.bid(auction, agent, 4500)
    auction = make.closed(auction)
    answer = as_(rival).post(f"/auctions/{auction.pk}/bids/", bid_data())
    assert answer.status_code == 422
    assert "[T304]" in answer.content.decode()


def test_who_is_not_admitted_is_told_so_when_he_bids(as_, city, agent, rival, county):
    auction = make.opened(city, agent)
    answer = as_(rival).post(f"/auctions/{auction.pk}/bids/", bid_data())
    assert answer.status_code == 422
    assert "[T330]" in answer.content.decode()


def test_the_sign_up_form_opens_in_its_time_only(as_, city, agent, rival):
    auction = make.opened(city, agent)
    answer = as_(rival).get(f"/auctions/{auction.pk}/sign-up/")
    assert answer.status_code == 409
    assert "T335" in answer.content.decode()


def test_the_published_kit_gives_the_published_result(client, city, agent, rival, monkeypatch):
    auction = make.opened(city, agent, rival)
    make.bid(auction, agent, 4500)
    make.bid(auction, rival, 4600, tonnes=3)
    assert client.get(f"/auctions/{auction.pk}/kit.json").status_code == 404
    auction = make.closed(auction)
    kit = client.get(f"/auctions/{auction.pk}/kit.json").content
    assert agent.enterprise.uscc.encode() not in kit
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(kit)))
    call_command("conform", "auction", stdout=out)
    assert json.loads(out.getvalue()) == auction.result


def test_the_way_of_an_auction_through_the_desk(as_, city, trader, agent):
    make.auction_standard(city)
    lot = make.reserve_lot(city)
    now = timezone.localtime()
    times = {
        "sign_up_from": now - HOUR,
        "sign_up_to": now + 9 * make.DAY,
        "opens_at": now + 10 * make.DAY,
        "closes_at": now + 10 * make.DAY + HOUR,
    }
    draft = {
        "lot": lot.pk,
        "quantity": "10",
        "floor": "4000",
        "step": "10",
        "right_from": "2027-01-01",
        "years": "5",
        "last_winner": "CUT",
        **{name: f"{moment:%Y-%m-%dT%H:%M}" for name, moment in times.items()},
    }
    assert as_(trader).post("/desk/auctions/new/", draft).status_code == 302
    auction = Auction.objects.get()
    desk = f"/desk/auctions/{auction.pk}"
    assert as_(trader).post(f"{desk}/ask/").status_code == 302
    granted = {"decision": "grant"}
    assert as_(trader).post(f"{desk}/decide/", granted).status_code == 409
    second = make.member(city, Role.TRADING_DESK)
    for nothing in ({}, {"decision": ""}, {"decision": "refuse", "reason": ""}):
        assert as_(second).post(f"{desk}/decide/", nothing).status_code == 422, nothing
    assert Auction.objects.get().state == "DRAFT"
    assert as_(second).post(f"{desk}/decide/", granted).status_code == 302
    assert as_(trader).post(f"{desk}/announce/").status_code == 302
    wanted = {"quantity": "5", "consent_slip_no": "LX-1", "once": str(uuid.uuid4())}
    assert as_(agent).post(f"/auctions/{auction.pk}/sign-up/", wanted).status_code == 302
    sign_up = f"/desk/sign-ups/{SignUp.objects.get().pk}"
    assert as_(trader).post(f"{sign_up}/qualify/").status_code == 302
    paid = {"amount": "10000", "bank_reference": "DEP-0001", "paid_on": f"{now:%Y-%m-%d}"}
    finance = make.member(city, Role.FINANCE)
    assert as_(finance).post(f"{sign_up}/deposit/", paid).status_code == 302
    assert SignUp.objects.get().state == "ADMITTED"


def test_paying_the_bill_of_an_award_delivers_the_right(as_, city, agent, rival):
    auction = make.opened(city, agent, rival)
    make.bid(auction, agent, 4500)
    bill = make.closed(auction).awards.get().bill
    finance = make.member(city, Role.FINANCE)
    paid = {"amount": "102500", "bank_reference": "PAY-0001", "paid_on": "2026-11-20"}
    answer = as_(finance).post(f"/bills/{bill.pk}/payment/", paid)
    assert answer.status_code == 302
    assert Lot.objects.filter(enterprise=agent.enterprise, source="AUCTION").exists()


def test_a_bill_is_made_seen_and_printed(as_, city, trader, agent, rival):
    make.fee_standard(city)
    lot = make.unpaid_lot(agent.enterprise)
    due = timezone.localdate() + 20 * make.DAY
    asked = {"lots": [lot.pk], "due_date": due, "discount": "1", "note": ""}
    address = f"/bills/new/?enterprise={agent.enterprise_id}"
    assert as_(trader).post(address, asked).status_code == 302
    bill = Bill.objects.get()
    paper = as_(agent).get(f"/bills/{bill.pk}/pdf/")
    assert paper.content.startswith(b"%PDF")
    assert as_(agent).get(f"/bills/{bill.pk}/pdf/").content == paper.content
    assert as_(rival).get(f"/bills/{bill.pk}/pdf/").status_code == 404


def test_a_fee_standard_is_entered_by_regulation_only(as_, city, officer, trader):
    make.pollutant()
    row = {
        "region": city.pk,
        "pollutant": "COD",
        "price": "4000",
        "valid_from": "2026-01-01",
        "legal_basis": "浙价资〔2026〕1号",
    }
    assert as_(trader).post("/fee-standards/new/", row).status_code == 403
    assert as_(officer).post("/fee-standards/new/", row).status_code == 302
    assert FeeStandard.objects.get().price.amount == Decimal(4000)
    again = as_(officer).post("/fee-standards/new/", row)
    assert again.status_code == 422
    assert "T103" in again.content.decode()


def test_the_clock_opens_and_closes_rounds_and_delivers_what_is_paid(city, agent):
    start = timezone.now() - 11 * make.DAY
    auction = make.announced(city, start=start)
    make.admitted(auction, agent)
    make.bid(auction, agent, 4500)
    for _ in range(2):
        tasks.keep_rounds()
    auction.refresh_from_db()
    assert auction.state == "CLOSED"
    award = auction.awards.get()
    tasks.deliver_paid_awards()
    award.refresh_from_db()
    assert award.state == "PENDING"
    make.pay(award.bill, paid_on=start.date(), now=timezone.now())
    for _ in range(2):
        tasks.deliver_paid_awards()
    auction.refresh_from_db()
    assert auction.state == "SETTLED"


def test_overdue_bills_are_reminded_by_the_clock(enterprise):
    start = timezone.now() - 30 * make.DAY
    bill = make.bill(enterprise, due_date=start.date() + make.DAY, now=start)
    tasks.remind_overdue_bills()
    tasks.remind_overdue_bills()
    bill.refresh_from_db()
    assert bill.reminded_on == timezone.localdate()
    assert bill.history.count() == 2


def test_a_question_about_a_bid_is_answered_for_that_bid_alone(as_, running, agent):
    """Without JavaScript: the page comes back with the box; other figures are asked about anew."""
    client, url = as_(agent), f"/auctions/{running.pk}/bids/"
    make.bid(running, agent, 4200, tonnes=4)
    first = client.post(url, bid_data(price="4100", quantity="4"))
    assert (first.status_code, "T338" in first.content.decode()) == (422, True)
    form = first.context["form"]
    assert 'name="confirmed"' in first.content.decode()
    answer = {name: form[name].value() for name in ("price", "quantity", "meant", "once")}
    other = client.post(url, answer | {"confirmed": "on", "price": "4000"})
    assert "T338" in other.content.decode()
    assert running.bids.count() == 1
    assert client.post(url, answer | {"confirmed": "on"}).status_code == 302
    assert running.bids.order_by("seq").last().price_fen == 410_000
    assert not running.refused_bids.exists(), "a question is no refusal"
