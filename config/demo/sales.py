"""The government's reserve and its auctions: settled, without sale, unpaid, running, planned."""

import dataclasses
import datetime
from functools import partial
from uuid import UUID

from ledger.models import Lot, Pollutant
from parties.models import Approval
from parties.services import system_actor
from trading import services
from trading.models import Auction, Award, SignUp
from trading.rules import AuctionState, SignUpState
from trading.services.auctions import Terms

from .places import BASINS, CITY
from .plants import MG_PER_T
from .stage import BEIJING, DAY, Stage, at

FEN = 100
TENTH_OF_T = MG_PER_T // 10
YEARS = 5
HOUR = datetime.timedelta(hours=1)
MINUTE = datetime.timedelta(minutes=1)


@dataclasses.dataclass(frozen=True)
class Bidder:
    """A plant (place in the table), the tenths of t it wants, and its bids in yuan per t·a."""

    place: int
    tenths: int
    prices: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True)
class Sale:
    """One auction: what, from which start price, when the round opens, who comes."""

    key: str
    document_no: str
    pollutant: str
    tonnes: int
    floor: int
    step: int
    opens: datetime.datetime
    lasts: datetime.timedelta
    bidders: tuple[Bidder, ...] = ()
    is_settled: bool = True


def sales(stage: Stage) -> list[Sale]:
    """The city's auctions around the moment of building."""
    now, year = stage.now.replace(second=0, microsecond=0), stage.today.year
    back = partial(days_back, stage)
    return [
        Sale(
            "settled", f"清环储〔{year}〕2号", "COD", 12, 4000, 50, back(135), HOUR,
            (Bidder(1, 30, (4000, 4350, 5100)), Bidder(4, 25, (4050, 4600)),
             Bidder(6, 40, (4200, 4900, 5300)), Bidder(12, 50, (4100, 4850)),
             Bidder(26, 20, (4000,))),
        ),
        Sale("no_sale", f"清环储〔{year}〕5号", "SO2", 10, 1500, 50, back(75), HOUR),
        Sale(
            "unpaid", f"清环储〔{year}〕7号", "NH3N", 3, 4000, 50, back(6), HOUR,
            (Bidder(2, 6, (4100, 4800)), Bidder(4, 5, (4000, 4150)), Bidder(17, 8, (4300, 4550)),
             Bidder(30, 4, (4250,)), Bidder(34, 7, (4050,))),
            is_settled=False,
        ),
        Sale(
            "running", f"清环储〔{year}〕8号", "COD", 15, 4000, 50, now - 50 * MINUTE, 6 * HOUR,
            (Bidder(1, 50, (4050, 4400)), Bidder(2, 60, (4000, 4300, 4750)),
             Bidder(6, 30, (4200,)), Bidder(12, 80, (4100, 4500)), Bidder(18, 40, (4350, 4600))),
        ),
        Sale(
            "announced", f"清环储〔{year}〕9号", "NOX", 20, 1000, 20, back(-9), HOUR,
            (Bidder(2, 50), Bidder(18, 40), Bidder(22, 80)),
        ),
        Sale("draft", f"清环储〔{year}〕10号", "NH3N", 4, 4000, 50, back(-16), HOUR),
    ]  # fmt: skip


def days_back(stage: Stage, days: int) -> datetime.datetime:
    """Ten in the morning of the working day so many days ago (below zero: ahead)."""
    return at(stage.workdays_from(stage.today - days * DAY, 0), 10)


