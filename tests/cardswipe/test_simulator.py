"""Simulated controllers with faults on: the ledger ends as if there had been none."""

import asyncio
import contextlib
import datetime
import sys
import time
from collections import Counter
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Q
from django.utils import timezone

from cardswipe.hj212.fields import amount_mg
from cardswipe.models import (
    Alarm,
    Card,
    Controller,
    DischargeEvent,
    EventLoad,
    OfflineBatch,
    OfflineRule,
    Reading,
    ValveOrder,
)
from cardswipe.queries.reconciling import Outcome, reconcile
from cardswipe.queries.simulation import boxes
from cardswipe.services import advance_order
from cardswipe.simulated_offline import Absence, Allowance
from cardswipe.simulator import Box, Client, Faults, SimulatedBox, fast_clock
from ledger import queries
from parties.services import record, system_actor
from tests import factories_cards as cards
from tests import factories_proof
from tests.factories_cards import permit
from tests.gateway_process import GatewayProcess

pytestmark = pytest.mark.django_db(transaction=True)

FAULTS = Faults(lost=60, repeated=100, bad_crc=60, restarts=40)


async def live(own: list[Box], port: int, seconds: float) -> list[SimulatedBox]:
    """Let every controller in use live through the last three hours."""
    real = timezone.now
    clock = fast_clock(
        real() - datetime.timedelta(hours=3), speed=1200, real=real, zone=ZoneInfo("Asia/Shanghai")
    )
    made = [
        SimulatedBox(
            Client(box, "127.0.0.1", port, over_time_s=0.5), seed=5, clock=clock, every_s=300,
            faults=FAULTS,
        )
        for box in own
    ]  # fmt: skip
    tasks = [asyncio.create_task(box.run()) for box in made]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    for box in made:
        with contextlib.suppress(asyncio.CancelledError):
            await box.client.close()
    return made


def said(made: list[SimulatedBox], code: str) -> Counter[str]:
    """Milligrams of a factor in all acknowledged events, by MN."""
    totals: Counter[str] = Counter()
    for box in made:
        for _cn, cp in box.booked:
            text = cp.split(f"{code}-Cou=")[1].split(",")[0]
            totals[box.box.mn] += amount_mg(text, "kg")
    return totals


def test_faults_on_the_line_change_nothing_in_the_ledger(enterprise):
    card, _box = cards.ready(enterprise)
    hourly = cards.controller(enterprise, code="DW002", event_source="HOUR")
    with GatewayProcess() as gateway:
        made = asyncio.run(live(boxes(), gateway.port, 20))
        assert gateway.stop() == 0
    acknowledged = said(made, "w01018")
    assert acknowledged[hourly.mn] > 0
    stored: Counter[str] = Counter()
    for mn, mg in EventLoad.objects.filter(pollutant_id="COD").values_list(
        "event__controller__mn", "quantity"
    ):
        stored[mn] += mg
    # An event that was stored but not yet acknowledged when the box was cut off may be more.
    assert all(stored[mn] >= mg for mn, mg in acknowledged.items())
    assert sum(len(box.booked) for box in made) >= 2
    assert Reading.objects.filter(controller=hourly, cn=2051).exists()
    assert list(queries.verify(only=queries.ROW_CODES)) == []
    assert card.card_no == made[0].box.card_no or card.card_no == made[1].box.card_no


BAD_LINE = Faults(lost=20, repeated=30, bad_crc=20, restarts=5, delayed=40, abnormal=3)
KINDS = (
    # version, code, debits by
    (2017, "DW001", "SESSION"),
    (2005, "DW002", "HOUR"),
    (2017, "DA001", "HOUR"),
    (2025, "DW003", "HOUR"),
    (2005, "DA002", "SESSION"),
    (2025, "DA003", "SESSION"),
)


def fleet(enterprise, count: int) -> list[Box]:
    """So many controllers in turn of all versions, water and gas, by card and by hour, each card
    box with a card of its own."""
    permit(enterprise)
    for number in range(count):
        version, code, source = KINDS[number % len(KINDS)]
        place = f"{code[:3]}{number:02d}" if number >= len(KINDS) else code
        given = {"code": place, "event_source": source, "protocol_version": version}
        if source == "SESSION":
            held, _box = cards.bound(enterprise, **given)
            pollutant = "COD" if code.startswith("DW") else "SO2"
            cards.load(held, 5 * cards.KG, pollutant=pollutant)
        else:
            cards.controller(enterprise, **given)
    return boxes()


def month(
    own: list[Box], days: int, faults: Faults = BAD_LINE
) -> tuple[Outcome, list[SimulatedBox]]:
    """Let the boxes live through the last days over a bad line, then compare with the ledger."""
    zone = ZoneInfo("Asia/Shanghai")
    end = timezone.now().astimezone(zone).replace(minute=0, second=0, microsecond=0)
    with GatewayProcess() as gateway:
        made = [
            SimulatedBox(
                Client(box, "127.0.0.1", gateway.port, over_time_s=0.6), seed=11,
                clock=lambda: end, faults=faults,
            )
            for box in own
        ]  # fmt: skip

        async def all_of_them() -> None:
            start = end - datetime.timedelta(days=days)
            await asyncio.gather(*(box.live_through(start, end) for box in made))

        asyncio.run(all_of_them())
        assert gateway.stop() == 0
    return reconcile(made, zone), made


