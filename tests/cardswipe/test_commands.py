"""Commands to devices: asked, sent once per try, answered under QN, MN and session, ended."""

import datetime
import uuid

import pytest
from django.urls import reverse

from cardswipe import services
from cardswipe.arrivals import Link
from cardswipe.hj212 import encode
from cardswipe.hj212.frame import read_segment
from cardswipe.hj212.requests import Kind
from cardswipe.hj212.stream import FrameBuffer
from cardswipe.models import (
    CommandAnswer,
    Controller,
    DeviceCommand,
    DischargeEvent,
    RawFrame,
    Reading,
)
from cardswipe.queries.registry import Registry
from cardswipe.services.commands import Linked, send_commands
from parties.services import system_actor
from shell.refusals import Refusal
from tests import factories_cards as cards
from tests.factories_cards import NOW
from tests.factories_devices import frame, local, take

pytestmark = pytest.mark.django_db
SECOND = datetime.timedelta(seconds=1)
DAY = {"begin": "2026-11-19T00:00:00+08:00", "end": "2026-11-19T23:59:59+08:00"}


@pytest.fixture
def box(enterprise) -> Controller:
    return cards.controller(enterprise)


class Line:
    """A controller's connection: what the platform sends over it, what the device answers."""

    def __init__(self, box: Controller) -> None:
        self.box = box
        self.session_id = take(frame(box))[0].session_id

    def send(self, now=NOW) -> list:
        """The requests that go out now."""
        registry = Registry()
        _at, device = registry.find({self.box.mn}, now=now)[self.box.mn]
        links = {self.box.pk: Linked(device, self.session_id)}
        sent = send_commands(by=system_actor("gateway"), links=links, now=now)
        pieces = [piece for _to, data in sent for piece in FrameBuffer().feed(data)]
        return [read_segment(piece.segment) for piece in pieces]

    def answer(self, request, cn: str, cp: str = "", *, now=NOW, held=None) -> str:
        """The verdict on a reply of the device to a request."""
        data = encode.frame_bytes(encode.reply(request, cn=cn, cp=cp))
        held = {(1, self.box.pk): self.session_id} if held is None else held
        return take(data, now=now, held=held)[0].verdict

    def upload(self, cn: str, cp: str, **given) -> str:
        held = {(1, self.box.pk): self.session_id}
        return take(frame(self.box, cn, cp, **given), held=held)[0].verdict


@pytest.fixture
def line(box) -> Line:
    return Line(box)


def ask(engineer, box, kind=Kind.GET_TIME, **params) -> DeviceCommand:
    return services.ask_command(
        by=engineer, controller=box, kind=kind, params=params, reason="核查", now=NOW
    )


def test_a_request_goes_out_once_is_accepted_and_done(engineer, box, line):
    asked = ask(engineer, box, Kind.SET_REALTIME, interval=60)
    (request,) = line.send()
    assert (request.cn, request.cp, request.wants_answer) == ("1062", {"RtdInterval": "60"}, True)
    assert (request.mn, request.pw, request.st) == (box.mn, box.password, "32")
    assert line.send(NOW + SECOND) == []
    assert line.answer(request, "9011", "QnRtn=1") == "C100"
    asked.refresh_from_db()
    assert (asked.state, asked.qn) == ("ACCEPTED", request.qn)
    assert line.answer(request, "9012", "ExeRtn=1") == "C100"
    asked.refresh_from_db()
    assert (asked.state, asked.outcome) == ("DONE", "")
    assert list(asked.answers.values_list("cn", flat=True)) == ["9011", "9012"]
    states = list(asked.history.order_by("history_id").values_list("state", flat=True))
    assert states == ["ASKED", "SENT", "ACCEPTED", "DONE"]


@pytest.mark.parametrize(
    ("cn", "cp", "state", "outcome"),
    [("9011", "QnRtn=2", "REFUSED", "QnRtn=2"), ("9011", "QnRtn=100", "REFUSED", "QnRtn=100"),
     ("9012", "ExeRtn=1", "DONE", ""), ("9012", "ExeRtn=2", "FAILED", "ExeRtn=2"),
     ("9012", "ExeRtn=100", "FAILED", "no data"), ("9012", "", "FAILED", "ExeRtn=")],
)  # fmt: skip
def test_what_a_reply_says_ends_the_command(engineer, box, line, cn, cp, state, outcome):
    asked = ask(engineer, box)
    (request,) = line.send()
    assert line.answer(request, cn, cp) == "C100"
    asked.refresh_from_db()
    assert (asked.state, asked.outcome) == (state, outcome)


def test_a_notice_is_done_by_9013(engineer, box, line):
    asked = ask(engineer, box, Kind.STOP_REALTIME)
    (request,) = line.send()
    assert line.answer(request, "9011", "QnRtn=1") == "C131"
    assert line.answer(request, "9013") == "C100"
    asked.refresh_from_db()
    assert asked.state == "DONE"


