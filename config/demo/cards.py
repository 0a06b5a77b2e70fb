"""Cards: issued, bound, loaded every quarter; one lost, one replaced, some cancelled."""

import datetime
from functools import partial

from cardswipe import services
from cardswipe.rules import LoadLine
from ledger.queries import positions
from ledger.services import period_on

from . import devices, loads
from .places import CITY
from .stage import DAY, Plant, Stage, at

MARGIN_PERCENT = 106  # what an enterprise loads, of what it is going to need
STEPS_BASIS = "《清源市刷卡排污总量控制管理办法（试行）》第十二条（演示；通行做法）"
REPLACED, LOST = 11, 26  # places in the table


def plan_cards(stage: Stage) -> None:
    """Introduction, quarterly loads, and what happens to single cards."""
    stage.agenda.add(at(stage.first_day - 7 * DAY, 9), partial(introduce, stage))
    days = load_days(stage)
    for day, until in zip(days, [*days[1:], stage.today + DAY], strict=True):
        for plant in stage.plants:
            # On the eve, in office hours, for the days from `day` on.
            moment = at(day - DAY, 14 + plant.place % 3, plant.place)
            stage.agenda.add(moment, partial(load, stage, plant, day, until))
    for plant in stage.plants:
        last = stage.ends.get(plant.place)
        if last and last <= stage.today and plant.permit != "expired":
            stage.agenda.add(at(last, 8, 30), partial(cancel, stage, plant))
    stage.agenda.add(at(stage.today - 40 * DAY, 5, 40), partial(replace, stage))
    stage.agenda.add(at(stage.today - DAY, 23, 58), partial(lose, stage))


def load_days(stage: Stage) -> list[datetime.date]:
    """The introduction and each first day of a quarter since."""
    years = range(stage.first_day.year, stage.today.year + 1)
    quarters = [datetime.date(year, month, 1) for year in years for month in (1, 4, 7, 10)]
    return [stage.first_day, *(d for d in quarters if stage.first_day < d <= stage.today)]


def introduce(stage: Stage, now: datetime.datetime) -> None:
    """Warning steps for the city, then a card for each plant with a permit."""
    services.set_default_steps(
        by=stage.people["officer"],
        region=stage.regions[CITY],
        valid_from=now.date(),
        legal_basis=STEPS_BASIS,
    )
    for plant in stage.plants:
        if plant.is_new:
            continue
        card = services.issue_card(
            by=stage.people["officer"],
            enterprise=stage.enterprises[plant.place],
            physical_no=f"E0{plant.place:06X}04{plant.place * 7919 % 65536:04X}",
            now=now,
            contact=plant.agent,
        )
        for controller in devices.controllers_of(stage, plant):
            services.bind_card(
                by=stage.people["officer"], card=card, controller=controller, now=now
            )
        stage.cards[plant.place] = card


def load(
    stage: Stage,
    plant: Plant,
    first: datetime.date,
    until: datetime.date,
    now: datetime.datetime,
) -> None:
    """Load what is needed from `first` until the next load, as far as it is available."""
    last = stage.ends.get(plant.place)
    if plant.is_new or (last and last <= first):
        return
    need = loads.needed(stage, plant, first, until)
    period = period_on(stage.regions[CITY], first)
    enterprise = stage.enterprises[plant.place]
    there = {p.pollutant.code: p.available for p in positions(enterprise, period)}
    lines = [
        LoadLine(code, min(quantity * MARGIN_PERCENT // 100, there.get(code, 0)))
        for code, quantity in need.items()
    ]
    if any(line.quantity for line in lines):
        services.load_card(
            by=stage.agents[plant.place],
            card=stage.cards[plant.place],
            lines=lines,
            period=period,
            key=f"demo:{plant.place}:{first}",
            now=now,
            reason="季度充值",
        )


def cancel(stage: Stage, plant: Plant, now: datetime.datetime) -> None:
    """The card goes back before the permit ends."""
    services.cancel_card(
        by=stage.people["officer"], card=stage.cards[plant.place], now=now, reason="许可证终止"
    )


def replace(stage: Stage, now: datetime.datetime) -> None:
    """A worn card is replaced; its balance moves to the new one."""
    if REPLACED in stage.cards:
        stage.cards[REPLACED] = services.replace_card(
            by=stage.people["officer"],
            card=stage.cards[REPLACED],
            physical_no="E0000BFF04A1B2",
            now=now,
            reason="芯片读写故障",
        )


def lose(stage: Stage, now: datetime.datetime) -> None:
    """A card is reported lost."""
    if LOST in stage.cards:
        services.report_lost(by=stage.agents[LOST], card=stage.cards[LOST], now=now)
