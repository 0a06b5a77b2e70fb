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
    assert "4,000.00" in str(spoken(caught.value))


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


def slip(auction, who, yuan, **changes):
    """The number of the question that a bid from a form is asked; nothing when it stands."""
    try:
        make.bid(auction, who, yuan, is_meant=False, **changes)
    except refusals.Refusal as question:
        return question.code
    return ""


@pytest.mark.parametrize(
    ("yuan", "tonnes", "question"),
    [
        (4200, 4, "T339"),  # the same once more
        (4190, 4, "T338"),
        (4190, 5, "T338"),
        (4200, 3, "T338"),
        (4200, 5, ""),
        (4210, 1, ""),
        (6300, 4, ""),  # 150 % of the leading price and no more
        (6310, 4, "T337"),
    ],
)
def test_what_looks_like_a_slip_is_asked_about_and_not_placed(
    auction, agent, yuan, tonnes, question
):
    make.bid(auction, agent, 4200, tonnes=4)
    assert slip(auction, agent, yuan, tonnes=tonnes) == question
    assert Bid.objects.count() == (1 if question else 2)


def test_what_is_meant_is_placed_however_it_looks(auction, agent):
    for yuan in (4200, 4200, 4000, 9000):
        make.bid(auction, agent, yuan, is_meant=True)
    assert Bid.objects.count() == 4


def test_others_bids_make_none_of_mine_a_slip(auction, agent, rival):
    make.bid(auction, rival, 4200)
    assert slip(auction, agent, 4200) == ""