def test_without_answer_it_is_repeated_under_its_qn_and_then_given_up(engineer, box, line):
    asked = ask(engineer, box)
    sent = [line.send(NOW + 11 * number * SECOND) for number in range(6)]
    assert [len(requests) for requests in sent] == [1, 1, 1, 1, 0, 0]
    assert len({requests[0].qn for requests in sent[:4]}) == 1
    asked.refresh_from_db()
    assert (asked.state, asked.outcome, asked.tries) == ("EXPIRED", "no answer", 4)
    assert line.answer(sent[0][0], "9011", "QnRtn=1") == "C131"


def test_accepted_without_result_ends_in_time(engineer, box, line):
    asked = ask(engineer, box)
    (request,) = line.send()
    line.answer(request, "9011", "QnRtn=1")
    line.send(NOW + 599 * SECOND)
    asked.refresh_from_db()
    assert asked.state == "ACCEPTED"
    line.send(NOW + 601 * SECOND)
    asked.refresh_from_db()
    assert (asked.state, asked.outcome) == ("EXPIRED", "no result")


def test_a_controller_that_never_connects_lets_the_command_lapse(engineer, box):
    asked = ask(engineer, box)
    for hours, state in ((23, "ASKED"), (25, "EXPIRED")):
        moment = NOW + datetime.timedelta(hours=hours)
        assert send_commands(by=system_actor("gateway"), links={}, now=moment) == []
        asked.refresh_from_db()
        assert asked.state == state


def test_one_command_at_a_time_is_on_the_wire(engineer, box, line):
    ask(engineer, box)
    ask(engineer, box, Kind.GET_REALTIME)
    (first,) = line.send()
    assert line.send(NOW + SECOND) == []
    line.answer(first, "9012", "ExeRtn=1")
    (second,) = line.send(NOW + 2 * SECOND)
    assert (first.cn, second.cn) == ("1011", "1061")


def test_a_reply_from_another_session_or_controller_counts_for_nothing(engineer, enterprise, line):
    """H19: matched by QN, MN and session."""
    other = cards.controller(enterprise, code="DW009")
    asked = ask(engineer, line.box)
    (request,) = line.send()
    later = {(1, line.box.pk): line.session_id + 1}
    assert line.answer(request, "9012", "ExeRtn=1", held=later) == "C131"
    foreign = request._replace(mn=other.mn, pw=other.password)
    assert line.answer(foreign, "9012", "ExeRtn=1", held={}) == "C131"
    forged = request._replace(qn="20261120000000000")
    assert line.answer(forged, "9012", "ExeRtn=1") == "C131"
    asked.refresh_from_db()
    assert asked.state == "SENT"


def test_history_comes_back_in_frames_and_parts_and_is_kept_with_the_command(engineer, box, line):
    asked = ask(engineer, box, Kind.MINUTE_HISTORY, **DAY)
    (request,) = line.send()
    assert request.cp == {"BeginTime": "20261119000000", "EndTime": "20261119235959"}
    line.answer(request, "9011", "QnRtn=1")
    for number in (0, 10):
        cp = f"DataTime=202611190000{number:02d};w01018-Avg=1{number}"
        assert line.upload("2051", cp) == "C100"
    for part in (1, 2):
        cp = f"DataTime=20261119001000;w0101{part}-Avg=7"
        assert line.upload("2051", cp, packet=(2, part)) == "C100"
    assert line.upload("2051", f"DataTime={local()};w01018-Avg=1") == "C100"  # live, not asked
    line.answer(request, "9012", "ExeRtn=1")
    asked.refresh_from_db()
    assert (asked.state, asked.outcome) == ("DONE", "")
    data = asked.answers.filter(cn="2051")
    assert list(data.values_list("data_time", "pnum", "pno")) == [
        ("20261119000000", 0, 0), ("20261119000010", 0, 0),
        ("20261119001000", 2, 1), ("20261119001000", 2, 2),
    ]  # fmt: skip
    assert Reading.objects.filter(controller=box, cn=2051).count() == 5


def test_parts_that_never_came_are_named(engineer, box, line):
    asked = ask(engineer, box, Kind.HOUR_HISTORY, **DAY)
    (request,) = line.send()
    line.upload("2061", "DataTime=20261119010000;w01018-Avg=7", packet=(3, 2))
    line.answer(request, "9012", "ExeRtn=1")
    asked.refresh_from_db()
    assert asked.outcome == "parts missing: 20261119010000"


