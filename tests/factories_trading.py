"""Nouns of trading for tests: standards, reserve, auctions in every state, bids, bills."""

import datetime
import itertools
import uuid
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ledger.models import Lot, Pollutant
from ledger.services import load_reference_data
from parties.models import Enterprise, Membership, Region
from parties.rules import Role
from tests import factories
from trading import services
from trading.models import Auction, AuctionStandard, Bid, Bill, FeeStandard, SignUp
from trading.services.auctions import Terms

LOCAL = ZoneInfo("Asia/Shanghai")
NOW = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
SIGN_UP_TO = NOW + 9 * DAY
OPENS = NOW + 10 * DAY
CLOSES = OPENS + datetime.timedelta(hours=1)
TONNE = 10**9
_serial = itertools.count(1)


def pollutant(code: str = "COD") -> Pollutant:
    load_reference_data()
    return Pollutant.objects.get(pk=code)


def member(region: Region, role: Role) -> Membership:
    """A person of the bureau of the region in the role, one more each time."""
    return factories.bureau_member(region, role)


def city_of(place: Region) -> Region:
    return Region.objects.get(pk=place.city_code)


def fee_standard(region: Region, *, code: str = "COD", yuan: int = 4000) -> FeeStandard:
    """The fee standard of the region, made if it is missing."""
    known = FeeStandard.objects.filter(region=region, pollutant_id=code).first()
    return known or services.set_fee_standard(
        by=member(region, Role.PERMIT_OFFICER),
        region=region,
        pollutant=pollutant(code),
        price_fen=yuan * 100,
        valid_from=datetime.date(2020, 1, 1),
        legal_basis="浙价资〔2020〕1号",
    )


def auction_standard(region: Region, **changes) -> AuctionStandard:
    """The auction standard of the region, made if it is missing."""
    known = AuctionStandard.objects.filter(region=region).first()
    values = {
        "valid_from": datetime.date(2020, 1, 1),
        "deposit_percent": Decimal(10),
        "notice_days": 7,
        "pay_within_workdays": 7,
        "max_bids": 10,
        "winners_percent": 70,
        "legal_basis": "衢环发〔2015〕1号",
    } | changes
    by = member(region, Role.PERMIT_OFFICER)
    return known or services.set_auction_standard(by=by, region=region, **values)


def reserve_lot(region: Region, *, tonnes: int = 20, code: str = "COD") -> Lot:
    """A lot of the region's reserve for 2027 to 2031."""
    serial = next(_serial)
    order = services.set_aside(
        by=member(region, Role.TRADING_DESK),
        region=region,
        document_no=f"清环储〔2026〕{serial}号",
        pollutant=pollutant(code),
        quantity_mg=tonnes * TONNE,
        valid_from=datetime.date(2027, 1, 1),
        valid_to=datetime.date(2031, 12, 31),
        reason="关停企业收回",
        now=NOW,
    )
    return order.lot


def terms(*, start: datetime.datetime = NOW, **changes) -> Terms:
    """10 t of COD at 4 000 yuan, step 10, for the five years from 2027; sign-up opens at `start`,
    the round ten days later."""
    values = {
        "quantity_mg": 10 * TONNE,
        "lot_size_mg": TONNE // 1000,
        "floor_fen": 400_000,
        "step_fen": 1_000,
        "right_from": datetime.date(2027, 1, 1),
        "years": 5,
        "sign_up_from": start,
        "sign_up_to": start + (SIGN_UP_TO - NOW),
        "opens_at": start + (OPENS - NOW),
        "closes_at": start + (CLOSES - NOW),
    }
    return Terms(**values | changes)


def draft(region: Region, *, lot: Lot | None = None, **changes) -> Auction:
    auction_standard(region)
    return services.draft_auction(
        by=member(region, Role.TRADING_DESK),
        lot=lot or reserve_lot(region),
        terms=terms(**changes),
        now=NOW,
    )


def approved(region: Region, *, start: datetime.datetime = NOW, **changes) -> Auction:
    auction = draft(region, start=start, **changes)
    maker, checker = (member(region, Role.TRADING_DESK) for _ in range(2))
    approval = services.request_auction_approval(by=maker, auction=auction, now=start)
    return services.decide_auction(
        by=checker, auction=auction, approval=approval, granted=True, reason="同意", now=start
    )


