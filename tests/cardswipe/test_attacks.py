"""Attacks on the gateway, H01 to H26, each over TCP against the real gateway and database.

Each: refused or quarantined, kept with its verdict, answered as the standard says (mostly not
at all), nothing debited, and another device is served meanwhile.
"""

import contextlib
import datetime
import socket
import time

import pytest
from django.utils import timezone

from cardswipe.hj212 import encode
from cardswipe.models import Alarm, Controller, DischargeEvent, RawFrame, Reading, ValveOrder
from tests.cardswipe.arena import ACK, Arena, arena, hear, is_ended
from tests.factories_devices import frame, local

__all__ = ["arena"]
pytestmark = pytest.mark.django_db


def china(moment: datetime.datetime) -> str:
    return f"{local(moment)}000"


@pytest.fixture
def box(arena: Arena) -> Controller:
    return arena.box()


@pytest.fixture(autouse=True)
def _another_device_is_served(arena: Arena, request):
    """Whatever is done to the gateway, a neighbour's frame is answered at once afterwards."""
    yield
    began = time.monotonic()
    neighbour = arena.box()
    assert arena.tell(arena.reading(neighbour), answers=1).count(ACK) == 1, request.node.name
    assert time.monotonic() - began < 8


def test_h01_an_unknown_mn_gets_no_answer_and_is_kept(arena):
    data = frame(Controller(mn="NOBODY0001", password="123456", protocol_version=2017))
    assert arena.tell(data) == b""
    assert RawFrame.objects.get(mn="NOBODY0001").verdict == "C110"


def test_h01_a_device_that_sends_anothers_mn_is_refused(arena, box):
    other = arena.box()
    assert arena.tell(arena.hour(box, pw="654321", mn=other.mn)) == b""
    assert arena.waits_for(other, 1) == ["C113"]
    assert arena.is_untouched(other)


def test_h02_guessing_the_password_ends_each_connection_and_raises_one_alarm(arena, box):
    for guess in ("000000", "111111", "123457"):
        with arena.gateway.connect() as link:
            link.sendall(arena.hour(box, pw=guess))
            assert is_ended(link)
    assert arena.waits_for(box, 3) == ["C113"] * 3
    assert list(Alarm.objects.filter(controller=box).values_list("kind", "times")) == [
        ("BAD_ACCESS", 3)
    ]
    assert arena.is_untouched(box)


def test_h03_the_same_mn_from_two_addresses_keeps_the_first(arena, box):
    with arena.gateway.connect() as link, arena.gateway.connect() as thief:
        link.sendall(arena.reading(box))
        assert hear(link, 1).count(ACK) == 1
        thief.sendall(arena.hour(box))
        assert is_ended(thief)
        link.sendall(arena.reading(box))
        assert hear(link, 1).count(ACK) == 1
    assert arena.verdicts(box) == ["C100", "C115", "C100"]
    assert arena.alarms(box) == {"SECOND_LINK"}
    assert not DischargeEvent.objects.filter(controller=box).exists()


def test_h04_a_replayed_frame_is_answered_again_and_counted_once(arena, box):
    data = arena.hour(box)
    for _ in range(3):
        assert arena.tell(data, answers=1).count(ACK) == 1
    assert arena.verdicts(box) == ["C100", "C121", "C121"]
    assert DischargeEvent.objects.filter(controller=box).count() == 1


def test_h04_a_frame_replayed_after_ninety_days_is_too_old(arena, box):
    assert arena.tell(arena.hour(box, back=24 * 90)) == b""
    assert arena.verdicts(box) == ["C125"]
    assert arena.is_untouched(box)


@pytest.mark.parametrize("cn", ["2061", "2011"])
def test_h05_the_same_key_with_another_body_is_quarantined_with_an_alarm(arena, box, cn):
    made = arena.hour(box) if cn == "2061" else arena.reading(box)
    other = made[6:-6].replace(b"12.5", b"99.9").replace(b"40.1", b"99.9")
    assert arena.tell(made, answers=1).count(ACK) == 1
    assert arena.tell(encode.frame_bytes(other)) == b""
    assert arena.verdicts(box) == ["C100", "C122"]
    assert arena.alarms(box) & {"CONFLICT", "BAD_REPORT"}
    loads = DischargeEvent.objects.filter(controller=box).values_list("loads__quantity", flat=True)
    assert 99_900_000 not in set(loads)