@pytest.mark.parametrize("told_by", ["9012", "its next frame"])
def test_a_new_password_counts_once_the_device_has_it(engineer, box, line, told_by):
    asked = ask(engineer, box, Kind.SET_PASSWORD, password="new123")
    assert (asked.params, asked.secret) == ({}, "new123")
    (request,) = line.send()
    assert request.cp == {"NewPW": "new123"}
    if told_by == "9012":
        assert line.answer(request._replace(pw="new123"), "9012", "ExeRtn=1") == "C100"
    else:
        assert line.upload("2011", f"DataTime={local(NOW - SECOND)}", pw="new123") == "C100"
    box.refresh_from_db()
    asked.refresh_from_db()
    assert (box.password, asked.state, asked.secret) == ("new123", "DONE", "")
    assert line.upload("2011", f"DataTime={local(NOW - 2 * SECOND)}", pw="123456") == "C113"


def test_a_device_that_asks_for_the_time_gets_it_from_the_platform(box, line):
    """H20: the time sent is the gateway's own; nobody can choose another."""
    for _ in range(2):
        assert line.upload("1013", "") == "C100"
    (request,) = line.send(NOW + SECOND)
    assert (request.cn, request.cp) == ("1012", {"SystemTime": local(NOW + SECOND)})
    assert DeviceCommand.objects.count() == 1


def test_a_2005_device_is_asked_and_answers_in_its_own_way(engineer, enterprise):
    line = Line(cards.controller(enterprise, protocol_version=2005))
    asked = ask(engineer, line.box, Kind.HOUR_HISTORY, **DAY)
    (request,) = line.send()
    assert (request.version, request.cp["EndTime"]) == (2005, "20261119235959")
    assert line.answer(request, "9011", "QnRtn=1") == "C100"
    asked.refresh_from_db()
    assert asked.state == "ACCEPTED"


@pytest.mark.parametrize(
    ("kind", "params", "code"),
    [(Kind.SET_REALTIME, {"interval": 29}, "C161"), (Kind.SET_REALTIME, {}, "C161"),
     (Kind.SET_MINUTE, {"interval": 7}, "C161"), (Kind.SET_LINK, {"over_time": 100}, "C161"),
     (Kind.SET_PASSWORD, {"password": "a;b&&c"}, "C161"), (Kind.GET_TIME, {"x": 1}, "C161"),
     (Kind.SAMPLE, {"factor": "w;CN=1"}, "C161"),
     (Kind.SET_PARAMETER, {"factor": "w01018", "info": "i13004", "value": "1&&"}, "C161"),
     (Kind.DAY_HISTORY, {"begin": DAY["end"], "end": DAY["begin"]}, "C162"),
     (Kind.DAY_HISTORY, {"begin": "2026-01-01", "end": DAY["begin"]}, "C161"),
     (Kind.DAY_HISTORY, {"begin": "2026-01-01T00:00:00+08:00", "end": DAY["end"]}, "C162")],
)  # fmt: skip
def test_a_request_that_hj_212_would_not_allow_is_refused(engineer, box, kind, params, code):
    with pytest.raises(Refusal, match=r"\w") as caught:
        ask(engineer, box, kind, **params)
    assert caught.value.code == code
    assert not DeviceCommand.objects.exists()


def test_an_older_version_and_another_role_are_refused(engineer, officer, enterprise, box):
    old = cards.controller(enterprise, code="DW008", protocol_version=2005)
    for by, to, kind, code in (
        (engineer, old, Kind.KEEP_SAMPLE, "C160"),
        (officer, box, Kind.SET_TIME, "C164"),
    ):
        with pytest.raises(Refusal, match=r"\w") as caught:
            ask(by, to, kind)
        assert caught.value.code == code
    assert ask(officer, box, Kind.SAMPLE, factor="w01018").state == "ASKED"


def test_only_what_was_not_sent_can_be_withdrawn(engineer, box, line):
    asked = ask(engineer, box)
    values = {"by": engineer, "reason": "误操作", "now": NOW}
    assert services.withdraw_command(command=asked, **values).state == "WITHDRAWN"
    assert line.send() == []
    again = ask(engineer, box)
    line.send()
    with pytest.raises(Refusal, match=r"\w") as caught:
        services.withdraw_command(command=again, **values)
    assert caught.value.code == "C163"