def assert_equal_to_the_ledger(outcome: Outcome, made: list[SimulatedBox]) -> None:
    assert outcome.differences == []
    # Not one event more than those that were acknowledged.
    debiting = Q(kind="SESSION") | Q(controller__event_source="HOUR")
    assert DischargeEvent.objects.filter(debiting).count() == outcome.events
    assert list(queries.verify()) == []


def test_a_day_of_every_kind_of_controller_over_a_bad_line_equals_the_ledger(enterprise):
    outcome, made = month(fleet(enterprise, len(KINDS)), days=1)
    hourly = [box for box in made if not box.box.card_no]
    assert all(len({cp for _cn, cp in box.booked}) == 24 for box in hourly)
    assert_equal_to_the_ledger(outcome, made)


def test_shifts_without_contact_end_with_settled_batches_and_equal_the_ledger(enterprise):
    OfflineRule.objects.create(
        region_id="339900",
        percent=20,
        hours=72,
        valid_from=datetime.date(2026, 1, 1),
        legal_basis="地方做法",
    )
    own = fleet(enterprise, 1)
    cards.load(Card.objects.get(), 95 * cards.KG)
    outcome, made = month(own, days=2, faults=Faults(offline=1000))
    (box,) = made
    stated = OfflineBatch.objects.filter(number__in=box.batches)
    assert [batch.state for batch in stated] == ["SETTLED"] * len(box.batches) != []
    assert stated[0].last > stated[0].first, "more than one session was kept"
    assert_equal_to_the_ledger(outcome, made)


def test_what_a_box_may_do_without_contact_ends_with_its_allowance_and_its_hours():
    began = timezone.now()
    absence = Absence(began, Allowance(2, {"w01018": Decimal(5)}))
    hour = datetime.timedelta(hours=1)
    absence.keep(7, {"w01018": Decimal("3.5"), "w00000": Decimal(60)})
    assert absence.allows({"w01018": Decimal("1.5"), "w00000": Decimal(99)}, began + hour)
    assert not absence.allows({"w01018": Decimal("1.6")}, began + hour)
    assert not absence.allows({"w01018": Decimal(1)}, began + 3 * hour)
    absence.keep(8, {"w01018": Decimal("1.25")})
    said = absence.statement(mn="TESTMN", key="6b" * 32, until=began + hour)
    assert "BatchNo=7;" in said
    assert "FirstSwipe=7;LastSwipe=8;w01018-Cou=4.75;w00000-Cou=60;Mac=" in said


@pytest.mark.slow
@pytest.mark.timeout(5400)
def test_82_controllers_for_a_month_over_a_bad_line_equal_the_ledger(enterprise):
    began = time.monotonic()
    outcome, made = month(fleet(enterprise, 82), days=30)
    sys.stdout.write(
        f"82 controllers, 30 days: {outcome.frames} frames, {outcome.events} events, "
        f"{time.monotonic() - began:.0f} s\n"
    )
    assert_equal_to_the_ledger(outcome, made)


async def obey(box: Box, port: int) -> SimulatedBox:
    """One box that only listens, until its valve was moved."""
    live_box = SimulatedBox(
        Client(box, "127.0.0.1", port, over_time_s=1), seed=1,
        clock=lambda: timezone.localtime(timezone.now()),
    )  # fmt: skip
    await live_box.upload("2011", timezone.localtime(), live_box.instant())
    for _ in range(100):
        await asyncio.sleep(0.1)
        if not live_box.is_open:
            await asyncio.sleep(1)
            break
    await live_box.client.close()
    return live_box


def test_a_released_valve_order_is_sent_once_obeyed_and_seen(enterprise):
    box = cards.controller(enterprise)
    by, now = system_actor("gateway"), timezone.now()
    alarm = Alarm.objects.create(
        kind="STEP", level="RED", enterprise=enterprise, percent=100, opened_at=now, last_at=now
    )
    order = ValveOrder(
        controller=box, action="CLOSE", cause="RULE", state="REQUESTED", reason="step",
        alarm=alarm, asked_by=by, asked_at=now, requested_at=now,
    )  # fmt: skip
    record(order, by=by, reason="step")
    factories_proof.keep(now)
    with GatewayProcess() as gateway:
        live_box = asyncio.run(obey(boxes()[0], gateway.port))
    assert live_box.is_open is False
    order.refresh_from_db()
    assert order.state == "MOVED"
    assert order.accepted_at is not None
    assert Controller.objects.get(pk=box.pk).valve_state == "CLOSED"
    again = advance_order(
        by=system_actor("gateway"), order_id=order.pk, to=order.state, now=timezone.now()
    )
    assert again.state == "MOVED"