@pytest.mark.parametrize(
    "qn", ["20261301000000000", "20260229000000000", "20261120235960000", "20261120250000000"]
)
def test_h06_a_qn_that_is_no_moment_is_refused(arena, box, qn):
    data = frame(box, qn=qn, cp=f"DataTime={local(timezone.now())};w01018-Rtd=1")
    assert arena.tell(data) == b""
    assert arena.verdicts(box) == ["C126"]
    assert arena.is_untouched(box)


def test_h07_resent_data_never_rewrites_what_is_booked(arena, box):
    """RF=1 with other figures is a contradiction like any other; an officer decides."""
    assert arena.tell(arena.hour(box), answers=1).count(ACK) == 1
    segment = arena.hour(box, "99")[6:-6].replace(b";CP=", b";RF=1;CP=")
    assert arena.tell(encode.frame_bytes(segment)) == b""
    assert arena.verdicts(box) == ["C100", "C122"]
    assert DischargeEvent.objects.get(controller=box).loads.get(pollutant_id="COD").quantity == (
        12_500_000
    )


KEYS = {"agreed": "00112233445566778899aabbccddeeff", "old": "0f" * 16}


@pytest.mark.parametrize("attack", ["in clear", "old key", "block pasted"])
def test_h08_what_the_agreed_key_did_not_encrypt_is_refused(enterprise, attack):
    """The commits of the arena cannot be changed from here: the writer's own entry is called."""
    from tests import factories_cards as cards
    from tests.factories_devices import take

    box = cards.controller(enterprise, protocol_version=2025, sm4_key=KEYS["agreed"])
    clear = frame(box)[6:-6]
    made = {
        "in clear": encode.frame_bytes(clear),
        "old key": encode.frame_bytes(clear, key=bytes.fromhex(KEYS["old"])),
        "block pasted": pasted(encode.frame_bytes(clear, key=bytes.fromhex(KEYS["agreed"]))),
    }
    (outcome,) = take(made[attack])
    assert (outcome.verdict in {"C116", "C102"}, outcome.answer) == (True, None)
    assert not Reading.objects.filter(controller=box).exists()


def pasted(data: bytes) -> bytes:
    """The first block of the data area put in the place of the second."""
    at = data.index(b"CP=&&") + 5
    return data[: at + 16] + data[at : at + 16] + data[at + 32 :]


def test_h09_a_flipped_version_is_refused(arena, box):
    assert arena.tell(arena.hour(box, version=2025)) == b""
    assert arena.verdicts(box) == ["C114"]
    assert arena.is_untouched(box)


def lengthened(data: bytes, length: str) -> bytes:
    return b"##" + length.encode() + data[6:]


