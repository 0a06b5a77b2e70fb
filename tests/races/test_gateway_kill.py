"""kill -9 of the gateway in the middle of a stream, ten times at random moments.

Every acknowledged event is in the ledger exactly once; what was not acknowledged is sent
again and accepted.
"""

import asyncio
import datetime
import random
import sys

import pytest
from django.utils import timezone

from cardswipe.models import DischargeEvent
from cardswipe.simulator import Box, Client
from ledger import queries
from ledger.rules import Purpose
from tests import factories_cards as cards
from tests.factories_devices import local
from tests.gateway_process import GatewayProcess

pytestmark = pytest.mark.django_db(transaction=True)

BOXES = 6
KILLS = 10
GRAMS = 7  # of COD per event: few enough for the card, odd enough to see a double


class Stream:
    """One controller that closes sessions without end; it knows what was acknowledged."""

    def __init__(self, mn: str, card_no: str, port: int, begin: datetime.datetime) -> None:
        box = Box(mn=mn, password="123456", card_no=card_no)
        self.client = Client(box, "127.0.0.1", port, over_time_s=1)
        self.begin, self.sent, self.acknowledged = begin, 0, 0
        self.is_ending = False

    async def run(self) -> None:
        while not self.is_ending:
            self.sent += 1
            await self.close_session(self.sent)
            self.acknowledged = self.sent
        await self.client.close()

    async def close_session(self, number: int) -> None:
        moment = local(self.begin + datetime.timedelta(milliseconds=number))
        cp = (
            f"BeginTime={moment};EndTime={moment};CardNo={self.client.box.card_no};"
            f"SwipeNo={number};w01018-Cou=0.00{GRAMS},w01018-Flag=N"
        )
        answer = await self.client.ask("3903", cp, self.client.next_qn(timezone.now()))
        assert answer.cn == "9014"


async def stream_and_kill(streams: list[Stream], gateway: GatewayProcess, seed: int) -> list[int]:
    """Stream while the gateway dies ten times; returns how many events were acknowledged then."""
    chance = random.Random(seed)
    tasks = [asyncio.create_task(stream.run()) for stream in streams]
    seen = []
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.3, 1.2))
        await asyncio.to_thread(gateway.kill)
        seen.append(sum(stream.acknowledged for stream in streams))
        await asyncio.to_thread(missing, streams)
        await asyncio.to_thread(gateway.start)
    await asyncio.sleep(1)
    for stream in streams:
        stream.is_ending = True
    await asyncio.wait_for(asyncio.gather(*tasks), 60)
    return seen


def missing(streams: list[Stream]) -> None:
    """Nothing that was acknowledged may be missing, now that the gateway is dead."""
    from django.db import connection

    for stream in streams:
        stored = DischargeEvent.objects.filter(
            controller__mn=stream.client.box.mn, sequence__lte=stream.acknowledged
        ).count()
        assert stored == stream.acknowledged
    connection.close()


def test_acknowledged_events_survive_kill_9_exactly_once(enterprise, capsys):
    cards.permit(enterprise)
    card = cards.card(enterprise)
    boxes = [cards.controller(enterprise, code=f"DW{n:03d}") for n in range(1, BOXES + 1)]
    begin = timezone.now() - datetime.timedelta(minutes=5)
    with GatewayProcess() as gateway:
        streams = [Stream(box.mn, card.card_no, gateway.port, begin) for box in boxes]
        seed = random.randrange(10**6)
        seen = asyncio.run(stream_and_kill(streams, gateway, seed))
        assert gateway.stop() == 0
    sent = sum(stream.sent for stream in streams)
    with capsys.disabled():
        sys.stdout.write(f"\nkill -9 × {KILLS}, seed {seed}: {sent} events, acked {seen}\n")
    assert seen[-1] > 0
    assert DischargeEvent.objects.count() == sent
    assert list(queries.verify(only=queries.ROW_CODES)) == []
    discharged = cards.held(enterprise, Purpose.DISCHARGED)
    assert discharged == sent * GRAMS * 1000
