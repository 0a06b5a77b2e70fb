"""What becomes of rights in the demo: split, leased out and back, pledged, frozen by a court, taken
back into the reserve, and what a holder has asked for and the bureau has not decided yet."""

import datetime
from functools import partial

from ledger.lot_orders import LotOrder
from ledger.models import LedgerRequest, Lot
from ledger.models.requests import LotAct
from ledger.services import ask_for_lot, decide_request
from parties.models import Membership
from shell.refusals import Refusal

from .plants import MG_PER_T
from .stage import DAY, Stage, at

# Places in the table: near its limits, over them, far from both.
LESSOR, LESSEE, DEBTOR, IDLE = 1, 2, 3, 8
BANK, COURT = "清源农村商业银行", "清源市临溪区人民法院"


def plan_lot_lives(stage: Stage) -> None:
    """One of each, in these months, late enough that nobody's discharge is short of rights."""
    add = stage.agenda.add
    add(at(stage.workdays_ago(40), 10), partial(lease_and_return, stage))
    add(at(stage.workdays_ago(22), 10), partial(pledge, stage))
    add(at(stage.workdays_ago(15), 15), partial(freeze, stage))
    add(at(stage.workdays_ago(9), 11), partial(take_back, stage))
    add(at(stage.workdays_ago(2), 16), partial(ask_to_lease, stage))


def lot_of(stage: Stage, place: int, pollutant: str, now: datetime.datetime) -> Lot | None:
    """The enterprise's largest right to the pollutant that runs on into another year."""
    if place not in stage.enterprises:
        return None
    rows = Lot.objects.filter(
        enterprise=stage.enterprises[place],
        pollutant=pollutant,
        quantity_per_year__gte=MG_PER_T,
        valid_to__gt=now.date() + 200 * DAY,
    )
    return rows.order_by("-quantity_per_year").first()


def do(
    by: Membership, lot: Lot, order: LotOrder, reason: str, now: datetime.datetime, basis: str = ""
) -> LedgerRequest | None:
    """Ask for it; a right that is used up already leaves the demo without this one."""
    key = f"demo-lot:{lot.pk}:{order.act}"
    try:
        return ask_for_lot(
            by=by, lot=lot, order=order, reason=reason, legal_basis=basis, key=key, now=now
        )
    except Refusal as refusal:
        if refusal.code != "L223":
            raise
        return None


def lease_and_return(stage: Stage, now: datetime.datetime) -> None:
    """A part of the right to sulphur dioxide is leased out, and given back early."""
    lot = lot_of(stage, LESSOR, "SO2", now)
    if lot is None or LESSEE not in stage.enterprises:
        return
    lease = LotOrder(
        act=LotAct.LEASE,
        quantity=lot.quantity_per_year // 10,
        to=stage.enterprises[LESSEE],
        first=now.date(),
        last=now.date() + 180 * DAY,
        price_fen=1000_00,
        paper="清租〔演示〕01号",
    )
    done = do(stage.people["desk"], lot, lease, "采暖季富余", now)
    leased = Lot.objects.filter(source="LEASE", parent=lot).first()
    if done and leased:
        day = at(stage.workdays_from(now.date(), 20), 14)
        stage.agenda.add(day, partial(return_lease, stage, leased))


def return_lease(stage: Stage, leased: Lot, now: datetime.datetime) -> None:
    """The lessee closes a line and gives the lease back."""
    order = LotOrder(act=LotAct.LEASE_END, paper="清租〔演示〕01号-补")
    do(stage.people["desk"], leased, order, "承租方停用一条生产线", now)


def pledge(stage: Stage, now: datetime.datetime) -> None:
    """A bank lends against a part of the right to nitrogen oxides."""
    if lot := lot_of(stage, LESSOR, "NOX", now):
        order = LotOrder(
            act=LotAct.PLEDGE,
            quantity=lot.quantity_per_year // 5,
            last=now.date() + 365 * DAY,
            paper="清农商质〔演示〕18号",
            issuer=BANK,
        )
        do(stage.people["desk"], lot, order, "流动资金贷款", now)


def freeze(stage: Stage, now: datetime.datetime) -> None:
    """A court freezes a part for two years."""
    if lot := lot_of(stage, DEBTOR, "SO2", now):
        order = LotOrder(
            act=LotAct.FREEZE,
            quantity=lot.quantity_per_year // 4,
            last=now.date() + 730 * DAY,
            paper="（演示）浙9901执保7号",
            issuer=COURT,
        )
        do(stage.people["officer"], lot, order, "协助执行", now)


def take_back(stage: Stage, now: datetime.datetime) -> None:
    """One officer asks, another grants: an idle part goes back into the reserve."""
    lot = lot_of(stage, IDLE, "NOX", now)
    if lot is None:
        return
    order = LotOrder(
        act=LotAct.TAKE_BACK, quantity=lot.quantity_per_year // 10, paper="清环发〔演示〕23号"
    )
    asked = do(stage.people["officer"], lot, order, "闲置三年以上", now, "国办发〔2014〕38号")
    if asked:
        decide_request(
            by=stage.people["officer2"], request=asked, granted=True, reason="同意收回", now=now
        )


def ask_to_lease(stage: Stage, now: datetime.datetime) -> None:
    """What the enterprise has asked for waits at the trading desk."""
    lot = lot_of(stage, LESSOR, "NH3N", now)
    if lot is None or LESSEE not in stage.enterprises:
        return
    order = LotOrder(
        act=LotAct.LEASE,
        quantity=lot.quantity_per_year // 10,
        to=stage.enterprises[LESSEE],
        first=now.date() + 7 * DAY,
        last=now.date() + 190 * DAY,
        price_fen=4200_00,
        paper="清租〔演示〕02号",
    )
    do(stage.people["agent"], lot, order, "明年上半年富余", now)
