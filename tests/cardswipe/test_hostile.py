"""Beyond H01 to H26: what a clever or broken device could still send, over TCP.

After each: a verdict for every frame, nothing debited that is not sound and nothing twice, no
fault of the platform in the log, and another device is served at once.
"""

import contextlib
import datetime
import logging
import socket
import time
from collections.abc import Iterator

import pytest
from django.utils import timezone

from cardswipe.hj212 import encode
from cardswipe.models import Controller, DischargeEvent, RawFrame, ValveOrder
from ledger import queries
from tests import factories_cards as cards
from tests.cardswipe.arena import ACK, Arena, arena, hear, is_ended
from tests.factories_devices import frame, local

__all__ = ["arena"]
pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
OTHERS = {
    "2005": {"protocol_version": 2005},
    "2025": {"protocol_version": 2025},
    "card": {},  # debits by sessions
}


@pytest.fixture(scope="module")
def others(arena: Arena, django_db_blocker) -> dict[str, Controller]:
    """Controllers unlike those of the arena, committed as theirs are."""
    made = {}
    with django_db_blocker.unblock():
        for at, (name, given) in enumerate(OTHERS.items()):
            source = "SESSION" if name == "card" else "HOUR"
            made[name] = cards.controller(
                arena.enterprise, code=f"DW9{at:02d}", event_source=source, **given
            )
    return made


@pytest.fixture(scope="module", autouse=True)
def _months_are_made(arena: Arena) -> None:
    """The gateway makes the months' tables with its first frame, before any test looks at them."""
    assert arena.tell(arena.reading(arena.box()), answers=1).count(ACK) == 1


@pytest.fixture
def box(arena: Arena) -> Controller:
    return arena.box()


@pytest.fixture(autouse=True)
def _nothing_breaks_and_another_is_served(arena: Arena, caplog, request) -> Iterator[None]:
    caplog.set_level(logging.ERROR)
    yield
    neighbour = arena.box()
    assert arena.tell(arena.reading(neighbour), answers=1).count(ACK) == 1
    assert [one.getMessage() for one in caplog.records] == [], request.node.name
    assert not RawFrame.objects.filter(verdict="C190").exists()


def hours_ago(count: int) -> datetime.datetime:
    return (timezone.now() - count * HOUR).replace(minute=0, second=0, microsecond=0)


def now_qn(number: int = 0) -> str:
    return f"{local(timezone.now())}{number:03d}"


def part(box: Controller, back: int, pno: int, count: int, items: str, **given: object) -> bytes:
    """One part of an hour that comes in several."""
    cp = f"DataTime={local(hours_ago(back))};{items}"
    return frame(box, "2061", cp, qn=now_qn(pno), packet=(count, pno), **given)


FLOW, COD = "w00000-Cou=36.0", "w01018-Cou=12.5,w01018-Flag=N"


def told(arena: Arena, box: Controller, *frames: bytes) -> list[str]:
    """The verdicts on these frames, sent over one connection."""
    before = len(arena.verdicts(box))
    with arena.gateway.connect() as link:
        link.sendall(b"".join(frames))
        return arena.waits_for(box, before + len(frames))[before:]


def cod(box: Controller) -> list[int]:
    """The COD of each event of a controller, in milligrams."""
    events = DischargeEvent.objects.filter(controller=box, loads__pollutant="COD")
    return list(events.order_by("started_at").values_list("loads__quantity", flat=True))


def test_parts_of_two_hours_in_turn_make_two_hours(arena, box):
    mixed = [part(box, 3, 1, 2, FLOW), part(box, 2, 1, 2, FLOW),
             part(box, 3, 2, 2, COD), part(box, 2, 2, 2, COD)]  # fmt: skip
    assert told(arena, box, *mixed) == ["C132", "C132", "C100", "C100"]
    assert cod(box) == [12_500_000] * 2


def test_parts_of_another_count_never_complete_an_hour(arena, box):
    """PNUM changes midway: the first of three and the second of two are no whole."""
    assert told(arena, box, part(box, 2, 1, 3, FLOW), part(box, 2, 2, 2, COD)) == ["C132"] * 2
    assert cod(box) == []


def test_a_part_sent_again_with_other_figures_changes_nothing(arena, box):
    more = COD.replace("12.5", "0.5")
    data = [part(box, 2, 2, 2, COD), part(box, 2, 2, 2, more), part(box, 2, 1, 2, FLOW)]
    assert told(arena, box, *data) == ["C132", "C122", "C100"]
    assert cod(box) == [12_500_000]
    assert arena.alarms(box) >= {"BAD_REPORT"}