def announced(region: Region, *, start: datetime.datetime = NOW, **changes) -> Auction:
    desk = member(region, Role.TRADING_DESK)
    return services.announce_auction(
        by=desk, auction=approved(region, start=start, **changes), now=start
    )


def sign_up(auction: Auction, who: Membership, *, tonnes: int = 5) -> SignUp:
    return services.sign_up(
        by=who,
        auction=auction,
        enterprise=who.enterprise,
        quantity_mg=tonnes * TONNE,
        consent_slip_no=f"LX-{next(_serial)}",
        now=auction.sign_up_from,
    )


def qualified(auction: Auction, who: Membership, *, tonnes: int = 5) -> SignUp:
    desk = member(auction.region, Role.TRADING_DESK)
    return services.qualify(
        by=desk, sign_up=sign_up(auction, who, tonnes=tonnes), now=auction.sign_up_from
    )


def reference() -> str:
    return f"BANK-{next(_serial):06d}"


def admitted(auction: Auction, who: Membership, *, tonnes: int = 5) -> SignUp:
    """A bidder whose deposit is in."""
    new = qualified(auction, who, tonnes=tonnes)
    services.take_deposit(
        by=member(auction.region, Role.FINANCE),
        sign_up=new,
        amount_fen=int(new.deposit.amount * 100),
        bank_reference=reference(),
        paid_on=auction.sign_up_from.date(),
        now=auction.sign_up_from,
    )
    new.refresh_from_db()
    return new


def opened(region: Region, *bidders: Membership, tonnes: int = 5, **changes: Any) -> Auction:
    """A running auction with its admitted bidders."""
    auction = announced(region, **changes)
    for who in bidders:
        admitted(auction, who, tonnes=tonnes)
    clock = member(region, Role.TRADING_DESK)
    return services.open_auction(by=clock, auction=auction, now=auction.opens_at)


def bidder(region: Region) -> Membership:
    """The agent of one more enterprise."""
    return factories.enterprise_member(factories.enterprise(region), Role.AGENT)


def bid(auction: Auction, who: Membership, yuan: int, *, tonnes: int = 5, **changes) -> Bid:
    values = {
        "price_fen": yuan * 100,
        "quantity_mg": tonnes * TONNE,
        "key": uuid.uuid4(),
        "now": auction.opens_at + datetime.timedelta(minutes=1),
    }
    return services.place_bid(by=who, auction=auction, **values | changes)


def closed(auction: Auction) -> Auction:
    desk = member(auction.region, Role.TRADING_DESK)
    return services.close_auction(by=desk, auction=auction, now=auction.closes_at)


def pay(bill: Bill, *, fen: int | None = None, **changes):
    """Record the whole open amount of a bill, or so many fen."""
    values = {
        "amount_fen": int(bill.open_amount.amount * 100) if fen is None else fen,
        "bank_reference": reference(),
        "paid_on": NOW.date(),
        "now": max(NOW, CLOSES),
    }
    finance = member(bill.region, Role.FINANCE)
    payment = services.take_payment(by=finance, bill=bill, **values | changes)
    bill.refresh_from_db()
    return payment


def unpaid_lot(owner: Enterprise, *, tonnes: int = 2, code: str = "COD", years: int = 5) -> Lot:
    """An initial right of the enterprise that nobody has paid for."""
    from tests.factories_ledger import lot

    return lot(
        owner,
        pollutant=pollutant(code).pk,
        tonnes=tonnes,
        key=f"unpaid-{next(_serial)}",
        valid_from=datetime.date(2026, 1, 1),
        valid_to=datetime.date(2025 + years, 12, 31),
    )


def bill(owner: Enterprise, *lots: Lot, **changes) -> Bill:
    """A fee bill for the lots, or for a new unpaid one."""
    fee_standard(city_of(owner.region))
    values = {"due_date": datetime.date(2026, 12, 20), "now": NOW} | changes
    return services.create_bill(
        by=member(city_of(owner.region), Role.TRADING_DESK),
        enterprise=owner,
        lots=list(lots) or [unpaid_lot(owner)],
        **values,
    )
