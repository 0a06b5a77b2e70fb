"""Building the demo city: the cast and the registers first, then the agenda day by day."""

import datetime
from collections.abc import Callable

from django.db import transaction

from parties.models import Bureau

from . import (
    cards,
    devices,
    discharges,
    loads,
    people,
    permit_lives,
    places,
    quota_years,
    registers,
)
from .people import SignIn
from .stage import BEIJING, SCALES, Stage


def stands() -> bool:
    """Whether the demo city is there already."""
    return Bureau.objects.filter(region_id=places.CITY, name_zh=places.CITY_BUREAU_ZH).exists()


def other_bureau() -> Bureau | None:
    """A bureau that is not the demo's: its books are not to be touched."""
    return Bureau.objects.exclude(region__code__startswith=places.CITY[:4]).first()


def build(
    *,
    now: datetime.datetime,
    seed: str = "qingyuan",
    scale: str = "full",
    tell: Callable[[str], None] = lambda _line: None,
) -> list[SignIn]:
    """Build the city up to `now`; the sign-ins that the command prints.

    Each day is a transaction of its own, as it would have been: in one for the whole year every
    balance would drag thousands of dead versions along. The passwords come last, so nobody can
    sign in to a city whose building broke off.
    """
    stage = Stage(seed=seed, scale=SCALES[scale], now=now, tell=tell)
    stage.read_calendar()
    with transaction.atomic():
        places.open_places(stage)
        people.invite_staff(stage)
        registers.enroll_all(stage)
        people.invite_enterprises(stage)
    tell(f"{len(stage.plants)} enterprises with their sites, outlets and people")
    permit_lives.plan_permits(stage)
    loads.plan_loads(stage)
    devices.plan_devices(stage)
    cards.plan_cards(stage)
    discharges.plan_discharges(stage)
    quota_years.plan_years(stage)
    run(stage)
    faults = quota_years.verification_of_night(stage)
    tell(f"ledger verified: {faults} faults")
    return people.set_passwords(stage)


def run(stage: Stage) -> None:
    """Do all that is on the agenda; a line for each quarter that is done."""
    quarter = ""
    for moment in stage.agenda.run(stage.now):
        day = moment.astimezone(BEIJING).date()
        reached = f"{day.year} Q{(day.month + 2) // 3}"
        if reached != quarter:
            quarter = reached
            stage.tell(f"  … {quarter}")