def test_parts_that_contradict_each_other_are_refused(arena, box):
    data = [part(box, 2, 1, 2, COD), part(box, 2, 2, 2, COD.replace("12.5", "0.5"))]
    assert told(arena, box, *data)[-1] == "C104"
    assert cod(box) == []


@pytest.mark.parametrize(
    ("off", "verdict"),
    [(datetime.timedelta(hours=1), "C124"), (datetime.timedelta(days=3650), "C124"),
     (datetime.timedelta(days=-40), "C125"), (datetime.timedelta(minutes=5), "C100"),
     (datetime.timedelta(days=-20), "C100")],
)  # fmt: skip
@pytest.mark.parametrize("cn", ["2061", "2011"])
def test_a_qn_of_another_time_is_refused_though_the_data_are_of_now(arena, box, cn, off, verdict):
    data = arena.hour(box) if cn == "2061" else arena.reading(box)
    at = data.index(b"QN=") + 3
    qn = f"{local(timezone.now() + off)}000".encode()
    segment = (data[:at] + qn + data[at + 17 :])[6:-6]
    assert told(arena, box, encode.frame_bytes(segment)) == [verdict]
    assert bool(cod(box)) == (verdict == "C100" and cn == "2061")


def test_a_device_whose_clock_is_wrong_may_still_ask_for_the_time(arena, box):
    qn = f"{local(timezone.now() + 30 * HOUR)}000"
    assert told(arena, box, frame(box, "1013", "", qn=qn)) == ["C100"]


@pytest.mark.parametrize("name", ["2005", "2025"])
def test_rf_is_taken_of_2025_and_only_noted_of_others(arena, others, name):
    box = others[name]
    code = {"2005": "011", "2025": "w01018"}[name]
    moment = local(timezone.now() - datetime.timedelta(minutes=9))
    data = frame(box, cp=f"DataTime={moment};{code}-Rtd=40.1", qn=now_qn())
    segment = data[6:-6].replace(b";CP=", b";RF=1;CP=")
    assert told(arena, box, encode.frame_bytes(segment)) == ["C100"]
    kept = RawFrame.objects.get(mn=box.mn)
    assert ("rf-before-2025" in kept.note) == (name == "2005")


def test_another_version_in_the_same_connection_is_refused_and_the_rest_counts(arena, box):
    begin, newer = arena.reading(box), arena.reading(box, version=2025)
    assert told(arena, box, begin, newer, arena.reading(box)) == ["C100", "C114", "C100"]


def test_the_mn_of_a_device_that_is_connected_ends_only_the_thief(arena, box):
    victim = arena.box()
    with arena.gateway.connect() as link, arena.gateway.connect() as thief:
        link.sendall(arena.reading(victim))
        thief.sendall(arena.reading(box))
        assert hear(link, 1).count(ACK) == hear(thief, 1).count(ACK) == 1
        thief.sendall(arena.hour(victim))
        assert is_ended(thief)
        link.sendall(arena.reading(victim))
        assert hear(link, 1).count(ACK) == 1
    assert arena.verdicts(victim) == ["C100", "C115", "C100"]
    assert cod(victim) == []


def test_bytes_that_drip_end_in_time(arena, box):
    data = arena.hour(box)
    with arena.gateway.connect() as link:
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            for byte in data:
                link.sendall(bytes([byte]))
                time.sleep(0.1)
                if time.monotonic() - began > 5:
                    break
        assert is_ended(link)
    assert cod(box) == []


def test_who_stops_sending_and_never_reads_is_not_kept_for_ever(arena, box):
    """Half-closed: our answers do not fit the network any more, and nobody fetches them."""
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    with link:
        link.connect(("127.0.0.1", arena.gateway.port))
        data, until = arena.reading(box) * 10, time.monotonic() + 30
        while not (left := [one for one in arena.gateway.gateway.connections.values()
                            if one.transport.get_write_buffer_size()]):  # fmt: skip
            assert time.monotonic() < until
            link.sendall(data)
            time.sleep(0.05)
        link.shutdown(socket.SHUT_WR)
        until = time.monotonic() + 10
        while left[0].link.number in arena.gateway.gateway.connections:
            assert time.monotonic() < until, "it is still held"
            time.sleep(0.1)
    assert left[0].end == "CLOSED"


FIGURES = {
    "99999999999999": ("C127", None),
    "99999999999999.999999999999999": ("C127", None),
    "-0.0000000001": ("C127", None),
    "-0.0000004": ("C127", None),
    "000000000000.1": ("C100", 100_000),
    "0.000000400000000": ("C100", 0),
    "0.000000500000001": ("C100", 1),
    "-0": ("C100", 0),
    "1000000000.000001": ("C127", None),
}


