"""Paid use: fee standards, bills for the rights that permits opened, and what came in for them."""

import datetime
from decimal import Decimal
from functools import partial

from ledger.models import Pollutant
from parties.services import system_actor
from trading import services
from trading.models import Bill
from trading.queries.desk import unpaid_lots

from .permit_lives import issue_day
from .places import CITY
from .stage import DAY, Plant, Stage, at

FEN = 100
# Yuan per t and year. Quzhou's auction base of May 2015, which Wuyi used again in 2021.
PRICES = {"COD": 4000, "NH3N": 4000, "SO2": 1000, "NOX": 1000}
FEE_BASIS = "参照《衢州市排污权有偿使用收费标准》（2015）；清源市为虚构城市，数据供演示"
DUE_AFTER = 60
# Places in the table: billed late and paid in part, billed and long overdue.
PART_PAID, OVERDUE = (5, 12, 21), (19, 33)
# Stories whose later rights are billed in these weeks.
BILLED_AGAIN = ("renewed", "reapply_issued")
FIRST_PART_PERCENT = 40  # first instalment: at least 40 % (finance ministry's practice)


def plan_fees(stage: Stage) -> None:
    """Standards first, then a bill a month after each issue, then reminders."""
    stage.agenda.add(at(stage.begin_day, 10), partial(set_standards, stage))
    for plant in stage.plants:
        if not plant.is_new:
            stage.agenda.add(first_bill_at(stage, plant), partial(bill, stage, plant))
        if plant.permit in BILLED_AGAIN:
            day = stage.workdays_from(stage.today - (12 + plant.place % 5) * DAY, 0)
            stage.agenda.add(at(day, 10), partial(bill, stage, plant))
    stage.agenda.add(at(stage.today - 20 * DAY, 1), remind)


def first_bill_at(stage: Stage, plant: Plant) -> datetime.datetime:
    """A month after the issue; for some of those who owe today, in these months."""
    if plant.place in OVERDUE:
        return at(stage.workdays_from(stage.today - 92 * DAY, 0), 10)
    if plant.place in PART_PAID and plant.permit not in BILLED_AGAIN:
        return at(stage.workdays_from(stage.today - 41 * DAY, 0), 10)
    return at(stage.workdays_from(issue_day(stage, plant) + 30 * DAY, 0), 10)


def set_standards(stage: Stage, now: datetime.datetime) -> None:
    """The prices of a right, and how the city holds auctions."""
    for code, yuan in PRICES.items():
        services.set_fee_standard(
            by=stage.people["desk"],
            region=stage.regions[CITY],
            pollutant=Pollutant.objects.get(pk=code),
            price_fen=yuan * FEN,
            valid_from=datetime.date(2015, 5, 1),
            legal_basis=FEE_BASIS,
        )
    services.set_auction_standard(
        by=stage.people["desk"],
        region=stage.regions[CITY],
        valid_from=now.date(),
        deposit_percent=Decimal(10),
        notice_days=7,
        pay_within_workdays=7,
        max_bids=10,
        winners_percent=70,
        legal_basis="参照浙江省排污权单轮竞价规则（10 次报价、前 70% 成交）；保证金 10%",
        note="缴款期限以公告为准，待主管部门确认",
    )


def bill(stage: Stage, plant: Plant, now: datetime.datetime) -> None:
    """Bill all unpaid rights of the enterprise; payments follow."""
    lots = list(unpaid_lots(stage.enterprises[plant.place]))
    if not lots:
        return
    made = services.create_bill(
        by=stage.people["desk"],
        enterprise=stage.enterprises[plant.place],
        lots=lots,
        due_date=now.date() + DUE_AFTER * DAY,
        now=now,
        note="初始排污权有偿使用费",
    )
    for after, percent in instalments(stage, plant, now):
        moment = at(stage.workdays_from(now.date() + after * DAY, 0), 15, plant.place)
        stage.agenda.add(moment, partial(pay, stage, made.pk, percent))


def instalments(stage: Stage, plant: Plant, now: datetime.datetime) -> list[tuple[int, int]]:
    """When which share is paid: (days after the bill, per cent of the whole)."""
    is_recent = now > stage.now - 100 * DAY
    if is_recent and plant.place in OVERDUE:
        return []
    if is_recent and plant.place in PART_PAID:
        return [(7, FIRST_PART_PERCENT)]
    if plant.place % 4 == 0:
        return [(15, FIRST_PART_PERCENT), (48, 100 - FIRST_PART_PERCENT)]
    return [(20 + plant.place % 20, 100)]


def pay(stage: Stage, bill_id: int, percent: int, now: datetime.datetime) -> None:
    """Money for a bill came in."""
    owed = Bill.objects.get(pk=bill_id)
    amount = int(owed.amount.amount * FEN) * percent // 100
    rest = int(owed.open_amount.amount * FEN)
    services.take_payment(
        by=stage.people["finance"],
        bill=owed,
        amount_fen=rest if abs(rest - amount) < FEN else amount,
        bank_reference=f"QYYH{now:%Y%m%d}{bill_id:05d}{percent:03d}",
        paid_on=now.date(),
        now=now,
    )


def remind(now: datetime.datetime) -> None:
    """The clock marks overdue bills."""
    services.remind_overdue(by=system_actor("clock"), now=now)
