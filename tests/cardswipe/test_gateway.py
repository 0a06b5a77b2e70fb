"""The gateway in its own process, with real clients: delivery, limits, neighbours, stopping."""

import contextlib
import datetime
import functools
import socket
import time

import pytest
from django.utils import timezone

from cardswipe.models import DeviceSession, DischargeEvent, RawFrame, Reading
from tests import factories_cards as cards
from tests.cardswipe.arena import ACK, hear, is_ended
from tests.factories_devices import frame, local
from tests.gateway_process import GatewayProcess
from tests.gateway_thread import GatewayThread

pytestmark = pytest.mark.django_db(transaction=True)

read = functools.partial(hear, seconds=5)
is_closed = functools.partial(is_ended, seconds=5)


def connect(gateway: GatewayProcess | GatewayThread) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", gateway.port), timeout=5)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def reading(box, second: int = 0) -> bytes:
    moment = timezone.now() - datetime.timedelta(seconds=second)
    return frame(box, cp=f"DataTime={local(moment)};w01018-Rtd=40.1,w01018-Flag=N")


@pytest.fixture
def box(enterprise):
    return cards.controller(enterprise)


@pytest.fixture
def neighbour(enterprise):
    return cards.controller(enterprise, code="DW002")


@pytest.fixture(scope="module")
def limits() -> dict[str, object]:
    return {"frame_s": 1, "unknown_s": 6, "connections_per_address": 12, "bytes_per_s": 20_000}


@pytest.fixture
def gateway(db, transactional_db, limits):
    with GatewayThread(**limits) as served:
        yield served


def test_frames_split_glued_and_byte_by_byte_are_each_acknowledged_once(gateway, box):
    first, second, third = (reading(box, second) for second in (30, 20, 10))
    with connect(gateway) as link:
        for byte in first:
            link.send(bytes([byte]))
        link.send(second + third[:50])
        time.sleep(0.2)
        link.send(third[50:])
        assert read(link, 3).count(ACK) == 3
    assert Reading.objects.filter(controller=box).count() == 3


def test_who_says_all_and_stops_sending_still_gets_the_answers(gateway, box):
    with connect(gateway) as link:
        link.sendall(reading(box, 5) + reading(box, 4))
        link.shutdown(socket.SHUT_WR)
        assert read(link, 3).count(ACK) == 2


def test_a_good_frame_after_garbage_still_counts(gateway, box):
    with connect(gateway) as link:
        link.sendall(b"GET / HTTP/1.1\r\n\r\n##9999" + reading(box, 9) + b"\xff\x00##00")
        assert read(link, 1).count(ACK) == 1
    verdicts = set(RawFrame.objects.values_list("verdict", flat=True).order_by("-id")[:3])
    assert {"C100", "C101"} <= verdicts


def test_a_second_connection_of_one_controller_is_refused_and_the_first_lives(gateway, box):
    with connect(gateway) as link, connect(gateway) as thief:
        link.sendall(reading(box, 9))
        assert read(link, 1).count(ACK) == 1
        thief.sendall(reading(box, 8))
        assert is_closed(thief)
        link.sendall(reading(box, 7))
        assert read(link, 1).count(ACK) == 1
    assert RawFrame.objects.filter(mn=box.mn, verdict="C115").count() == 1


def test_a_device_that_comes_back_gets_its_session_again(gateway, box):
    for second in (9, 8, 7):
        with connect(gateway) as link:
            link.sendall(reading(box, second))
            assert read(link, 1).count(ACK) == 1
    assert DeviceSession.objects.filter(controller=box).count() == 3


def test_a_wrong_password_gets_no_answer_and_the_connection_ends(gateway, box):
    with connect(gateway) as link:
        link.sendall(frame(box, pw="guess1"))
        assert read(link, 1) == b""
        assert is_closed(link)


def test_an_unfinished_frame_ends_the_connection_and_is_kept(gateway, box):
    with connect(gateway) as link:
        link.sendall(reading(box, 9)[:60])
        assert is_closed(link)
    time.sleep(0.3)
    assert RawFrame.objects.order_by("-id").first().verdict == "C101"


def test_a_connection_that_never_names_a_controller_ends(gateway):
    with connect(gateway) as link:
        began = time.monotonic()
        assert is_closed(link, seconds=10)
        assert time.monotonic() - began > 2


def test_more_connections_than_an_address_may_have_are_turned_away(gateway, box, limits):
    allowed = int(limits["connections_per_address"])
    links = [connect(gateway) for _ in range(allowed + 3)]
    try:
        assert [is_closed(link, seconds=0.3) for link in links].count(True) == 3
    finally:
        for link in links:
            link.close()


def test_strangers_leave_room_for_controllers_that_are_known(box):
    with GatewayThread(unknown_connections=3) as gateway, contextlib.ExitStack() as links:
        known = links.enter_context(connect(gateway))
        known.sendall(reading(box, 9))
        assert read(known, 1).count(ACK) == 1
        strangers = [links.enter_context(connect(gateway)) for _ in range(5)]
        assert [is_closed(link, seconds=0.3) for link in strangers].count(True) == 2
        known.sendall(reading(box, 8))
        assert read(known, 1).count(ACK) == 1


def test_a_full_gateway_turns_newcomers_away_and_serves_those_inside(box):
    with GatewayThread(connections=2) as gateway, contextlib.ExitStack() as links:
        inside = [links.enter_context(connect(gateway)) for _ in range(2)]
        time.sleep(0.2)
        assert is_closed(links.enter_context(connect(gateway)))
        inside[0].sendall(reading(box, 9))
        assert read(inside[0], 1).count(ACK) == 1


def test_a_flood_from_one_device_does_not_delay_another(gateway, box, neighbour):
    with connect(gateway) as flood, connect(gateway) as honest:
        flood.setblocking(False)
        data = rest = b"".join(reading(box, second) for second in range(60))
        began, slowest = time.monotonic(), 0.0
        while time.monotonic() - began < 3:
            with contextlib.suppress(BlockingIOError):
                rest = rest[flood.send(rest) :] or data
            asked = time.monotonic()
            honest.sendall(reading(neighbour, int((asked - began) * 10) + 100))
            assert read(honest, 1, seconds=3).count(ACK) == 1
            slowest = max(slowest, time.monotonic() - asked)
    assert slowest < 1


def test_sigterm_answers_what_came_and_ends_the_sessions(box):
    with GatewayProcess() as gateway, connect(gateway) as link:
        link.sendall(b"".join(reading(box, second) for second in range(20, 0, -1)))
        time.sleep(0.1)
        assert gateway.stop() == 0
        heard = read(link, 21)
    stored = Reading.objects.filter(controller=box).count()
    assert heard.count(ACK) == stored == 20
    assert set(DeviceSession.objects.values_list("end", flat=True)) == {"STOPPED"}


def test_two_gateway_processes_share_a_port_and_a_controller_has_one_session(gateway, box):
    with GatewayProcess(port=gateway.port):
        links = [connect(gateway) for _ in range(8)]
        for number, link in enumerate(links):
            link.sendall(reading(box, 50 + number))
        alive = [read(link, 1, seconds=1).count(ACK) for link in links]
        for link in links:
            link.close()
    assert sum(alive) == 1
    assert RawFrame.objects.filter(mn=box.mn, verdict="C115").count() == 7
    assert not DischargeEvent.objects.exists()
