"""The two sources of an hour's load: kept side by side, a difference is an alarm for a person."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from cardswipe import services
from cardswipe.models import Alarm, LoadCheck, LoadCheckRule
from cardswipe.sentences import spoken_params
from tests.factories_cards import NOW, controller, permit
from tests.factories_devices import LINK, frame, local, take

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
BEGIN = NOW - 2 * HOUR


def minute(box, number, *, cod="40", flow="10", mark="N", more=""):
    at = BEGIN + number * datetime.timedelta(minutes=10)
    cp = f"DataTime={local(at)};w00000-Avg={flow},w00000-Flag=N;w01018-Avg={cod},w01018-Flag={mark}"
    return frame(box, "2051", cp + more)


def hour_of(box, kg="1.44"):
    cp = f"DataTime={local(BEGIN)};w00000-Cou=36.0;w01018-Avg=40,w01018-Cou={kg},w01018-Flag=N"
    return frame(box, "2061", cp)


@pytest.fixture
def box(enterprise):
    permit(enterprise)
    return controller(enterprise)


def check():
    return services.check_loads(since=NOW - 5 * HOUR, until=NOW, now=NOW)


def kinds():
    return set(Alarm.objects.values_list("kind", flat=True))


def honest(box):
    """Minutes of a running meter: no two alike, 36 m³ in all."""
    return [minute(box, n, cod=str(40 + n % 2), flow=("9.9", "10.1")[n % 2]) for n in range(6)]


def test_an_honest_hour_is_kept_from_both_sources_without_an_alarm(box):
    take(*honest(box), hour_of(box, "1.458"))
    assert check() == 2
    cod = LoadCheck.objects.get(pollutant_id="COD")
    assert (cod.device, cod.own, cod.valid, cod.due, cod.verdict) == (
        1_458_000, 1_458_180, 6, 6, "EQUAL",
    )  # fmt: skip
    assert LoadCheck.objects.get(pollutant_id="WATER").own == 36_000
    assert kinds() == set()


def test_a_cheating_meter_is_found_by_its_own_minutes(box):
    take(*honest(box), hour_of(box, "0.9"))
    check()
    alarm = Alarm.objects.get(kind="LOAD_DIFFERS")
    assert alarm.level == "RED"
    assert "0.0009 t" in alarm.sentence or "0.000900 t" in alarm.sentence


def test_an_hour_is_compared_once_however_often_the_clock_calls(box):
    take(*honest(box), hour_of(box, "0.9"))
    assert (check(), check()) == (2, 0)
    assert Alarm.objects.get(kind="LOAD_DIFFERS").times == 1


def test_one_abnormal_minute_of_water_leaves_nothing_to_compare(box):
    take(*honest(box)[:5], minute(box, 5, mark="D"), hour_of(box, "0.1"))
    check()
    assert LoadCheck.objects.get(pollutant_id="COD").verdict == "TOO_FEW"
    assert "LOAD_DIFFERS" not in kinds()


def test_a_region_with_its_own_rule_goes_by_it(box):
    LoadCheckRule.objects.create(
        region=box.outlet.site.region, valid_from=NOW.date(), legal_basis="办法", tolerance=900,
        least_valid_water=1000, least_valid_gas=750, least_day_water=750, least_day_gas=833,
        frozen_minutes=60, gap_minutes=60,
        implausible_times=100, clock_shift_s=600,
    )  # fmt: skip
    take(*honest(box), hour_of(box, "0.9"))
    check()
    assert kinds() == set()


@pytest.mark.parametrize(
    ("minutes", "kind"),
    [
        ([("40", "10")] * 6, "FROZEN"),
        ([("40", "10"), ("41", "10"), ("42", "10")], "DATA_GAP"),
        ([("40", "10"), ("41", "9"), ("-3", "10"), ("42", "9"), ("40", "10"), ("41", "9")],
         "IMPLAUSIBLE"),
        ([("40", "10"), ("41", "9"), ("1001", "10"), ("42", "9"), ("40", "10"), ("41", "9")],
         "IMPLAUSIBLE"),
    ],
)  # fmt: skip
def test_what_is_doubtful_in_an_hour_is_an_alarm(box, minutes, kind):
    take(*(minute(box, n, cod=c, flow=f) for n, (c, f) in enumerate(minutes)), hour_of(box))
    check()
    assert kind in kinds()


@pytest.mark.parametrize(("minutes_off", "is_told"), [(0, False), (9, False), (-30, True)])
def test_a_clock_that_is_off_is_told_by_the_time_of_sending(box, minutes_off, is_told):
    shifted = NOW + datetime.timedelta(minutes=minutes_off)
    take(frame(box, qn=f"{local(shifted)}001"), link=LINK)
    assert ("CLOCK_SHIFT" in kinds()) is is_told


CHECK = "controller_id, started_at, pollutant_id, own, valid, due, verdict, checked_at"
RULE = (
    "valid_from, legal_basis, note, tolerance, least_valid_water, least_valid_gas, least_day_water,"
    " least_day_gas, frozen_minutes, gap_minutes, implausible_times, clock_shift_s"
)
GUARDS = {
    "load_check_is_never_negative": (
        f"INSERT INTO cardswipe_loadcheck ({CHECK}) SELECT controller_id, started_at - interval"
        " '1 h', pollutant_id, -1, valid, due, verdict, checked_at FROM cardswipe_loadcheck"
    ),
    "load_check_is_not_updated": "UPDATE cardswipe_loadcheck SET own = 1",
    "load_check_is_not_deleted": "DELETE FROM cardswipe_loadcheck",
    "load_check_is_not_truncated": "TRUNCATE cardswipe_loadcheck",
    "load_check_rule_holds_shares": "UPDATE cardswipe_loadcheckrule SET tolerance = 1001",
    "load_check_rule_ends_after_it_begins": (
        "UPDATE cardswipe_loadcheckrule SET valid_to = valid_from - 1"
    ),
    "load_check_rules_of_a_region_never_overlap": (
        f"INSERT INTO cardswipe_loadcheckrule ({RULE}) SELECT {RULE} FROM cardswipe_loadcheckrule"
    ),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_the_database_keeps_what_was_compared_and_by_which_rule(box, guard):
    take(*honest(box), hour_of(box))
    check()
    with (
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        # Nothing may wait for its check when TRUNCATE comes.
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {GUARDS[guard]}")
    assert guard in str(refused.value) + str(refused.value.__cause__)


def test_minutes_are_expected_only_of_those_that_send_any(box):
    take(hour_of(box))
    assert (check(), kinds()) == (0, set())


def test_the_flow_of_gas_serves_the_integral_and_is_no_pollutant(enterprise):
    permit(enterprise)
    box = controller(enterprise, code="DA001", event_source="HOUR")
    rows = [
        frame(
            box,
            "2051",
            f"DataTime={local(BEGIN + n * datetime.timedelta(minutes=10))};"
            f"a00000-Avg={10 + n},a00000-Flag=N;a21026-Avg=40,a21026-Flag=N",
        )
        for n in range(6)
    ]
    said = "a00000-Cou=45000,a00000-Flag=N;a21026-Avg=40,a21026-Cou=1.8,a21026-Flag=N"
    take(*rows, frame(box, "2061", f"DataTime={local(BEGIN)};{said}"))
    assert check() == 1
    one = LoadCheck.objects.get()
    assert (one.pollutant_id, one.own, one.verdict) == ("SO2", 1_800_000, "EQUAL")


def test_a_stopped_source_gives_valid_minutes(box):
    stopped = [minute(box, n, cod="0", flow="0", mark="F") for n in range(6)]
    take(*stopped, hour_of(box, "0"))
    check()
    one = LoadCheck.objects.get(pollutant_id="COD")
    assert (one.valid, one.own, one.verdict) == (6, 0, "EQUAL")


@pytest.mark.parametrize(
    ("figures", "fell"),
    [
        (["100.0", "100.5", "100.5", "101.25", "102", "103"], None),
        (["100.0", "100.5", "90.25", "91", "92", "93"], "100.5 m³ to 90.25 m³"),
        (["100.0", "100.5", "0", "1", "2", "3"], "100.5 m³ to 0 m³"),
    ],
)
def test_a_totaliser_that_runs_backwards_is_told(box, figures, fell):
    rows = [
        minute(box, n, cod=str(40 + n % 2), flow=("9.9", "10.1")[n % 2], more=f";w00001-Avg={read}")
        for n, read in enumerate(figures)
    ]
    take(*rows, hour_of(box, "1.458"))
    assert (check(), check()) == (2, 0)
    with translation.override("en"):
        said = [alarm.sentence for alarm in Alarm.objects.filter(kind="TOTALISER")]
    assert len(said) == (fell is not None)
    assert all(fell in sentence for sentence in said)


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (-62117, "慢 17 小时 15 分 17 秒", "behind by 17 h 15 min 17 s"),
        (905, "快 0 小时 15 分 5 秒", "ahead by 0 h 15 min 5 s"),
    ],
)
def test_a_wrong_clock_is_told_in_hours_and_which_way(seconds, zh, en):
    with translation.override("zh-hans"):
        assert spoken_params({"seconds": seconds}, "")["seconds"] == zh
    with translation.override("en"):
        assert spoken_params({"seconds": seconds}, "")["seconds"] == en