@pytest.mark.parametrize("kg", FIGURES)
def test_figures_at_the_edge_are_exact_or_refused(arena, box, kg):
    verdict, quantity = FIGURES[kg]
    assert told(arena, box, arena.hour(box, kg)) == [verdict]
    assert cod(box) == ([] if quantity is None else [quantity])


@pytest.mark.parametrize(
    ("moment", "verdict"),
    [("20260229120000", "C123"), ("20260431000000", "C123"), ("00010101000000", "C125"),
     ("00000101000000", "C123"), ("99991231235959", "C124"), ("20261120240000", "C123"),
     ("20261120235960", "C123"), ("2026112012000", "C123"),
     ("２０２６１１２０１２０００0", "C123"),
     ("20240229120000", "C125"), ("19860504003000", "C125"), ("-0261120120000", "C123")],
)  # fmt: skip
@pytest.mark.parametrize("cn", ["2061", "2011"])
def test_a_time_that_does_not_exist_or_is_far_away_is_refused(arena, box, cn, moment, verdict):
    data = frame(box, cn, f"DataTime={moment};{FLOW};{COD}", qn=now_qn())
    assert told(arena, box, data) == [verdict]
    assert arena.is_untouched(box)


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"EndTime": -1}, "C123"),
        ({"CardNo": "K" * 33}, "C127"),
        ({"SwipeNo": "-1"}, "C105"),
        ({"SwipeNo": "1" * 13}, "C105"),
        ({"SwipeNo": "١"}, "C105"),
        ({"BeginTime": ""}, "C123"),
    ],
)
def test_a_session_that_cannot_be_is_refused(arena, others, fields, verdict):
    box, end = others["card"], timezone.now()
    values = {"BeginTime": local(end - HOUR), "EndTime": local(end), "CardNo": "X", "SwipeNo": "9"}
    if fields.get("EndTime") == -1:
        fields = {"EndTime": local(end - 2 * HOUR)}
    cp = ";".join(f"{name}={value}" for name, value in (values | fields).items())
    assert told(arena, box, frame(box, "3903", f"{cp};{FLOW};{COD}", qn=now_qn())) == [verdict]
    assert cod(box) == []


@pytest.mark.parametrize(
    ("cp", "verdict"), [("Per=000", "C100"), ("Per=101", "C105"), ("", "C105")]
)
def test_a_forged_valve_state_makes_no_order(arena, box, cp, verdict):
    assert told(arena, box, frame(box, "3912", cp, qn=now_qn())) == [verdict]
    assert not ValveOrder.objects.filter(controller=box).exists()


def test_a_batch_in_another_encoding_is_judged_like_any_other(arena, box):
    end = local(timezone.now())
    cp = (
        f"BatchNo=1;BeginTime={end};EndTime={end};FirstSwipe=1;LastSwipe=1;Note=污水;"
        f"w01018-Cou=1;Mac={'0' * 64}"
    )
    segment = frame(box, "3905", cp, qn=now_qn())[6:-6].decode().encode("gb18030")
    assert told(arena, box, encode.frame_bytes(segment)) == ["C100"]
    assert arena.alarms(box) == {"OFFLINE"}


def test_the_longest_frame_is_taken_and_one_byte_more_is_none(arena, box):
    cp = f"DataTime={local(timezone.now())};w01018-Rtd=1;Note="
    room = 9999 - (len(frame(box, cp=cp, qn=now_qn())) - 12)
    longest = frame(box, cp=cp + "1" * room, qn=now_qn())
    assert longest[2:6] == b"9999"
    assert told(arena, box, longest) == ["C100"]
    assert "segment-over-1024" in RawFrame.objects.get(mn=box.mn).note


@pytest.mark.parametrize(
    "byte", [b"\x00", b"\x7f", b"\x1b", b"\t", b"\xed\xa0\x80", b"\x83\x36\xc7\x39"]
)
def test_bytes_that_text_cannot_hold_are_refused_wherever_they_stand(arena, box, byte):
    data = arena.hour(box)[6:-6]
    places = (b"CP=&&", b"MN=", b"w01018-Cou=")
    frames = [encode.frame_bytes(data.replace(place, place + byte, 1)) for place in places]
    assert arena.tell(b"".join(frames)) == b""
    assert cod(box) == []


def test_the_ledger_stands_after_all_of_this(arena):
    # V13: the arena chose what its controllers debit by without a row of history.
    found = [one for one in queries.verify(only=queries.ROW_CODES) if one.check != "V13"]
    assert found == []
