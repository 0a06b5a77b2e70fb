"""Bids: what is refused at the door, and by which number."""

import datetime
import uuid

import pytest

from shell.refusals import spoken
from shell.rules import RuleBroken
from tests import factories_trading as make
from trading import refusals, services
from trading.models import Bid, RefusedBid

pytestmark = pytest.mark.django_db
MICRO = datetime.timedelta(microseconds=1)


@pytest.fixture
def auction(city, agent, rival):
    return make.opened(city, agent, rival)


@pytest.mark.parametrize(
    ("yuan", "changes", "code"),
    [
        (3990, {}, "T301"),
        (4005, {}, "T302"),
        (4000, {"now": make.CLOSES}, "T304"),
        (4000, {"now": make.CLOSES + MICRO}, "T304"),
        (4000, {"now": make.OPENS - MICRO}, "T305"),
        (4000, {"quantity_mg": 1}, "T307"),
        (4000, {"tonnes": 0}, "T307"),
        (4000, {"tonnes": 6}, "T334"),
        (4000, {"tonnes": 11}, "T334"),
    ],
)
def test_a_bid_that_breaks_a_rule_is_refused_by_its_number(auction, agent, yuan, changes, code):
    with pytest.raises((RuleBroken, refusals.Refusal)) as caught:
        make.bid(auction, agent, yuan, **changes)
    assert caught.value.code == code
    assert not Bid.objects.exists()


def test_every_refusal_of_a_bid_speaks(auction, agent):
    with pytest.raises(RuleBroken) as caught:
        make.bid(auction, agent, 3990)
    assert "4000.00" in str(spoken(caught.value))


def test_the_last_microsecond_still_counts(auction, agent):
    assert make.bid(auction, agent, 4000, now=make.CLOSES - MICRO).seq == 1


def test_the_eleventh_bid_is_refused_and_the_tenth_stands(auction, agent, rival):
    for step in range(10):
        make.bid(auction, agent, 4000 + 10 * step)
    with pytest.raises(RuleBroken, match="T303"):
        make.bid(auction, agent, 4500)
    assert make.bid(auction, rival, 4000).seq == 11


def test_the_same_key_is_the_same_bid(auction, agent, rival):
    key = uuid.uuid4()
    first = make.bid(auction, agent, 4000, key=key)
    assert make.bid(auction, agent, 4000, key=key) == first
    assert make.bid(auction, agent, 4000, key=key, now=make.CLOSES) == first
    with pytest.raises(refusals.BidKeyReused):
        make.bid(auction, agent, 4010, key=key)
    with pytest.raises(refusals.BidKeyReused):
        make.bid(auction, rival, 4000, key=key)
    assert Bid.objects.count() == 1


def test_after_the_close_no_bid_is_taken_whatever_its_clock_says(auction, agent):
    make.closed(auction)
    with pytest.raises(RuleBroken, match="T304"):
        make.bid(auction, agent, 4000, now=make.OPENS)


def test_a_stranger_cannot_bid(auction, county):
    with pytest.raises(refusals.NotQualified):
        make.bid(auction, make.bidder(county), 4000)


def test_a_late_clock_job_does_not_keep_bidders_out(city, agent):
    auction = make.announced(city)
    make.admitted(auction, agent)
    assert make.bid(auction, agent, 4000).seq == 1
    auction.refresh_from_db()
    assert auction.state == "OPEN"


def test_a_refused_bid_is_kept_as_typed(auction, agent):
    keep = {"by": agent, "auction": auction, "quantity_text": "5", "now": make.OPENS}
    services.keep_refused_bid(price_text="4e3" * 30, rule="S101", **keep)
    kept = RefusedBid.objects.get()
    assert (kept.price_text, kept.rule) == (("4e3" * 30)[:40], "S101")
