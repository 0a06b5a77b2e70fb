"""Building the demo city: the cast and the registers first, then the agenda day by day."""

import datetime
from collections.abc import Callable

from django.db import connection, transaction

from parties.models import Bureau, User
from permits.services import publish_day

from . import (
    cards,
    certificates,
    devices,
    discharges,
    fees,
    late_events,
    loads,
    lot_lives,
    offline,
    people,
    permit_lives,
    places,
    quota_years,
    reallocations,
    registers,
    reports,
    rulebook,
    sales,
    small_units,
)
from .people import SignIn
from .sign_ins import SECURITY
from .stage import BEIJING, SCALES, Stage


def is_begun() -> bool:
    """Whether the demo city's bureau is there, complete or not."""
    return Bureau.objects.filter(region_id=places.CITY, name_zh=places.CITY_BUREAU_ZH).exists()


def stands() -> bool:
    """Whether the demo city is complete: its passwords are set last."""
    person = User.objects.filter(username=SECURITY[1]).first()
    return is_begun() and person is not None and person.has_usable_password()


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
    with stage.agenda.dating_history():
        with transaction.atomic():
            places.open_places(stage)
            people.invite_staff(stage)
            rulebook.write_rules(stage)
            registers.enroll_all(stage)
            people.invite_enterprises(stage)
        tell(f"{len(stage.plants)} enterprises with their sites, outlets and people")
        plan(stage)
        run(stage)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # so much is new that no plan would fit before
        publish_day(now=now)  # the clock's next turn would be ten minutes away
        tell(f"ledger verified: {quota_years.verification_of_night(stage)} faults")
        return people.set_passwords(stage)


def plan(stage: Stage) -> None:
    """Put everything on the agenda, by noun; the order settles ties only."""
    permit_lives.plan_permits(stage)
    small_units.plan_small_units(stage)
    reports.plan_reports(stage)
    loads.plan_loads(stage)
    devices.plan_devices(stage)
    cards.plan_cards(stage)
    discharges.plan_discharges(stage)
    offline.plan_offline(stage)
    late_events.plan_late(stage)
    reallocations.plan_reallocations(stage)
    fees.plan_fees(stage)
    sales.plan_sales(stage)
    certificates.plan_certificates(stage)
    lot_lives.plan_lot_lives(stage)
    quota_years.plan_years(stage)


def run(stage: Stage) -> None:
    """Do all that is on the agenda; a line for each quarter that is done."""
    quarter = ""
    for moment in stage.agenda.run(stage.now):
        day = moment.astimezone(BEIJING).date()
        reached = f"{day.year} Q{(day.month + 2) // 3}"
        if reached != quarter:
            quarter = reached
            stage.tell(f"  … {quarter}")
