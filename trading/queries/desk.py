"""What the homes of desk and enterprise show of trading, and what can be billed."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from djmoney.money import Money

from ledger.models import Lot
from ledger.models.lots import PaidState
from parties.models import Approval, Enterprise, Membership
from parties.models.approvals import ApprovalState
from parties.rules import Act
from permits.queries.obligations import Owed, open_within_reach
from trading.models import Auction, Award, Bill, BillLine, SignUp
from trading.rules import AuctionState, AwardState, BillState, SignUpState

HOME_ROWS = 6


@dataclass(frozen=True)
class DeskHome:
    """The trading desk at a glance; every figure links to its list."""

    to_approve: Sequence[Auction]
    to_check: Sequence[SignUp]
    deposits_due: int
    deposits_to_return: Sequence[SignUp]
    to_deliver: Sequence[Award]
    running: Sequence[Auction]
    overdue: Sequence[Bill]
    overdue_count: int
    open_amount: Money
    reserve: Sequence[dict[str, Any]]
    owed: Sequence[Owed]
    today: datetime.date

    @property
    def waits(self) -> int:
        """How many things wait for somebody of the desk."""
        lists = (self.to_approve, self.to_check, self.deposits_to_return, self.to_deliver)
        return sum(map(len, lists))


def desk_home(actor: Membership, today: datetime.date) -> DeskHome:
    """What waits for the desk of this person's region."""
    sign_ups = SignUp.objects.for_actor(actor).select_related("auction", "enterprise")
    awards = Award.objects.for_actor(actor).filter(state=AwardState.PENDING)
    payable = awards.filter(Q(bill__isnull=True) | Q(bill__state=BillState.PAID))
    bills = Bill.objects.for_actor(actor)
    overdue = bills.overdue(today).select_related("enterprise").order_by("due_date")
    sums = bills.unpaid().aggregate(amount=Sum("amount"), paid=Sum("paid"))
    return DeskHome(
        to_approve=_waiting_for(actor),
        to_check=list(sign_ups.filter(state=SignUpState.APPLIED)[:HOME_ROWS]),
        deposits_due=sign_ups.filter(state=SignUpState.QUALIFIED).count(),
        deposits_to_return=list(sign_ups.filter(state=SignUpState.TO_RETURN)[:HOME_ROWS]),
        to_deliver=list(payable.select_related("auction", "sign_up__enterprise")[:HOME_ROWS]),
        running=list(running_auctions(actor)[:HOME_ROWS]),
        overdue=list(overdue[:HOME_ROWS]),
        overdue_count=overdue.count(),
        open_amount=Money((sums["amount"] or 0) - (sums["paid"] or 0), "CNY"),
        reserve=reserve_totals(actor),
        owed=open_within_reach(actor=actor, day=today, most=HOME_ROWS),
        today=today,
    )


def _waiting_for(actor: Membership) -> Sequence[Auction]:
    """Auctions on which another person has asked for approval or stop."""
    asked = Approval.objects.for_actor(actor).filter(
        state=ApprovalState.ASKED,
        subject_type="auction",
        act__in=[Act.APPROVE_AUCTION, Act.STOP_AUCTION],
    )
    ids = asked.exclude(maker_user=actor.user_id).values("subject_id")
    own = Auction.objects.of_desk(actor).filter(pk__in=ids)
    return list(own.select_related("pollutant")[:HOME_ROWS])


def running_auctions(actor: Membership) -> QuerySet[Auction]:
    """The region's auctions from notice to settlement, with how many signed up, by time."""
    states = [AuctionState.ANNOUNCED, AuctionState.OPEN, AuctionState.CLOSED]
    return (
        Auction.objects.of_desk(actor)
        .filter(state__in=states)
        .select_related("pollutant")
        .annotate(bidders=Count("sign_ups"))
        .order_by("opens_at")
    )


def reserve_lots(actor: Membership) -> QuerySet[Lot]:
    """The lots of the region's government reserve that still hold something."""
    return (
        Lot.objects.for_actor(actor)
        .filter(enterprise__isnull=True, quantity_per_year__gt=0)
        .select_related("pollutant", "region")
        .order_by("pollutant__position", "valid_to", "pk")
    )


def reserve_totals(actor: Membership) -> Sequence[dict[str, Any]]:
    """The reserve per pollutant: quantity per year and number of lots."""
    rows: Any = reserve_lots(actor).order_by()
    return list(
        rows.values("pollutant__name_zh", "pollutant__name_en", "pollutant__position")
        .annotate(quantity_mg=Sum("quantity_per_year"), lots=Count("pk"))
        .order_by("pollutant__position")
    )


def unpaid_lots(enterprise: Enterprise) -> QuerySet[Lot]:
    """The enterprise's lots of mass that nobody has billed yet."""
    return (
        Lot.objects.filter(
            enterprise=enterprise,
            paid_state=PaidState.UNPAID,
            quantity_per_year__gt=0,
            pollutant__unit="MG",
        )
        .exclude(bill_lines__in=_live_lines(enterprise))
        .select_related("pollutant", "region")
        .order_by("pollutant__position", "valid_from", "pk")
    )


def _live_lines(enterprise: Enterprise) -> QuerySet[Any]:
    return BillLine.objects.filter(bill__enterprise=enterprise, is_cancelled=False)


def enterprise_bills(enterprise: Enterprise) -> Sequence[Bill]:
    """What the enterprise still has to pay, the most urgent first."""
    bills = Bill.objects.filter(enterprise=enterprise)
    return list(bills.unpaid().order_by("due_date", "pk")[:HOME_ROWS])


def enterprise_auctions(enterprise: Enterprise) -> Sequence[dict[str, Any]]:
    """Auctions of the enterprise's region that are announced or run, with its own sign-up."""
    auctions = list(
        Auction.objects.for_actor(None)
        .filter(
            Q(state__in=[AuctionState.ANNOUNCED, AuctionState.OPEN])
            | Q(state=AuctionState.CLOSED, sign_ups__enterprise=enterprise),
            region_id__in=enterprise.region.line,
        )
        .select_related("pollutant", "region")
        .distinct()
        .order_by("opens_at")[:HOME_ROWS]
    )
    own = {
        sign_up.auction_id: sign_up
        for sign_up in SignUp.objects.filter(enterprise=enterprise, auction__in=auctions)
    }
    return [{"auction": auction, "sign_up": own.get(auction.pk)} for auction in auctions]
