"""What becomes of frames: kept byte for byte, judged by number, booked once, answered after."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cardswipe.arrivals import Link, arrival
from cardswipe.hj212.frame import read_segment
from cardswipe.hj212.stream import FrameBuffer, Piece
from cardswipe.models import (
    Controller,
    DeviceSession,
    DischargeEvent,
    LiveMeter,
    MarkRule,
    RawFrame,
    Reading,
)
from cardswipe.services.sessions import close_sessions
from cardswipe.services.telemetry import SLICE
from tests import factories_cards as cards
from tests.factories_cards import KG, NOW
from tests.factories_devices import LINK, frame, hour, local, session, take, verdicts

MINUTE = datetime.timedelta(minutes=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def box(enterprise) -> Controller:
    return cards.controller(enterprise)


@pytest.fixture
def hourly(enterprise) -> Controller:
    return cards.controller(enterprise, event_source="HOUR")


def answer_of(outcome):
    (piece,) = FrameBuffer().feed(outcome.answer)
    return read_segment(piece.segment)


def test_a_good_frame_is_kept_read_and_acknowledged(box):
    data = frame(box)
    (outcome,) = take(data)
    raw = RawFrame.objects.get(pk=outcome.frame_id)
    assert (bytes(raw.body), raw.verdict, raw.mn, raw.cn) == (data, "C100", box.mn, "2011")
    assert (raw.controller_id, raw.peer, raw.received_at) == (box.pk, "10.0.0.8:40001", NOW)
    reading = Reading.objects.get(controller=box)
    assert reading.values == [Decimal("40.1"), Decimal("10.0")]
    assert (reading.marks, reading.data_time, reading.cn) == ("N-", NOW, 2011)
    answer = answer_of(outcome)
    assert (answer.cn, answer.st, answer.cp, answer.mn) == ("9014", "91", {}, box.mn)
    assert answer.qn == data[9:26].decode()
    box.refresh_from_db()
    assert box.last_seen_at == NOW


def test_no_answer_is_sent_when_none_is_wanted(box):
    (outcome,) = take(frame(box, wants_answer=False))
    assert (outcome.verdict, outcome.answer) == ("C100", None)


REFUSED = {
    "C101": lambda box: b"##0005hello, no frame\r\n",
    "C102": lambda box: frame(box)[:-6] + b"0000\r\n",
    "C104": lambda box: frame(box, cp="a=1;a=2"),
    "C106": lambda box: frame(box, cp="a=1&&b=2"),
    "C110": lambda box: frame(box, mn="NOBODY"),
    "C113": lambda box: frame(box, pw="654321"),
    "C114": lambda box: frame(box, version=2025),
    "C120": lambda box: frame(box, "3999"),
    "C123": lambda box: frame(box, cp="DataTime=20261320100000;w01018-Rtd=1"),
    "C124": lambda box: frame(box, cp=f"DataTime={local(NOW + datetime.timedelta(days=1))}"),
    "C125": lambda box: frame(box, cp=f"DataTime={local(NOW - datetime.timedelta(days=90))}"),
    "C126": lambda box: frame(box, qn="20261320100000001"),
    "C131": lambda box: frame(box, "9011", cp="QnRtn=1"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_bad_frame_is_kept_with_its_verdict_and_neither_answered_nor_debited(box, code):
    data = REFUSED[code](box)
    outcomes = take(data)
    assert [outcome.verdict for outcome in outcomes] == [code]
    assert outcomes[0].answer is None
    raw = RawFrame.objects.get(pk=outcomes[0].frame_id)
    assert (bytes(raw.body).rstrip(), raw.verdict) == (data.rstrip(), code)
    assert not DischargeEvent.objects.exists()
    assert not Reading.objects.filter(controller=box).exists()


def test_another_kind_of_checksum_is_refused_and_named(box):
    (outcome,) = take(frame(box, crc="modbus"))
    assert outcome.verdict == "C102"
    assert "fits=modbus" in RawFrame.objects.get(pk=outcome.frame_id).note


def test_a_device_with_the_modbus_profile_is_taken_and_answered_in_kind(enterprise):
    box = cards.controller(enterprise, crc_profile="modbus-swapped")
    (outcome,) = take(frame(box))
    (piece,) = FrameBuffer().feed(outcome.answer)
    from cardswipe.hj212 import crc

    assert crc.which(piece.segment, piece.crc) == "modbus-swapped"


def test_a_2005_device_gets_its_answer_in_the_way_of_2005(enterprise):
    box = cards.controller(enterprise, protocol_version=2005)
    (outcome,) = take(frame(box, cp=f"DataTime={local()};011-Rtd=40.1;B01-Rtd=10"))
    assert outcome.verdict == "C100"
    assert answer_of(outcome).cp["CN"] == "2011"
    assert Reading.objects.get(controller=box).values == [Decimal("40.1"), Decimal(10)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": "STOPPED"}, "C111"),
        ({"state": "REGISTERED"}, "C111"),
        ({"valid_to": datetime.date(2026, 11, 1)}, "C111"),
        ({"valid_from": datetime.date(2026, 12, 1)}, "C111"),
        ({"allowed_addresses": ["192.168.0.0/16"]}, "C112"),
        ({"allowed_addresses": ["10.0.0.0/24", "192.168.0.1"]}, "C100"),
    ],
)
def test_only_a_controller_in_use_from_its_own_addresses_counts(enterprise, changes, code):
    assert verdicts(frame(cards.controller(enterprise, **changes))) == [code]


def test_the_same_frame_again_is_answered_again_and_counted_once(box):
    data = frame(box)
    first, second = take(data, data)
    assert (first.verdict, second.verdict) == ("C100", "C121")
    assert second.answer == first.answer
    assert verdicts(data, link=Link(2, "10.0.0.9", 1), held={(2, box.pk): 1}) == ["C121"]
    assert Reading.objects.filter(controller=box).count() == 1


def test_other_figures_for_the_same_moment_change_nothing(box):
    other = frame(box, cp=f"DataTime={local()};w01018-Rtd=99.9")
    assert verdicts(frame(box), other) == ["C100", "C122"]
    assert Reading.objects.get(controller=box).values[0] == Decimal("40.1")


def test_bad_figures_and_unknown_factors_are_left_out_and_noted(box):
    cp = f"DataTime={local()};w01018-Rtd=NaN;zzz-Rtd=1;w00000-Rtd=1e3;w21003-Rtd=5.0"
    (outcome,) = take(frame(box, cp=cp))
    assert Reading.objects.get(controller=box).values == [None, None, Decimal("5.0")]
    note = RawFrame.objects.get(pk=outcome.frame_id).note
    assert note == "unknown-factor zzz; no-figure w01018; no-figure w00000"


def test_an_hour_of_a_continuous_outlet_debits_once(enterprise, hourly):
    (outcome,) = take(hour(hourly))
    event = DischargeEvent.objects.get()
    assert (event.kind, event.sequence, event.volume_l) == ("HOUR", 0, 36_000)
    assert (event.started_at, event.ended_at) == (NOW - datetime.timedelta(hours=1), NOW)
    assert event.frame_id == outcome.frame_id
    loads = dict(event.loads.values_list("pollutant_id", "quantity"))
    assert loads == {"COD": 12_500_000, "WATER": 36_000}
    assert verdicts(hour(hourly), held={(1, hourly.pk): 1}) == ["C121"]
    assert verdicts(hour(hourly, "99"), held={(1, hourly.pk): 1}) == ["C122"]
    assert DischargeEvent.objects.count() == 1


def test_an_hour_of_a_card_outlet_is_data_but_no_event(box):
    assert verdicts(hour(box)) == ["C100"]
    assert not DischargeEvent.objects.exists()


def test_an_hour_that_is_not_over_is_refused(hourly):
    assert verdicts(hour(hourly, begin=NOW)) == ["C124"]


def test_a_closed_session_debits_the_card(enterprise):
    card, box = cards.ready(enterprise)
    before = cards.balance(card)
    (outcome,) = take(session(box, card.card_no))
    assert outcome.verdict == "C100"
    assert cards.balance(card) == before - 10 * KG
    assert verdicts(session(box, card.card_no), held={(1, box.pk): 1}) == ["C121"]
    assert cards.balance(card) == before - 10 * KG


@pytest.mark.parametrize(
    ("kg", "code"),
    [("-1", "C127"), ("NaN", "C127"), ("1e3", "C127"), ("１", "C127"), ("99999999999999", "C127")],
)
def test_an_impossible_load_is_never_booked(enterprise, kg, code):
    card, box = cards.ready(enterprise)
    assert verdicts(session(box, card.card_no, kg)) == [code]
    assert not DischargeEvent.objects.exists()


def test_an_event_without_any_load_is_refused(box):
    cp = f"BeginTime={local()};EndTime={local()};CardNo=1;SwipeNo=1;w01001-Avg=7"
    assert verdicts(frame(box, "3903", cp)) == ["C129"]


def test_a_faulty_meter_makes_an_estimate_by_rule(enterprise):
    card, box = cards.ready(enterprise)
    assert verdicts(session(box, card.card_no, mark="D")) == ["C100"]
    event = DischargeEvent.objects.get()
    assert (event.is_estimate, event.marks) == (True, "COD:D")


def test_a_mark_that_a_region_holds_back_is_kept_for_an_officer(enterprise):
    card, box = cards.ready(enterprise)
    MarkRule.objects.create(
        region_id=enterprise.region.city_code,
        mark="D",
        treatment="HOLD",
        valid_from=datetime.date(2026, 1, 1),
        legal_basis="地方规定",
    )
    (outcome,) = take(session(box, card.card_no, mark="D"))
    assert outcome.verdict == "C130"
    assert outcome.answer is not None
    assert not DischargeEvent.objects.exists()


def test_a_mark_without_any_rule_is_held_back(enterprise):
    card, box = cards.ready(enterprise)
    assert verdicts(session(box, card.card_no, mark="X")) == ["C130"]


def swipe(box, card_no):
    (outcome,) = take(
        frame(box, "3901", f"DataTime={local()};CardNo={card_no};SwipeNo=7"),
        held={(1, box.pk): 1},
    )
    return answer_of(outcome)


def test_a_swipe_is_answered_with_what_is_left(enterprise):
    card, box = cards.ready(enterprise, 100 * KG)
    answer = swipe(box, card.card_no)
    assert (answer.cn, answer.st) == ("3902", "91")
    assert (answer.cp["SwipeRtn"], answer.cp["SwipeNo"]) == ("1", "7")
    assert answer.items == {"w01018": {"Left": "100.000000"}}
    assert answer.cp["CardSerial"] == "1"


def test_a_swipe_is_refused_for_unknown_foreign_blocked_and_empty_cards(enterprise, rival):
    card, box = cards.ready(enterprise, 100 * KG)
    foreign = cards.card(rival.enterprise)
    assert swipe(box, "NOCARD").cp["SwipeRtn"] == "2"
    assert swipe(box, foreign.card_no).cp["SwipeRtn"] == "3"
    take(session(box, card.card_no, "100"), held={(1, box.pk): 1})
    assert swipe(box, card.card_no).cp["SwipeRtn"] == "5"
    card.state, card.lost_at = "LOST", NOW
    card.save()
    assert swipe(box, card.card_no).cp["SwipeRtn"] == "4"


def test_a_second_session_of_one_controller_is_refused(box):
    first = take(frame(box))[0]
    other = Link(2, "10.9.9.9", 5)
    second = take(frame(box, cp=f"DataTime={local()};w01018-Rtd=1"), link=other)[0]
    assert (first.verdict, second.verdict, second.answer) == ("C100", "C115", None)
    assert cards.alarms(box.outlet.site.enterprise) == [("SECOND_LINK", None, 1)]
    close_sessions(ids=[first.session_id], end="CLOSED", now=NOW)
    assert take(frame(box), link=other)[0].verdict == "C121"
    assert DeviceSession.objects.filter(controller=box).count() == 2


def test_two_links_in_one_batch_do_not_share_a_session(box):
    from cardswipe.arrivals import arrival
    from cardswipe.queries.registry import Registry
    from cardswipe.services import take_frames
    from parties.services import system_actor

    take()
    arrivals = [
        arrival(Link(number, "10.0.0.1", number), NOW, FrameBuffer().feed(frame(box))[0])
        for number in (1, 2)
    ]
    outcomes = take_frames(
        by=system_actor("gateway"), arrivals=arrivals, registry=Registry(), held={}, gateway=1,
        now=NOW,
    )  # fmt: skip
    assert [outcome.verdict for outcome in outcomes] == ["C100", "C115"]


def test_the_sessions_of_a_dead_gateway_process_are_ended(box):
    dead = take(frame(box), gateway=99)[0]
    assert take(frame(box), gateway=100)[0].verdict == "C121"
    assert DeviceSession.objects.get(pk=dead.session_id).end == "DIED"


def test_the_live_meter_adds_up_and_begins_again_with_an_event(hourly):
    def at(second: int) -> bytes:
        moment = local(NOW - datetime.timedelta(seconds=60 - second))
        return frame(hourly, cp=f"DataTime={moment};w01018-Rtd=40.0;w00000-Rtd=10.0")

    for second in (0, 30):
        take(at(second), held={(1, hourly.pk): 1})
    meter = LiveMeter.objects.get(controller=hourly, pollutant="COD")
    assert (meter.amount, meter.value) == (40 * 10 * 30, Decimal("40.0"))
    assert LiveMeter.objects.get(controller=hourly, pollutant="WATER").amount == 300
    take(hour(hourly), held={(1, hourly.pk): 1})
    meter.refresh_from_db()
    assert (meter.amount, meter.since_at) == (0, NOW)


def test_the_valve_state_is_noted(box):
    verdicts(frame(box, "3912", f"DataTime={local()};Per=000"))
    box.refresh_from_db()
    assert box.valve_state == "CLOSED"
    assert verdicts(frame(box, "3912", f"DataTime={local()};Per=101")) == ["C105"]


@pytest.mark.parametrize("table", ["cardswipe_rawframe", "cardswipe_reading"])
@pytest.mark.parametrize("act", ["UPDATE {} SET cn = cn", "DELETE FROM {}"])
def test_frames_and_readings_are_never_changed(box, table, act):
    take(frame(box))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
            [table],
        )
        for name in [table, *(row[0] for row in cursor.fetchall())]:
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                cursor.execute(act.format(name))


@pytest.mark.parametrize(
    ("code", "kind"),
    [("C113", "BAD_ACCESS"), ("C124", "CLOCK_AHEAD"), ("C102", None), ("C110", None)],
)
def test_what_no_device_mends_by_itself_raises_an_alarm_once(enterprise, box, code, kind):
    for _ in range(3):
        verdicts(REFUSED[code](box))
    expected = [] if kind is None else [(kind, None, 3)]
    assert cards.alarms(enterprise) == expected


def test_contradicting_and_held_events_raise_one_alarm_each(enterprise, hourly):
    for kg in ("12.5", "13.5", "NaN"):
        verdicts(hour(hourly, kg))
    kinds = {kind for kind, _percent, _times in cards.alarms(enterprise)}
    assert {"CONFLICT", "BAD_REPORT"} <= kinds


def test_the_clock_makes_the_coming_months(db):
    from cardswipe.tasks import make_partitions

    make_partitions()
    make_partitions()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'cardswipe_reading'::regclass"
        )
        assert cursor.fetchone()[0] >= 5


def test_data_of_a_month_without_partition_makes_one(enterprise):
    box = cards.controller(enterprise)
    box.profile.backfill_days = 4000
    box.profile.save()
    moment = local(datetime.datetime(2019, 3, 15, 4, 0, tzinfo=datetime.UTC))
    assert verdicts(frame(box, cp=f"DataTime={moment};w01018-Rtd=1")) == ["C100"]


def test_a_frame_that_we_fail_to_read_is_kept_and_stops_nobody(box):
    segment: Any = frame(box)[6:-6].decode()  # text where bytes must be: a fault of ours
    broken = arrival(LINK, NOW, Piece(frame(box), segment, 0))
    assert broken.frame is None
    assert broken.fault is not None
    assert broken.fault.code == "C190"


def test_while_a_group_is_sent_the_next_may_be_read(box):
    many = [frame(box, cp=f"DataTime={local(NOW - n * MINUTE)};w01018-Rtd=1") for n in range(250)]
    room: list[int] = []
    outcomes = take(*many, meanwhile=room.append)
    assert {outcome.verdict for outcome in outcomes} == {"C100"}
    assert room == [SLICE // 2] * 6  # three slices of readings, three of frames
    kept = RawFrame.objects.filter(controller_id=box.pk), Reading.objects.filter(controller=box)
    assert [rows.count() for rows in kept] == [250, 250]
