"""Reallocations inside the year: between months and between cards, granted, refused, waiting."""

import datetime
from functools import partial

from cardswipe import services
from cardswipe.models import Card, Reallocation
from cardswipe.plans import first_of
from cardswipe.queries.cards import present_accounts
from cardswipe.queries.plans import Plan, plans_of
from ledger.models import QuotaPeriod
from ledger.services import period_on

from .places import CITY
from .stage import Stage, at

STEP = 10**7  # what is asked for comes in tens of kilograms
PEAK, OTHER = 1, 2  # places in the table: those whose people most visitors sign in as
SHARE = 5  # a fifth of what the source month has left
GRANT, REFUSE, WAIT = "同意，调剂后年度总量不变", "该月在线数据未审核，不予调剂", ""
CARD_SHARE = 100  # of what the card holds: its outlets keep what they need


def plan_reallocations(stage: Stage) -> None:
    """Two months' moves that were decided, a move to a spare card, and two that wait."""
    months, add = partial(move_months, stage), stage.agenda.add
    add(at(stage.workdays_ago(18), 10), partial(months, PEAK, "COD", GRANT, "订单集中，本月增产"))
    add(at(stage.workdays_ago(11), 10), partial(months, PEAK, "NOX", REFUSE, "锅炉备用燃料"))
    add(at(stage.workdays_ago(7), 9), partial(move_cards, stage))
    add(at(stage.workdays_ago(2), 15), partial(months, PEAK, "NH3N", WAIT, "赶制出口订单"))
    add(at(stage.workdays_ago(1), 11), partial(months, OTHER, "SO2", WAIT, "供暖锅炉提前投运"))


def move_months(
    stage: Stage,
    place: int,
    pollutant: str,
    answer: str,
    why: str,
    now: datetime.datetime,
) -> None:
    """The enterprise asks for a part of its fullest month; without an answer it waits."""
    if place not in stage.enterprises:
        return
    month = first_of(now.date())
    enterprise, period = stage.enterprises[place], period_on(stage.regions[CITY], now.date())
    plans = [one for one in plans_of(enterprise, period) if one.pollutant.code == pollutant]
    source = fullest(plans[0], month) if plans else None
    if source is None:
        return
    asked = services.ask_to_move_months(
        by=stage.agents[place],
        enterprise=enterprise,
        period=period,
        pollutant=pollutant,
        quantity=source[1] // SHARE // STEP * STEP,
        from_month=source[0],
        to_month=month,
        reason=why,
        key=f"demo-months:{place}:{pollutant}",
        now=now,
    )
    if answer != WAIT:
        day = at(stage.workdays_from(now.date(), 2), 15, 20)
        stage.agenda.add(day, partial(decide, stage, asked, answer))


def fullest(plan: Plan, target: datetime.date) -> tuple[datetime.date, int] | None:
    """The other month with the most left, and how much; None if that is next to nothing."""
    left = [(line.left, line.month) for line in plan.lines if line.month != target]
    most, month = max(left, default=(0, target))
    return (month, most) if most >= SHARE * STEP else None


def decide(stage: Stage, asked: Reallocation, answer: str, now: datetime.datetime) -> None:
    """An officer looks at it two days later."""
    services.decide_reallocation(
        by=stage.people["officer"],
        asked=asked,
        granted=answer == GRANT,
        reason=answer,
        now=now,
    )


def move_cards(stage: Stage, now: datetime.datetime) -> None:
    """A spare card is issued and a little is moved to it, in tens of kilograms."""
    card, period = stage.cards.get(PEAK), period_on(stage.regions[CITY], now.date())
    if card is None:
        return
    spare = services.issue_card(
        by=stage.people["officer"],
        enterprise=stage.enterprises[PEAK],
        physical_no="E0000C1104D2E7",
        now=now,
        contact=card.contact,
    )
    pollutant, quantity = fullest_account(card, period, now.date())
    if not quantity:
        return
    asked = services.ask_to_move_cards(
        by=stage.agents[PEAK],
        from_card=card,
        to_card=spare,
        period=period,
        pollutant=pollutant,
        quantity=quantity,
        reason="备用卡，供移动式应急处理设施使用",
        key=f"demo-cards:{card.pk}",
        now=now,
    )
    day = at(stage.workdays_from(now.date(), 1), 16)
    stage.agenda.add(day, partial(decide, stage, asked, GRANT))


def fullest_account(card: Card, period: QuotaPeriod, day: datetime.date) -> tuple[str, int]:
    """Of which mass pollutant the card holds most, and a hundredth of that."""
    held = [
        (one.account.balance, one.pollutant_id)
        for one in present_accounts([card.pk], day)
        if one.period_id == period.pk and one.pollutant.unit == "MG"
    ]
    most, pollutant = max(held, default=(0, ""))
    return pollutant, most // CARD_SHARE // STEP * STEP
