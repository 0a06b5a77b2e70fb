"""The turn of the quota years: caps set, ended years lapsed and closed by two officers."""

import datetime
from functools import partial

from ledger import queries
from ledger.models import Account, Asset, QuotaPeriod
from ledger.rules import Purpose
from ledger.services import (
    ask_to_close,
    decide_request,
    lapse_due,
    record_verification,
    set_cap,
)
from parties.services import system_actor

from .places import CITY
from .plants import MG_PER_T
from .stage import Stage, at

CAP_BASIS = "清源市“十四五”主要污染物排放总量控制计划（演示）"
CAP_HEADROOM_PERCENT = 12  # what the cap leaves above what is issued
LITRES_PER_MILLION_M3 = 10**9


def plan_years(stage: Stage) -> None:
    """Lapse and close each ended year when its term for late events is over; set the caps."""
    for year in range(stage.today.year - 5, stage.today.year + 1):
        stage.agenda.add(at(datetime.date(year, 1, 17), 0, 30), lapse_ended)
        stage.agenda.add(at(datetime.date(year, 1, 17), 9, 30), partial(close_ended, stage))
    stage.agenda.add(min(at(stage.today, 0, 5), stage.now), partial(set_caps, stage))


def lapse_ended(now: datetime.datetime) -> None:
    """What the clock does every night."""
    lapse_due(by=system_actor("clock"), now=now)


def close_ended(stage: Stage, now: datetime.datetime) -> None:
    """One officer asks, another decides."""
    ended = QuotaPeriod.objects.filter(state="OPEN", end_date__lt=now.date(), region_id=CITY)
    for period in ended:
        asked = ask_to_close(
            by=stage.people["officer"],
            period=period,
            reason="年度结束，迟到数据期已过",
            key=f"demo-close:{period.pk}",
            now=now,
        )
        decide_request(
            by=stage.people["officer2"], request=asked, granted=True, reason="同意关账", now=now
        )


def set_caps(stage: Stage, now: datetime.datetime) -> None:
    """Caps of each region for this year and the last: what is issued and some room, rounded up."""
    for year in (stage.today.year - 1, stage.today.year):
        day = datetime.date(year, 6, 30)
        period = QuotaPeriod.objects.on(stage.regions[CITY], day).first()
        sources = Account.objects.filter(purpose=Purpose.ISSUED, asset__period=period)
        for source in sources.select_related("asset__pollutant", "region").order_by("pk"):
            if source.balance:
                set_cap(
                    by=stage.people["officer"],
                    region=source.region,
                    asset=source.asset,
                    quantity=rounded_cap(source.asset, -source.balance),
                    legal_basis=CAP_BASIS,
                )


def rounded_cap(asset: Asset, issued: int) -> int:
    """Room above what is issued, up to the next ten tonnes (water: million m³)."""
    assert asset.pollutant, "money has no cap"
    step = 10 * MG_PER_T if asset.pollutant.unit == "MG" else LITRES_PER_MILLION_M3
    with_room = issued * (100 + CAP_HEADROOM_PERCENT) // 100
    return (with_room // step + 1) * step


def verification_of_night(stage: Stage) -> int:
    """Run the nightly check as the auditors will find it; the number of faults."""
    return record_verification(faults=queries.verify(), now=stage.now).fault_count