def test_an_encrypting_device_is_asked_and_heard_under_its_key(engineer, enterprise):
    key = "00112233445566778899aabbccddeeff"
    box = cards.controller(enterprise, protocol_version=2025, sm4_key=key)
    cp = f"DataTime={local()};w01018-Rtd=40.1,w01018-Flag=N"
    segment = encode.upload(
        version=2025, qn=f"{local()}001", st="32", cn="2011", pw=box.password, mn=box.mn, cp=cp
    )
    sealed = encode.frame_bytes(segment, key=bytes.fromhex(key))
    (outcome,) = take(sealed)
    assert outcome.verdict == "C100"
    assert bytes(RawFrame.objects.get(pk=outcome.frame_id).body) == sealed
    held = {(1, box.pk): outcome.session_id}
    other = encode.frame_bytes(segment, key=b"0" * 16)
    assert [o.verdict for o in take(encode.frame_bytes(segment), other, held=held)] == ["C116"] * 2
    ask(engineer, box, Kind.MINUTE_HISTORY, **DAY)
    registry = Registry()
    _at, device = registry.find({box.mn}, now=NOW)[box.mn]
    ((_to, sent),) = send_commands(
        by=system_actor("gateway"), links={box.pk: Linked(device, 1)}, now=NOW
    )
    assert b"BeginTime" not in sent
    assert CommandAnswer.objects.count() == 0


def test_an_hour_in_parts_is_booked_once_all_are_there(enterprise):
    box = cards.controller(enterprise, event_source="HOUR")
    start = local(NOW - datetime.timedelta(hours=1))
    parts = [f"DataTime={start};w00000-Cou=36.0", f"DataTime={start};w01018-Cou=12.5"]
    frames = [frame(box, "2061", cp, packet=(2, no)) for no, cp in enumerate(parts, 1)]
    second = take(frames[1])[0]
    held = {(1, box.pk): second.session_id}
    first = take(frames[0], held=held, link=Link(1, "10.0.0.8", 40001))[0]
    again = take(*frames, held=held)
    assert second.verdict == "C132"
    assert second.answer is not None
    assert first.verdict in {"C100", "C132"}
    assert [outcome.verdict for outcome in again][-1] in {"C100", "C121"}
    event = DischargeEvent.objects.get()
    assert event.volume_l == 36_000
    assert dict(event.loads.values_list("pollutant_id", "quantity"))["COD"] == 12_500_000


# --- pages -----------------------------------------------------------------------------------


def test_the_engineer_chooses_fills_in_and_follows_a_command(desk, box):
    page = desk.get(reverse("controller", args=[box.pk])).content.decode()
    address = reverse("command_new", args=[box.pk])
    assert address in page
    assert "?kind=SET_REALTIME" in desk.get(address).content.decode()
    form = desk.get(address, {"kind": "SET_REALTIME"})
    entry = {"once": form.context["form"].initial.get("once") or uuid.uuid4(), "reason": "联调"}
    wrong = desk.post(f"{address}?kind=SET_REALTIME", {**entry, "interval": "10"})
    assert wrong.status_code == 422
    for _ in range(2):  # sent twice by a slow finger
        answer = desk.post(f"{address}?kind=SET_REALTIME", {**entry, "interval": "60"})
    asked = DeviceCommand.objects.get()
    assert answer.url == reverse("command", args=[asked.pk])
    assert (asked.kind, asked.params) == ("SET_REALTIME", {"interval": 60})
    assert "1062" in desk.get(answer.url).content.decode()
    desk.post(reverse("command_withdraw", args=[asked.pk]), {"reason": "误操作"})
    asked.refresh_from_db()
    assert asked.state == "WITHDRAWN"


def test_a_history_is_asked_by_moments_of_the_site(desk, box):
    address = f"{reverse('command_new', args=[box.pk])}?kind=HOUR_HISTORY"
    entry = {"once": uuid.uuid4(), "reason": "补数", "begin": "2026-11-19T00:00"}
    desk.post(address, {**entry, "end": "2026-11-19T23:00"})
    assert DeviceCommand.objects.get().params == {
        "begin": "2026-11-19T00:00:00+08:00", "end": "2026-11-19T23:00:00+08:00",
    }  # fmt: skip
    desk.post(address, {**entry, "once": uuid.uuid4(), "end": "2026-11-18T00:00"})
    assert DeviceCommand.objects.count() == 1


def test_an_officer_may_fetch_and_sample_but_not_set(client, officer, box):
    client.force_login(officer.user)
    address = reverse("command_new", args=[box.pk])
    page = client.get(address).content.decode()
    assert ("?kind=SAMPLE" in page, "?kind=SET_TIME" in page) == (True, False)
    forced = client.post(f"{address}?kind=SET_TIME", {"once": uuid.uuid4(), "reason": "x"})
    assert forced.status_code == 200  # the choice again
    assert not DeviceCommand.objects.exists()


def test_a_command_shows_its_frames_and_never_a_new_password(desk, engineer, box, line):
    asked = ask(engineer, box, Kind.SET_PASSWORD, password="new123")
    (request,) = line.send()
    line.answer(request, "9011", "QnRtn=2")
    page = desk.get(reverse("command", args=[asked.pk])).content.decode()
    assert ("9011" in page, "new123" in page) == (True, False)
    assert "拒绝" in page