def plan_sales(stage: Stage) -> None:
    """The reserve at the beginning of the year, then each auction step by step."""
    for sale in sales(stage):
        runner = Runner(stage, sale)
        opens = sale.opens
        # Two working weeks of notice; what lies ahead is put up in these days.
        announced = min(opens - 14 * DAY, stage.now - 3 * DAY)
        if sale.key == "draft":
            stage.agenda.add(stage.now - 20 * HOUR, runner.set_aside)
            stage.agenda.add(stage.now - 19 * HOUR, runner.draft)
            continue
        steps = [
            (announced - 30 * DAY, runner.set_aside),
            (announced - 3 * DAY, runner.draft),
            (announced - 2 * DAY, runner.approve),
            (announced, runner.announce),
            (announced + DAY, runner.sign_up),
            (announced + DAY + 3 * HOUR, runner.qualify),
            (announced + 2 * DAY, runner.take_deposits),
            (opens, runner.open_round),
            (opens + sale.lasts + MINUTE, runner.close_round),
            (opens + 2 * DAY, runner.return_deposits),
            (opens + 5 * DAY, runner.take_prices),
            (opens + 6 * DAY, runner.deliver),
        ]
        for moment, act in steps:
            stage.agenda.add(moment, act)


class Runner:
    """The desk, the bidders and the clock at one auction."""

    def __init__(self, stage: Stage, sale: Sale) -> None:
        self.stage, self.sale = stage, sale
        self.desk, self.second = stage.people["desk"], stage.people["desk2"]
        self.finance = stage.people["finance"]
        self.lot: Lot
        self.auction: Auction

    @property
    def bidders(self) -> list[Bidder]:
        """Those whose plant is in the city at this scale."""
        return [one for one in self.sale.bidders if one.place in self.stage.enterprises]

    def set_aside(self, now: datetime.datetime) -> None:
        """Rights set aside for the reserve by a document."""
        pollutant = Pollutant.objects.get(pk=self.sale.pollutant)
        year = now.year
        order = services.set_aside(
            by=self.desk,
            region=self.stage.regions[CITY],
            document_no=self.sale.document_no,
            pollutant=pollutant,
            quantity_mg=self.sale.tonnes * MG_PER_T,
            valid_from=datetime.date(year, 1, 1),
            valid_to=datetime.date(year + 7, 12, 31),
            reason="关停企业腾出指标，纳入政府储备",
            now=now,
            basin=BASINS["339901"] if pollutant.medium == "WATER" else "清源市",
        )
        assert order.lot, "an order of the reserve opens its lot"
        self.lot = order.lot

    def draft(self, now: datetime.datetime) -> None:
        """The desk drafts the terms and asks a second person."""
        sale, opens = self.sale, self.sale.opens
        delivery = (opens.astimezone(BEIJING).date() + 32 * DAY).replace(day=1)
        terms = Terms(
            quantity_mg=sale.tonnes * MG_PER_T,
            lot_size_mg=TENTH_OF_T,
            floor_fen=sale.floor * FEN,
            step_fen=sale.step * FEN,
            right_from=delivery,
            years=YEARS,
            sign_up_from=min(opens - 14 * DAY, now + DAY),
            sign_up_to=opens - DAY,
            opens_at=opens,
            closes_at=opens + sale.lasts,
        )
        self.auction = services.draft_auction(by=self.desk, lot=self.lot, terms=terms, now=now)
        self.approval: Approval = services.request_auction_approval(
            by=self.desk, auction=self.auction, now=now
        )

    def approve(self, now: datetime.datetime) -> None:
        """The second person approves."""
        services.decide_auction(
            by=self.second,
            auction=self.auction,
            approval=self.approval,
            granted=True,
            reason="底价与公告内容已核对，同意",
            now=now,
        )

    def announce(self, now: datetime.datetime) -> None:
        """The notice is published."""
        services.announce_auction(by=self.desk, auction=self.auction, now=now)

    def sign_up(self, now: datetime.datetime) -> None:
        """Enterprises sign up with their consent slips."""
        self.auction.refresh_from_db()
        for number, bidder in enumerate(self.bidders):
            services.sign_up(
                by=self.stage.agents[bidder.place],
                auction=self.auction,
                enterprise=self.stage.enterprises[bidder.place],
                quantity_mg=bidder.tenths * TENTH_OF_T,
                consent_slip_no=f"QY-LXD-{now.year}-{self.auction.pk:03d}{bidder.place:02d}",
                now=now + number * 7 * MINUTE,
            )

    def signed_up(self, state: SignUpState) -> list[SignUp]:
        """The sign-ups in a state, in their order."""
        found = SignUp.objects.filter(auction=self.auction, state=state)
        return list(found.select_related("enterprise", "auction").order_by("pk"))

    def qualify(self, now: datetime.datetime) -> None:
        """All are checked; of an auction ahead the first still waits for the desk."""
        for one in self.signed_up(SignUpState.APPLIED)[self.sale.key == "announced" :]:
            services.qualify(by=self.desk, sign_up=one, now=now)

    def take_deposits(self, now: datetime.datetime) -> None:
        """Deposits come in; of an auction ahead one is still to come."""
        for one in self.signed_up(SignUpState.QUALIFIED)[self.sale.key == "announced" :]:
            services.take_deposit(
                by=self.finance,
                sign_up=one,
                amount_fen=int(one.deposit.amount * FEN),
                bank_reference=f"QYBZJ{now:%Y%m%d}{one.pk:05d}",
                paid_on=now.astimezone(BEIJING).date(),
                now=now,
            )

    def open_round(self, now: datetime.datetime) -> None:
        """The round opens; each bidder's bids are spread over its first part."""
        services.open_auction(by=system_actor("clock"), auction=self.auction, now=now)
        dice = self.stage.dice("bids", self.sale.key)
        for bidder in self.bidders:
            seconds = sorted(dice.sample(range(60, 2700), len(bidder.prices)))
            for after, price in zip(seconds, bidder.prices, strict=True):
                key = UUID(int=dice.getrandbits(128), version=4)
                bid = partial(self.bid, bidder, price, key)
                self.stage.agenda.add(now + datetime.timedelta(seconds=after), bid)

    def bid(self, bidder: Bidder, price: int, key: UUID, now: datetime.datetime) -> None:
        """One bid of an admitted enterprise."""
        services.place_bid(
            by=self.stage.agents[bidder.place],
            auction=self.auction,
            price_fen=price * FEN,
            quantity_mg=bidder.tenths * TENTH_OF_T,
            key=key,
            now=now,
        )

    def close_round(self, now: datetime.datetime) -> None:
        """The clock closes the round and fixes the result."""
        services.close_auction(by=system_actor("clock"), auction=self.auction, now=now)

    def return_deposits(self, now: datetime.datetime) -> None:
        """Losers get their deposits back; of the latest auction one still waits."""
        waiting = self.signed_up(SignUpState.TO_RETURN)
        for one in waiting if self.sale.is_settled else waiting[1:]:
            services.return_deposit(
                by=self.finance,
                sign_up=one,
                bank_reference=f"QYTH{now:%Y%m%d}{one.pk:05d}",
                now=now,
            )

    def take_prices(self, now: datetime.datetime) -> None:
        """Winners pay; of the latest auction only the first has."""
        awards = list(Award.objects.filter(auction=self.auction).order_by("place"))
        for award in awards if self.sale.is_settled else awards[:1]:
            if award.bill:
                services.take_payment(
                    by=self.finance,
                    bill=award.bill,
                    amount_fen=int(award.bill.open_amount.amount * FEN),
                    bank_reference=f"QYJY{now:%Y%m%d}{award.pk:05d}",
                    paid_on=now.astimezone(BEIJING).date(),
                    now=now,
                )

    def deliver(self, now: datetime.datetime) -> None:
        """Rights against payment."""
        self.auction.refresh_from_db()
        if self.sale.is_settled and self.auction.state == AuctionState.CLOSED:
            for award in Award.objects.filter(auction=self.auction).order_by("place"):
                services.deliver_award(by=self.desk, award=award, now=now)
