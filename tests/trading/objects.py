"""What stands behind the URL arguments of trading, made for one enterprise."""

from parties.models import Enterprise
from parties.rules import Role
from tests import factories, factories_proof
from tests import factories_trading as make
from trading.models import Auction, Award, Bid, Bill, SignUp


def auction(enterprise: Enterprise) -> Auction:
    """A closed auction of the enterprise's city, with its result."""
    return award(enterprise).auction


def award(enterprise: Enterprise) -> Award:
    """What the enterprise won in it."""
    agent = factories.enterprise_member(enterprise, Role.AGENT)
    running = make.opened(make.city_of(enterprise.region), agent)
    make.bid(running, agent, 4100)
    return make.closed(running).awards.get()


def bid(enterprise: Enterprise) -> Bid:
    """The bid with which the enterprise won; it stands in the proof log."""
    won = award(enterprise).bid
    factories_proof.keep()
    return won


def sign_up(enterprise: Enterprise) -> SignUp:
    agent = factories.enterprise_member(enterprise, Role.AGENT)
    return make.sign_up(make.announced(make.city_of(enterprise.region)), agent)


def bill(enterprise: Enterprise) -> Bill:
    return make.bill(enterprise)


OBJECTS = {
    "bid_id": bid,
    "auction_id": auction,
    "award_id": award,
    "sign_up_id": sign_up,
    "bill_id": bill,
}
REGIONAL = {"auction_id"}
