"""Outlets where our own integral is debited: the hour's frame books nothing, its minutes do."""

import datetime

import pytest

from cardswipe import services
from cardswipe.models import DischargeEvent, LoadSourceRule
from cardswipe.refusals import OwnNeedsController
from ledger.rules import Purpose
from parties.services import system_actor
from tests import factories_permits
from tests.factories_cards import NOW, bound, held, load, permit
from tests.factories_devices import frame, local, take

pytestmark = pytest.mark.django_db
HOUR, TEN = datetime.timedelta(hours=1), datetime.timedelta(minutes=10)
BEGIN = NOW.replace(minute=0, second=0, microsecond=0) - 2 * HOUR


def rule(box, **given):
    values = {"source": "OWN", "valid_from": datetime.date(2026, 1, 1), "legal_basis": "办法"}
    region = box.outlet.site.region
    return LoadSourceRule(outlet=box.outlet, region=region, **values | given)


@pytest.fixture
def box(enterprise):
    permit(enterprise)
    made, box = bound(enterprise, event_source="HOUR")
    load(made)
    return box


@pytest.fixture
def own(box):
    rule(box).save()
    return box


def minutes(box, *, mark="N", count=6):
    """Ten litres a second at 40 and 41 mg/L in turn."""
    return [
        frame(
            box,
            "2051",
            f"DataTime={local(BEGIN + n * datetime.timedelta(minutes=10))};w00000-Avg=10,"
            f"w00000-Flag=N;w01018-Avg={40 + n % 2},w01018-Flag={mark if n == 5 else 'N'}",
        )
        for n in range(count)
    ]


def hour(box, kg):
    cp = f"DataTime={local(BEGIN)};w00000-Cou=36.0;w01018-Avg=40,w01018-Cou={kg},w01018-Flag=N"
    return frame(box, "2061", cp)


def book():
    return services.book_own_hours(
        by=system_actor("clock"), since=BEGIN - HOUR, until=BEGIN + HOUR, now=NOW
    )


def test_the_minutes_are_debited_and_the_devices_sum_is_not(own, enterprise):
    (*_minutes, outcome) = take(*minutes(own), hour(own, "0.5"))
    assert "own-integral" in outcome.notes
    assert DischargeEvent.objects.count() == 0
    assert book() == 1
    event = DischargeEvent.objects.get()
    assert (event.marks, event.is_estimate, event.volume_l) == ("OWN", False, 36_000)
    # 3 × 6 m³ at 40 g/m³ and at 41 g/m³.
    assert held(enterprise, Purpose.DISCHARGED) == 1_458_000


def test_an_hour_is_booked_once_whatever_comes_again(own, enterprise):
    take(*minutes(own), hour(own, "0.5"))
    assert (book(), book()) == (1, 0)
    take(*minutes(own), hour(own, "0.5"))
    assert book() == 0
    assert held(enterprise, Purpose.DISCHARGED) == 1_458_000


def test_minutes_alone_are_enough(own, enterprise):
    take(*minutes(own))
    assert book() == 1
    assert held(enterprise, Purpose.DISCHARGED) == 1_458_000


def test_two_minutes_left_far_apart_are_no_slow_device(own, enterprise):
    first, *_lost, third = minutes(own, count=4)
    earlier = [
        frame(own, "2051", f"DataTime={local(BEGIN - n * TEN)};w00000-Avg=1,w00000-Flag=N")
        for n in range(1, 5)
    ]
    take(*earlier, first, third, hour(own, "0.5"))
    book()
    event = DischargeEvent.objects.get(started_at=BEGIN)
    assert event.is_estimate
    assert dict(event.loads.values_list("pollutant_id", "quantity"))["COD"] == 500_000


def test_a_slow_device_that_sent_all_it_sends_is_measured(own, enterprise):
    every = [
        frame(
            own,
            "2051",
            f"DataTime={local(BEGIN + n * 3 * TEN)};w00000-Avg=10,w00000-Flag=N;"
            "w01018-Avg=40,w01018-Flag=N",
        )
        for n in range(-3, 2)
    ]
    take(*every, hour(own, "0.5"))
    book()
    event = DischargeEvent.objects.get(started_at=BEGIN)
    assert not event.is_estimate
    assert dict(event.loads.values_list("pollutant_id", "quantity"))["COD"] == 1_440_000


def test_one_abnormal_minute_makes_the_hour_an_estimate_by_the_devices_sum(own, enterprise):
    take(*minutes(own, mark="D"), hour(own, "1.6"))
    book()
    event = DischargeEvent.objects.get()
    assert (event.is_estimate, event.marks) == (True, "OWN COD:5/6")
    assert held(enterprise, Purpose.DISCHARGED) == 1_600_000


def test_without_a_rule_the_device_is_debited_and_nothing_else(box, enterprise):
    take(*minutes(box), hour(box, "0.5"))
    assert DischargeEvent.objects.count() == 1
    assert book() == 0
    assert held(enterprise, Purpose.DISCHARGED) == 500_000


def test_the_rule_of_the_hours_own_day_counts(box, enterprise):
    rule(box, valid_from=NOW.date() + datetime.timedelta(days=1)).save()
    take(*minutes(box), hour(box, "0.5"))
    assert held(enterprise, Purpose.DISCHARGED) == 500_000


def test_the_source_is_chosen_by_an_officer_and_only_where_a_controller_stands(
    box, officer, enterprise
):
    services.set_load_source(by=officer, rule=rule(box), reason="在线数据更可靠")
    after = rule(box, source="DEVICE", valid_from=datetime.date(2026, 6, 1))
    services.set_load_source(by=officer, rule=after, reason="恢复")
    first = LoadSourceRule.objects.get(source="OWN")
    assert first.valid_to == datetime.date(2026, 5, 31)
    box.outlet = factories_permits.outlet(box.outlet.site, code="DW002")
    with pytest.raises(OwnNeedsController):
        services.set_load_source(by=officer, rule=rule(box), reason="x")
