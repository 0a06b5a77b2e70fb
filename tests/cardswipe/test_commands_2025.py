"""Commands that only HJ 212-2025 knows: a new SM4 key, a sample kept now, the standard check."""

import pytest

from cardswipe import services
from cardswipe.arrivals import Link, arrival, deciphered
from cardswipe.hj212 import encode
from cardswipe.hj212.requests import Kind
from cardswipe.hj212.stream import FrameBuffer
from cardswipe.models import Controller, DeviceCommand
from cardswipe.queries.registry import Registry
from cardswipe.services.commands import Linked, send_commands
from parties.services import system_actor
from tests import factories_cards as cards
from tests.factories_cards import NOW
from tests.factories_devices import local, take
from tests.refused import refused

pytestmark = pytest.mark.django_db
KEY = "30" * 16
LINK = Link(1, "10.0.0.8", 40001)


@pytest.fixture
def box(enterprise) -> Controller:
    return cards.controller(enterprise, protocol_version=2025, sm4_key=KEY)


def ask(by, box, kind, **params) -> DeviceCommand:
    return services.ask_command(
        by=by, controller=box, kind=kind, params=params, reason="核查", now=NOW
    )


def uploaded(box, cn, cp, key=KEY) -> bytes:
    segment = encode.upload(
        version=2025, qn=f"{local()}001", st="32", cn=cn, pw=box.password, mn=box.mn, cp=cp
    )
    return encode.frame_bytes(segment, key=bytes.fromhex(key) if key else None)


def sent(box, session_id=1):
    """The request that goes out now, as the device reads it under its present key."""
    _at, device = Registry().find({box.mn}, now=NOW)[box.mn]
    links = {box.pk: Linked(device, session_id)}
    ((_to, data),) = send_commands(by=system_actor("gateway"), links=links, now=NOW)
    (piece,) = FrameBuffer().feed(data)
    arrived = arrival(LINK, NOW, piece)
    if arrived.frame is not None and arrived.frame.cn not in {"1014"}:
        return arrived.frame
    assert b"NewSK" not in data
    return deciphered(arrived, device.key).frame


def reply(box, request, cn, cp, session_id):
    data = encode.frame_bytes(encode.reply(request, cn=cn, cp=cp))
    return take(data, held={(1, box.pk): session_id})[0].verdict


def connect(box):
    return take(uploaded(box, "9015", ""))[0].session_id


@pytest.mark.parametrize(("kind", "cn"), [(Kind.SAMPLE_KEPT, "3022"), (Kind.START_CHECK, "3024")])
def test_a_sample_to_keep_and_a_check_name_their_factor(engineer, box, kind, cn):
    asked = ask(engineer, box, kind, factor="w01018")
    session = connect(box)
    request = sent(box, session)
    assert (request.cn, request.cp) == (cn, {"PolId": "w01018"})
    assert reply(box, request, "9011", "QnRtn=1", session) == "C100"
    assert reply(box, request, "9012", "ExeRtn=1", session) == "C100"
    asked.refresh_from_db()
    assert asked.state == "DONE"


def test_only_2025_knows_them_and_only_an_engineer_starts_a_check(engineer, officer, box, rival):
    older = cards.controller(rival.enterprise)
    for kind in (Kind.SAMPLE_KEPT, Kind.START_CHECK):
        with refused("C160"):
            ask(engineer, older, kind, factor="w01018")
    with refused("C164"):
        ask(officer, box, Kind.START_CHECK, factor="w01018")
    assert ask(officer, box, Kind.SAMPLE_KEPT, factor="w01018").state == "ASKED"


def test_a_new_key_travels_under_the_old_one_and_counts_once_the_device_has_it(engineer, box):
    session = connect(box)
    asked = ask(engineer, box, Kind.SET_KEY)
    request = sent(box, session)
    new = request.cp["NewSK"]
    assert len(new) == 16
    assert request.cp["SKCreateTime"] == f"{local(NOW)}000"
    box.refresh_from_db()
    assert box.sm4_key == KEY
    reply(box, request, "9011", "QnRtn=1", session)
    reply(box, request, "9012", "ExeRtn=1", session)
    box.refresh_from_db()
    asked.refresh_from_db()
    assert (box.sm4_key, asked.state) == (new.encode().hex(), "DONE")
    assert (asked.secret, asked.params) == ("", {})


def test_a_device_that_refuses_a_key_keeps_its_old_one(engineer, box):
    session = connect(box)
    ask(engineer, box, Kind.SET_KEY)
    reply(box, sent(box, session), "9011", "QnRtn=2", session)
    box.refresh_from_db()
    assert box.sm4_key == KEY


def test_data_under_the_new_key_are_read_before_its_9012_has_come(engineer, box):
    session = connect(box)
    asked = ask(engineer, box, Kind.SET_KEY)
    new = sent(box, session).cp["NewSK"].encode().hex()
    cp = f"DataTime={local()};w01018-Rtd=40.1,w01018-Flag=N"
    held = {(1, box.pk): session}
    (outcome,) = take(uploaded(box, "2011", cp, key=new), held=held)
    assert outcome.verdict == "C100"
    asked.refresh_from_db()
    box.refresh_from_db()
    assert (asked.state, asked.outcome, box.sm4_key) == ("DONE", "new key in use", new)
    (other,) = take(uploaded(box, "2011", cp, key="41" * 16), held=held)
    assert other.verdict == "C116"


def test_without_an_initial_key_no_new_one_is_sent(engineer, enterprise):
    bare = cards.controller(enterprise, code="DW007", protocol_version=2025)
    with refused("C165"):
        ask(engineer, bare, Kind.SET_KEY)


def test_a_device_that_asks_for_a_key_gets_one_and_only_one(box):
    held = {(1, box.pk): connect(box)}
    for _twice in range(2):
        (outcome,) = take(uploaded(box, "1014", f"SKCreateTime={local()}001"), held=held)
        assert outcome.verdict == "C100"
    command = DeviceCommand.objects.get(controller=box)
    assert (command.kind, command.state, command.asked_by.role) == ("SET_KEY", "ASKED", "system")
    assert len(command.secret) == 16


def test_the_engineer_asks_for_a_new_key_without_seeing_it(desk, box):
    address = f"/devices/{box.pk}/ask/"
    assert "?kind=SET_KEY" in desk.get(address).content.decode()
    form = {"once": "8f2f8c5e-4f3c-4d52-8f39-0d6d7a1f3c14", "reason": "90天轮换"}
    answer = desk.post(f"{address}?kind=SET_KEY", form)
    command = DeviceCommand.objects.get()
    page = desk.get(answer.url).content.decode()
    assert ("1014" in page, command.secret in page) == (True, False)
