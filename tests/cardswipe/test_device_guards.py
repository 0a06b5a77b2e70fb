"""Each guard of the device tables, broken once behind the services' back."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

from cardswipe import services
from cardswipe.models import (
    CommandAnswer,
    DeviceCommand,
    DeviceProfile,
    DeviceSession,
    Factor,
    GivenUpMonth,
    KeepingRule,
    LiveMeter,
    MarkRule,
    PollutantFactor,
)
from shell.refusals import Refusal
from tests.factories_cards import NOW, controller
from tests.factories_devices import frame, take

pytestmark = pytest.mark.django_db

DAY = datetime.date(2026, 1, 1)


@contextmanager
def refused(guard: str) -> Iterator[None]:
    """The database refuses the block by this guard."""
    with pytest.raises(DatabaseError, match=guard), transaction.atomic():
        yield


@pytest.fixture
def box(enterprise):
    return controller(enterprise)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("mn_is_six_to_24_letters_or_digits", {"mn": "short"}),
        ("mn_is_six_to_24_letters_or_digits", {"mn": "MN=1;2"}),
        ("controller_ends_after_it_begins", {"valid_to": datetime.date(2020, 1, 1)}),
        ("controller_protocol_version_is_known", {"protocol_version": 2018}),
        ("controller_crc_is_known", {"crc_profile": "any"}),
        ("controller_state_is_known", {"state": "BROKEN"}),
        ("controller_debits_by_session_or_hour", {"event_source": "BOTH"}),
    ],
)
def test_a_controller_that_cannot_be(enterprise, constraint, changes):
    with refused(constraint):
        controller(enterprise, **changes)


@pytest.mark.parametrize("column", ["password", "sm4_key"])
def test_no_secret_of_a_device_lies_in_clear_in_the_database(box, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM cardswipe_controller WHERE id = %s", [box.pk])
        assert box.password not in cursor.fetchone()[0]
        with refused("controller_secrets_are_sealed"):
            cursor.execute(f"UPDATE cardswipe_controller SET {column} = '123456'")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "a;b"}, "C152"),
        ({"password": "x" * 25}, "C152"),
        ({"sm4_key": "0" * 31}, "C153"),
    ],
)
def test_secrets_that_hj_212_cannot_carry_are_refused(box, officer, changes, code):
    with pytest.raises(Refusal, match=r"\w") as caught:
        services.change_controller(by=officer, controller=box, reason="核查", now=NOW, **changes)
    assert caught.value.code == code


def test_a_controller_is_never_deleted(box):
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        box.delete()  # guard: controller_is_never_deleted


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("profile_commands_are_four_digits", {"swipe_open_cn": "39x1"}),
        ("profile_batch_command_is_four_digits", {"offline_batch_cn": "39"}),
        ("profile_protocol_version_is_known", {"protocol_version": 2018}),
        ("profile_crc_is_known", {"crc_profile": "any"}),
        ("profile_load_source_is_known", {"load_source": "BOTH"}),
    ],
)
def test_a_device_profile_that_cannot_be(constraint, changes):
    with refused(constraint):
        DeviceProfile.objects.create(name="broken", **changes)


def test_a_controller_has_one_live_session(box):
    values = {"controller": box, "peer": "10.0.0.1:1", "gateway": 1, "opened_at": NOW}
    DeviceSession.objects.create(**values)
    with refused("one_live_session_per_controller"):
        DeviceSession.objects.create(**values)


@pytest.mark.parametrize("values", [{"end": "IDLE"}, {"closed_at": NOW}])
def test_a_session_that_ended_says_when_and_how(box, values):
    with refused("session_end_says_when"):
        DeviceSession.objects.create(
            controller=box, peer="10.0.0.1:1", gateway=1, opened_at=NOW, **values
        )


def test_factors_stand_once_and_with_known_units():
    known = Factor.objects.filter(code="w01018").first()
    with refused("factor_stands_once_in_its_standard"):
        Factor.objects.create(standard=known.standard, code=known.code, name_zh=known.name_zh)
    with refused("factor_amount_unit_is_known"):
        Factor.objects.create(standard="HJ 212-2017", code="w99999", amount_unit="lb")


def test_a_factor_measures_one_pollutant_and_a_pollutant_has_one_factor():
    with refused("factor_measures_one_pollutant"):
        PollutantFactor.objects.create(standard="HJ 212-2017", code="w01018", pollutant_id="VOCS")
    with refused("pollutant_has_one_factor_per_standard"):
        PollutantFactor.objects.create(standard="HJ 212-2017", code="w01019", pollutant_id="COD")


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("mark_rules_of_a_region_never_overlap", {"mark": "D"}),
        ("mark_rule_ends_after_it_begins", {"valid_to": datetime.date(2020, 1, 1)}),
        ("mark_treatment_is_known", {"treatment": "IGNORE"}),
    ],
)
def test_a_mark_rule_that_cannot_be(constraint, changes):
    values = {"mark": "Q", "treatment": "HOLD", "valid_from": DAY, "legal_basis": "地方规定"}
    with refused(constraint):
        MarkRule.objects.create(**values | changes)


def test_a_live_meter_is_never_negative(box):
    with refused("live_amount_is_never_negative"):
        LiveMeter.objects.create(
            controller=box, pollutant_id="COD", amount=-1, data_time=NOW, since_at=NOW
        )


def test_a_reading_stands_once_and_a_mark_for_each_factor(box):
    take(frame(box))
    again = "INSERT INTO cardswipe_reading SELECT * FROM cardswipe_reading WHERE controller_id = %s"
    with connection.cursor() as cursor:
        # Each month's partition carries reading_counts_once under a name of its own.
        with pytest.raises(DatabaseError, match="duplicate key"), transaction.atomic():
            cursor.execute(again, [box.pk])
        with pytest.raises(DatabaseError, match="check constraint"), transaction.atomic():
            cursor.execute(
                "INSERT INTO cardswipe_reading (controller_id, data_time, frame_id, cn, pno,"
                " factor_ids, marks) VALUES (%s, %s, 1, 2011, 0, '{1,2}', 'N')",
                [box.pk, NOW],
            )


def command(box, officer, **changes) -> DeviceCommand:
    values = {"kind": "GET_TIME", "reason": "核查", "asked_by": officer, "asked_at": NOW}
    return DeviceCommand.objects.create(controller=box, **values | changes)


SENT = {"state": "SENT", "qn": "20261120100000001", "sent_at": NOW}


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("one_command_on_the_wire_per_controller", SENT | {"qn": "20261120100000002"}),
        ("command_qn_is_never_used_twice", SENT | {"state": "DONE", "ended_at": NOW}),
        ("command_kind_is_known", {"kind": "OPEN_VALVE"}),
        ("command_states_have_their_times", {"state": "SENT"}),
        ("command_states_have_their_times", {"state": "DONE", "ended_at": NOW}),
        ("command_states_have_their_times", {"ended_at": NOW}),
    ],
)
def test_a_command_that_cannot_be(box, officer, constraint, changes):
    command(box, officer, **SENT)
    with refused(constraint):
        command(box, officer, **changes)


def test_a_new_password_waits_sealed(box, officer):
    command(box, officer, kind="SET_PASSWORD", secret="abc123")
    with connection.cursor() as cursor, refused("command_secret_is_sealed"):
        cursor.execute("UPDATE cardswipe_devicecommand SET secret = 'abc123'")


def test_a_frame_answers_a_command_once(box, officer):
    values = {"command": command(box, officer), "frame_id": 1, "cn": "2051", "received_at": NOW}
    CommandAnswer.objects.create(**values)
    with refused("frame_answers_a_command_once"):
        CommandAnswer.objects.create(**values)


def keeping(**changes) -> KeepingRule:
    values = {"frame_months": 60, "reading_months": 60, "valid_from": DAY, "legal_basis": "办法"}
    return KeepingRule.objects.create(**values | changes)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("keeping_rules_of_a_region_never_overlap", {"valid_from": datetime.date(2026, 5, 1)}),
        ("keeping_rule_ends_after_it_begins", {"valid_to": datetime.date(2020, 1, 1)}),
        ("keeping_rule_keeps_three_months_to_a_century", {"frame_months": 2}),
        ("keeping_rule_keeps_three_months_to_a_century", {"reading_months": 1201}),
    ],
)
def test_a_rule_of_keeping_that_cannot_be(city, county, constraint, changes):
    if "overlap" in constraint:
        keeping(region=county)
    with refused(constraint):
        keeping(region=county, **changes)


@pytest.mark.parametrize(
    ("constraint", "month"),
    [
        ("month_is_given_up_once", datetime.date(2020, 1, 1)),
        ("given_up_month_is_a_first_day", datetime.date(2020, 2, 2)),
    ],
)
def test_a_month_that_cannot_be_given_up(county, constraint, month):
    values = {"kept": "frames", "rows": 1, "rule": keeping(region=county), "given_up_at": NOW}
    GivenUpMonth.objects.create(month=datetime.date(2020, 1, 1), **values)
    with refused(constraint):
        GivenUpMonth.objects.create(month=month, **values)
