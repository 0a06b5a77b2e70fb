"""Bids in the last second, from many threads at once: one order, none after the close."""

import datetime
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from shell.rules import RuleBroken
from tests import factories
from tests import factories_trading as make
from trading import formats, kits, services
from trading.models import Auction, Bid
from trading.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = datetime.timedelta(seconds=1)
BEFORE = make.CLOSES - SECOND


def at_once(calls, threads=20):
    """Run the calls in threads that start together; returns each result or refusal's number."""
    threads = min(threads, len(calls))
    barrier = threading.Barrier(threads)

    def outcome(call):
        try:
            return call()
        except (Refusal, RuleBroken) as error:
            return error.code

    def run(share):
        barrier.wait()
        try:
            return [outcome(call) for call in share]
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        shares = pool.map(run, [calls[start::threads] for start in range(threads)])
        return [one for share in shares for one in share]


def running(bidders):
    city = factories.city()
    county = factories.county(city)
    people = [make.bidder(county) for _ in range(bidders)]
    return make.opened(city, *people, tonnes=1), people


def bid(auction, who, yuan, **changes):
    return lambda: make.bid(auction, who, yuan, tonnes=1, **{"now": BEFORE} | changes)


def test_a_hundred_bids_in_the_last_second_have_one_order():
    auction, people = running(10)
    calls = [bid(auction, who, 4000 + 10 * n) for n in range(10) for who in people]
    placed = at_once(calls)
    assert sorted(b.seq for b in placed) == list(range(1, 101))
    auction = make.closed(auction)
    assert auction.last_seq == 100
    assert formats.run(kits.kit_of(auction)) == auction.result
    assert auction.awards.count() == 7


def test_bids_and_the_close_at_once_leave_no_bid_after_the_close():
    auction, people = running(10)
    desk = make.member(auction.region, "trading_desk")
    close = [lambda: services.close_auction(by=desk, auction=auction, now=make.CLOSES)] * 3
    bids = [bid(auction, who, 4000) for who in people]
    outcomes = at_once(bids[:5] + close + bids[5:])
    closed = Auction.objects.get(pk=auction.pk)
    counted = set(Bid.objects.filter(auction=auction).values_list("seq", flat=True))
    assert len(counted) == closed.last_seq
    assert {b.seq for b in outcomes if isinstance(b, Bid)} == counted
    assert all(o == "T304" for o in outcomes if isinstance(o, str))
    # Every bid that was acknowledged is in the result's kit, and nothing else.
    assert formats.run(kits.kit_of(closed)) == closed.result
    assert closed.awards.count() == len(closed.result["awards"])


def test_one_key_sent_by_many_threads_is_one_bid():
    auction, (who,) = running(1)
    key = uuid.uuid4()
    placed = at_once([bid(auction, who, 4000, key=key)] * 12)
    assert len({b.pk for b in placed}) == 1
    assert Bid.objects.count() == 1


def test_of_twenty_bids_at_once_ten_count():
    auction, (who,) = running(1)
    outcomes = at_once([bid(auction, who, 4000 + 10 * n) for n in range(20)])
    assert outcomes.count("T303") == 10
    assert sorted(Bid.objects.values_list("number", flat=True)) == list(range(1, 11))


def test_one_bank_reference_taken_at_once_is_one_payment():
    city = factories.city()
    bill = make.bill(factories.enterprise(factories.county(city)))
    finance = make.member(city, "finance")
    payment = {
        "by": finance,
        "bill": bill,
        "amount_fen": 100,
        "bank_reference": "SAME-0001",
        "paid_on": make.NOW.date(),
        "now": make.NOW,
    }
    taken = at_once([lambda: services.take_payment(**payment)] * 8)
    assert len({p.pk for p in taken}) == 1
    bill.refresh_from_db()
    assert int(bill.paid.amount * 100) == 100


def test_one_delivery_at_once_moves_the_right_once():
    auction, (who,) = running(1)
    make.bid(auction, who, 4000, tonnes=1)
    award = make.closed(auction).awards.get()
    make.pay(award.bill)
    desk = make.member(auction.region, "trading_desk")
    done = at_once([lambda: services.deliver_award(by=desk, award=award, now=make.CLOSES)] * 6)
    assert len({a.lot_id for a in done}) == 1


def test_deposits_taken_at_once_give_each_bidder_an_own_number():
    city = factories.city()
    county = factories.county(city)
    auction = make.announced(city)
    waiting = [make.qualified(auction, make.bidder(county), tonnes=1) for _ in range(8)]
    finance = make.member(city, "finance")

    def take(sign_up):
        return lambda: services.take_deposit(
            by=finance,
            sign_up=sign_up,
            amount_fen=int(sign_up.deposit.amount * 100),
            bank_reference=f"DEP-{sign_up.pk:04d}",
            paid_on=make.NOW.date(),
            now=make.NOW,
        )

    at_once([take(sign_up) for sign_up in waiting])
    numbers = auction.sign_ups.values_list("paddle_no", flat=True)
    assert sorted(numbers) == list(range(1, 9))
