"""When the database goes away, a frame breaks the writer, or a gateway is replaced under load."""

import asyncio
import datetime
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from cardswipe import writer
from cardswipe.models import DeviceCommand, DeviceSession, RawFrame, Reading
from cardswipe.queries.simulation import boxes
from cardswipe.simulator import Client
from tests import factories_cards as cards
from tests.cardswipe.arena import ACK, hear, is_ended
from tests.factories_devices import frame, local
from tests.gateway_process import GatewayProcess
from tests.gateway_thread import GatewayThread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def box(enterprise):
    return cards.controller(enterprise)


def reading(box, second: int) -> bytes:
    moment = timezone.now() - datetime.timedelta(seconds=second)
    return frame(box, cp=f"DataTime={local(moment)};w01018-Rtd=40.1,w01018-Flag=N")


def end_other_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@contextmanager
def database_closed() -> Iterator[None]:
    """Nobody gets a new connection to the database, and the present ones are gone."""
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        end_other_connections()
        try:
            yield
        finally:
            server.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")


def test_a_lost_database_connection_is_made_again_and_the_frame_is_answered(box):
    with GatewayThread() as gateway, gateway.connect() as link:
        link.sendall(reading(box, 9))
        assert hear(link, 1).count(ACK) == 1
        end_other_connections()
        link.sendall(reading(box, 8))
        assert hear(link, 1, seconds=30).count(ACK) == 1
    assert Reading.objects.filter(controller=box).count() == 2
    assert list(DeviceSession.objects.order_by("id").values_list("end", flat=True)) == [
        "DIED", "STOPPED",
    ]  # fmt: skip


def test_while_the_database_is_away_nothing_is_answered_and_the_retry_counts(box, monkeypatch):
    monkeypatch.setattr(writer, "GIVE_UP_S", 1)
    monkeypatch.setattr(writer, "RETRY_S", 0.1)
    data = reading(box, 9)
    with GatewayThread() as gateway:
        with gateway.connect() as link, database_closed():
            link.sendall(data)
            assert is_ended(link, seconds=30)
        assert gateway.gateway.metrics.given_up == 1
        with gateway.connect() as link:
            link.sendall(data)
            assert hear(link, 1, seconds=30).count(ACK) == 1
    assert RawFrame.objects.filter(mn=box.mn).count() == 1


BREAK = """
CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'broken' USING ERRCODE = 'data_exception'; END $$;
CREATE TRIGGER broken BEFORE INSERT ON cardswipe_reading FOR EACH ROW
WHEN (NEW.marks = 'X') EXECUTE FUNCTION broken()
"""


def test_a_frame_that_breaks_the_writer_is_quarantined_alone(box):
    good = [reading(box, second) for second in range(30, 20, -1)]
    bad = reading(box, 5).replace(b"Flag=N", b"Flag=X")
    bad = frame(box, cp=bad[bad.index(b"DataTime") : -8].decode())
    with connection.cursor() as cursor:
        cursor.execute(BREAK)
    try:
        with GatewayThread() as gateway, gateway.connect() as link:
            link.sendall(b"".join([*good[:5], bad, *good[5:]]))
            assert hear(link, 10, seconds=20).count(ACK) == 10
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER broken ON cardswipe_reading; DROP FUNCTION broken()")
    (kept,) = RawFrame.objects.filter(verdict="C190", mn=box.mn)
    assert (bytes(kept.body), "broken" in kept.note) == (bad, True)
    assert Reading.objects.filter(controller=box).count() == 10


async def talk(client: Client, count: int) -> None:
    """Say so many frames, each until it is acknowledged."""
    for number in range(count):
        moment = timezone.localtime() - datetime.timedelta(seconds=count - number)
        cp = f"DataTime={local(moment)};w01018-Rtd=40.1"
        await client.ask("2011", cp, client.next_qn(moment))
    await client.close()


def test_a_gateway_replaced_under_load_loses_no_frame(enterprise):
    """SIGTERM to one process while another on the port takes over: all is answered once."""
    made = [cards.controller(enterprise, code=f"DW{n:03d}") for n in range(1, 7)]
    count, known = 60, boxes()
    with GatewayProcess() as old, GatewayProcess(port=old.port):

        async def run() -> int:
            clients = [Client(box, "127.0.0.1", old.port, over_time_s=3) for box in known]
            talks = [asyncio.create_task(talk(client, count)) for client in clients]
            await asyncio.sleep(0.5)
            code = await asyncio.to_thread(old.stop)
            await asyncio.wait_for(asyncio.gather(*talks), 60)
            return code

        assert asyncio.run(run()) == 0
    assert Reading.objects.filter(controller__in=made).count() == count * len(made)
    frames = RawFrame.objects.filter(mn__in=[box.mn for box in made])
    assert not frames.exclude(verdict__in=["C100", "C121", "C115"]).exists()


def test_a_command_that_cannot_be_written_harms_no_frame(box, enterprise, officer):
    """Whatever lies in the table of commands: the writer goes on, for all frames wait for it."""
    DeviceCommand.objects.create(
        controller=box,
        kind="HOUR_HISTORY",
        params={"begin": "?"},
        asked_by=officer,
        asked_at=timezone.now(),
    )
    other = cards.controller(enterprise, code="DW002")
    with GatewayThread() as gateway, gateway.connect() as link, gateway.connect() as neighbour:
        link.sendall(reading(box, 9))
        assert hear(link, 1).count(ACK) == 1
        time.sleep(1.5)  # the command's turn comes with the next look
        link.sendall(reading(box, 8))
        neighbour.sendall(reading(other, 8))
        assert hear(link, 1).count(ACK) == hear(neighbour, 1).count(ACK) == 1