BAD_FRAMES = {
    "crc of zeros": lambda data: data[:-6] + b"0000\r\n",
    "crc no hex": lambda data: data[:-6] + b"zzzz\r\n",
    "crc of another kind": lambda data: encode.frame_bytes(data[6:-6], "modbus"),
    "length too long": lambda data: lengthened(data, f"{len(data) - 11:04d}"),
    "length too short": lambda data: lengthened(data, f"{len(data) - 13:04d}"),
    "length 0000": lambda data: lengthened(data, "0000"),
    "length 9999": lambda data: lengthened(data, "9999"),
    "length no digits": lambda data: lengthened(data, "01x2"),
    "cut short": lambda data: data[: len(data) // 2],
    "doubled mn": lambda data: encode.frame_bytes(data[6:-6].replace(b";MN=", b";MN=1;MN=")),
    "doubled data time": lambda data: encode.frame_bytes(
        data[6:-6].replace(b"DataTime=", b"DataTime=20260101000000;DataTime=")
    ),
    "&& inside": lambda data: encode.frame_bytes(data[6:-6].replace(b"=12.5", b"=1&&2.5")),
    "nul inside": lambda data: encode.frame_bytes(data[6:-6].replace(b"12.5", b"12\x005")),
    "ff inside": lambda data: encode.frame_bytes(data[6:-6].replace(b"12.5", b"12\xff\xff")),
    "log forged by line ends": lambda data: encode.frame_bytes(
        data[6:-6].replace(b"12.5", b"1\r\n2026-11-20 INFO granted")
    ),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
def test_h10_h11_h12_h25_a_bad_frame_is_kept_and_neither_answered_nor_counted(arena, box, name):
    kept = RawFrame.objects.count()
    assert arena.tell(BAD_FRAMES[name](arena.hour(box))) == b""
    time.sleep(0.3)
    assert RawFrame.objects.count() > kept
    assert not RawFrame.objects.filter(mn=box.mn, verdict="C100").exists()
    assert arena.is_untouched(box)


def test_h11_glued_split_and_nested_frames_each_count_once(arena, box):
    first, second = arena.reading(box), arena.reading(box)
    with arena.gateway.connect() as link:
        for at in range(0, len(first), 7):
            link.sendall(first[at : at + 7])
        link.sendall(second + b"##0010" + arena.reading(box))
        assert hear(link, 3).count(ACK) == 3
    assert arena.verdicts(box) == ["C100"] * 3


def test_h12_a_megabyte_without_a_frame_is_cut_off_and_kept_in_bounded_pieces(arena):
    with arena.gateway.connect() as link:
        with contextlib.suppress(ConnectionError, TimeoutError):
            link.settimeout(10)
            link.sendall(b"\xff" * 1_000_000)
        assert is_ended(link, seconds=30)
    sizes = [len(row.body) for row in RawFrame.objects.filter(verdict="C101")]
    assert max(sizes) <= 9999 + 12
    assert len(arena.gateway.gateway.connections) < 5


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [("PNUM=2;PNO=3", "C108"), ("PNUM=0;PNO=0", "C108"), ("PNUM=1000000;PNO=1", "C108"),
     ("PNUM=2", "C108"), ("PNUM=9999;PNO=2", "C108"), ("PNUM=3;PNO=2", "C132")],
)  # fmt: skip
def test_h13_split_packets_that_never_make_a_whole_are_never_booked(arena, box, numbers, verdict):
    segment = arena.hour(box)[6:-6].replace(b"Flag=5;", f"Flag=7;{numbers};".encode())
    arena.tell(encode.frame_bytes(segment))
    kept = RawFrame.objects.latest("id")
    assert (kept.verdict, bytes(kept.body)) == (verdict, encode.frame_bytes(segment))
    assert not DischargeEvent.objects.filter(controller=box).exists()


def test_h14_slow_senders_are_ended_in_time_and_hold_nothing(arena, box):
    with contextlib.ExitStack() as links:
        slow = [links.enter_context(arena.gateway.connect()) for _ in range(200)]
        for link in slow:
            link.sendall(b"##02")
        assert arena.tell(arena.reading(box), answers=1).count(ACK) == 1
        assert all(is_ended(link) for link in slow)
    assert len(arena.gateway.gateway.connections) < 5


def test_h15_a_storm_of_connections_leaves_room_for_others(arena, box):
    with contextlib.ExitStack() as links:
        for _ in range(600):
            with contextlib.suppress(OSError):
                links.enter_context(arena.gateway.connect())
        until = time.monotonic() + 10
        while not arena.gateway.gateway.refused and time.monotonic() < until:
            time.sleep(0.05)
        assert arena.gateway.gateway.refused > 0
    until = time.monotonic() + 10
    while arena.gateway.gateway.connections and time.monotonic() < until:
        time.sleep(0.05)
    assert arena.tell(arena.reading(box), answers=1).count(ACK) == 1


def test_h16_a_flood_from_one_device_makes_only_that_device_wait(arena, box):
    neighbour, slowest = arena.box(), 0.0
    with arena.gateway.connect() as flood, arena.gateway.connect() as honest:
        flood.setblocking(False)
        data = rest = b"".join(arena.reading(box) for _ in range(50))
        for _ in range(10):
            with contextlib.suppress(BlockingIOError):
                while rest:
                    rest = rest[flood.send(rest) :] or data
            asked = time.monotonic()
            honest.sendall(arena.reading(neighbour))
            assert hear(honest, 1).count(ACK) == 1
            slowest = max(slowest, time.monotonic() - asked)
    assert slowest < 3


def test_h17_a_peer_that_never_reads_is_closed_with_a_bounded_buffer(arena, box):
    with arena.gateway.connect() as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.settimeout(0.5)
        data = arena.reading(box) * 100
        until = time.monotonic() + 60
        with contextlib.suppress(ConnectionError):
            while time.monotonic() < until:
                with contextlib.suppress(TimeoutError):
                    link.sendall(data)
                for connection in arena.gateway.gateway.connections.values():
                    assert connection.transport.get_write_buffer_size() < 200_000
        assert time.monotonic() < until, "it was never closed"
    from cardswipe.models import DeviceSession

    time.sleep(0.5)
    assert DeviceSession.objects.filter(controller=box, end="SLOW").exists()


@pytest.mark.parametrize("cn", ["3911", "3051", "3901", "9011", "9012", "1072"])
def test_h18_no_frame_of_a_device_makes_or_moves_a_valve_order(arena, box, cn):
    cp = f"OrderNo=1;Per=100;DataTime={local(timezone.now())};QnRtn=1;ExeRtn=1"
    arena.tell(frame(box, cn, cp, qn=china(timezone.now())))
    (verdict,) = arena.waits_for(box, 1)
    assert verdict in {"C120", "C131", "C105"}
    assert not ValveOrder.objects.filter(controller=box).exists()
    box.refresh_from_db()
    assert box.valve_state == "UNKNOWN"


@pytest.mark.parametrize("cn", ["9011", "9012", "9013"])
def test_h19_an_answer_to_what_was_never_asked_counts_for_nothing(arena, box, cn):
    assert arena.tell(frame(box, cn, "QnRtn=1;ExeRtn=1", qn=china(timezone.now()))) == b""
    assert arena.verdicts(box) == ["C131"]


def test_h20_h26_a_clock_that_is_wrong_moves_no_data_to_another_time(arena, box):
    year = datetime.timedelta(days=365)
    for moment, verdict in (
        (timezone.now() + year, "C124"),
        (timezone.now() - year, "C125"),
        (timezone.now() + datetime.timedelta(hours=1), "C124"),
    ):
        cp = f"DataTime={local(moment)};w01018-Rtd=1"
        assert arena.tell(frame(box, cp=cp, qn=china(moment))) == b""
        assert arena.verdicts(box)[-1] == verdict
    assert arena.is_untouched(box)
    assert arena.alarms(box) >= {"CLOCK_AHEAD"}


@pytest.mark.parametrize(
    ("kg", "verdict"),
    [("-0.1", "C127"), ("-12.5", "C127"), ("NaN", "C127"), ("1e3", "C127"), ("", "C127"),
     ("１２", "C127"), ("9" * 15, "C127"), ("0x10", "C127")],
)  # fmt: skip
def test_h21_a_load_that_cannot_be_is_never_booked(arena, box, kg, verdict):
    arena.tell(arena.hour(box, kg))
    assert arena.waits_for(box, 1) == [verdict]
    assert not DischargeEvent.objects.filter(controller=box).exists()
    assert arena.alarms(box) == {"BAD_REPORT"}


def test_h22_a_swipe_of_a_card_that_was_never_issued_opens_nothing(arena, box):
    cp = f"DataTime={local(timezone.now())};CardNo=CLONED;SwipeNo=1"
    with arena.gateway.connect() as link:
        link.sendall(frame(box, "3901", cp, qn=china(timezone.now())))
        link.settimeout(8)
        assert b"SwipeRtn=2" in link.recv(4096)
    assert not DischargeEvent.objects.filter(controller=box).exists()


def test_h23_the_connection_is_cut_before_the_answer_and_the_retry_debits_nothing(arena, box):
    data = arena.hour(box)
    with arena.gateway.connect() as link:
        link.sendall(data)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    assert arena.waits_for(box, 1) == ["C100"]
    time.sleep(0.3)
    assert arena.tell(data, answers=1).count(ACK) == 1
    assert arena.verdicts(box) == ["C100", "C121"]
    assert DischargeEvent.objects.filter(controller=box).count() == 1


def test_h24_a_frame_cut_by_a_fail_over_counts_once_when_it_is_whole(arena, box):
    data = arena.hour(box)
    with arena.gateway.connect() as link:
        link.sendall(data[:80])
    time.sleep(0.3)
    assert arena.tell(data, answers=1).count(ACK) == 1
    assert arena.verdicts(box) == ["C100"]
    assert DischargeEvent.objects.filter(controller=box).count() == 1
