"""Warning steps, alarms and the valve orders they request."""

import datetime

import pytest

from cardswipe import services
from cardswipe.models import Alarm, ValveOrder, WarningStep
from cardswipe.rules import Step, StepBase, step_after, steps_passed
from ledger.queries import positions
from ledger.rules import Purpose
from parties.models import Notice
from parties.services import system_actor
from tests import factories_proof
from tests.factories_cards import (
    KG,
    NOW,
    alarms,
    book,
    bound,
    held,
    load,
    period,
    permit,
    ready,
    report,
    step,
)
from tests.refused import refused

STEPS = [Step(80, 2, "YELLOW"), Step(90, 2, "RED"), Step(100, 5, "RED", closes_valve=True)]


@pytest.mark.parametrize(
    ("used", "current", "after"),
    [
        (0, 0, 0),
        (79, 0, 0),
        (80, 0, 80),
        (89, 80, 80),
        (90, 80, 90),
        (100, 0, 100),
        (130, 0, 100),
        (79, 80, 80),  # within the hysteresis the step holds
        (78, 80, 80),
        (77, 80, 0),
        (88, 90, 90),
        (87, 90, 80),
        (95, 100, 100),
        (94, 100, 90),
        (0, 100, 0),
    ],
)
def test_a_step_is_entered_at_its_share_and_left_below_its_hysteresis(used, current, after):
    assert step_after(used, 100, current, STEPS) == after


def test_any_use_of_nothing_is_all_of_it():
    assert step_after(1, 0, 0, STEPS) == 100
    assert step_after(0, 0, 0, STEPS) == 0


def test_steps_passed_are_those_between_and_none_on_the_way_down():
    assert [s.percent for s in steps_passed(0, 90, STEPS)] == [80, 90]
    assert steps_passed(90, 80, STEPS) == []


@pytest.fixture
def steps(enterprise, db):
    step(enterprise, 80)
    step(enterprise, 90, level="RED")
    step(enterprise, 100, level="RED", closes_valve=True)


def test_passing_80_percent_of_the_card_warns_once(enterprise, steps):
    held_card, box = ready(enterprise)
    book(report(box, 79 * KG))
    assert alarms(enterprise) == []
    book(report(box, KG))
    book(report(box, KG))
    assert alarms(enterprise) == [("STEP", 80, 1)]
    alarm = Alarm.objects.get()
    assert (alarm.card, alarm.level) == (held_card, "YELLOW")
    assert "80 %" in alarm.sentence


def test_a_warning_is_said_to_the_enterprise_and_a_red_one_to_the_city_too(enterprise, steps):
    _card, box = ready(enterprise)
    book(report(box, 85 * KG))
    said = Notice.objects.filter(link__startswith="/alarms/")
    notice = said.get()
    assert notice.enterprise == enterprise
    assert "80 %" in notice.text_en
    assert notice.link == f"/alarms/{Alarm.objects.get().pk}/"
    book(report(box, 6 * KG))
    to_city = said.get(bureau__region_id=enterprise.region.city_code)
    assert to_city.text_en.startswith(enterprise.name_en)
    assert said.count() == 3


def test_one_big_event_passes_all_steps_and_closes_the_valve(enterprise, steps):
    _card, box = ready(enterprise)
    book(report(box, 100 * KG))
    assert alarms(enterprise) == [("STEP", 80, 1), ("STEP", 90, 1), ("STEP", 100, 1)]
    order = ValveOrder.objects.get()
    assert (order.controller, order.action, order.cause, order.state) == (
        box,
        "CLOSE",
        "RULE",
        "REQUESTED",
    )
    assert order.alarm.percent == 100


def test_loading_leaves_the_steps_and_withdraws_the_unsent_order(enterprise, steps):
    held_card, box = ready(enterprise)
    book(report(box, 100 * KG))
    load(held_card, 900 * KG)
    assert alarms(enterprise) == []
    assert Alarm.objects.filter(state="HANDLED").count() == 3
    assert ValveOrder.objects.get().state == "FAILED"


def test_a_valve_that_a_rule_closed_is_opened_by_the_load(enterprise, steps):
    held_card, box = ready(enterprise)
    book(report(box, 100 * KG))
    gateway = system_actor("gateway")
    order = ValveOrder.objects.get()
    for state in ("SENT", "ACCEPTED"):
        services.advance_order(by=gateway, order_id=order.pk, to=state, now=NOW)
    services.note_valve_state(by=gateway, controller_id=box.pk, is_closed=True, now=NOW)
    load(held_card, 900 * KG)
    assert list(ValveOrder.objects.order_by("pk").values_list("action", "state")) == [
        ("CLOSE", "MOVED"),
        ("OPEN", "REQUESTED"),
    ]


def test_the_quota_has_steps_of_its_own(enterprise):
    step(enterprise, 50, base=StepBase.QUOTA)
    permit(enterprise)
    held_card, box = bound(enterprise)
    granted = next(
        p.granted for p in positions(enterprise, period(enterprise)) if p.pollutant.code == "COD"
    )
    load(held_card, granted)
    book(report(box, granted // 2 + 1))
    assert alarms(enterprise) == [("STEP", 50, 1)]
    assert Alarm.objects.get().params["total"] == granted
    assert held(enterprise, Purpose.DISCHARGED) == granted // 2 + 1


def test_the_county_may_have_steps_of_its_own(enterprise):
    step(enterprise, 80)
    step(enterprise, 60, region_id=enterprise.region_id)
    _card, box = ready(enterprise)
    book(report(box, 85 * KG))
    assert alarms(enterprise) == [("STEP", 60, 1)]


def test_a_step_of_another_time_does_not_warn(enterprise):
    step(enterprise, 80, valid_to=NOW.date() - datetime.timedelta(days=1))
    _card, box = ready(enterprise)
    book(report(box, 95 * KG))
    assert alarms(enterprise) == []


def test_the_usual_steps_are_given_to_a_region_once(officer, city):
    given = {"region": city, "valid_from": NOW.date(), "legal_basis": "地方做法"}
    assert len(services.set_default_steps(by=officer, **given)) == 4
    assert services.set_default_steps(by=officer, **given) == []
    assert WarningStep.objects.get(closes_valve=True).base == StepBase.CARD


@pytest.fixture
def alarm(enterprise, steps):
    _card, box = ready(enterprise)
    book(report(box, 85 * KG))
    return Alarm.objects.get()


def test_an_alarm_is_handled_once_with_words(alarm, officer):
    with refused("C304"):
        services.handle_alarm(by=officer, alarm=alarm, handling="  ", now=NOW)
    done = services.handle_alarm(by=officer, alarm=alarm, handling="已电话提醒", now=NOW)
    assert (done.state, done.handled_by, done.handling) == ("HANDLED", officer, "已电话提醒")
    with refused("C301"):
        services.handle_alarm(by=officer, alarm=alarm, handling="again", now=NOW)


def ask(officer, box, action="CLOSE"):
    return services.ask_valve_order(
        by=officer, controller=box, action=action, reason="应急处置", now=NOW
    )


def test_a_manual_order_needs_two_persons(enterprise, officer, second_officer):
    _card, box = ready(enterprise)
    order = ask(officer, box)
    assert not ValveOrder.objects.to_send().exists()
    with refused("A201"):
        services.decide_valve_order(by=officer, order=order, granted=True, reason="", now=NOW)
    services.decide_valve_order(by=second_officer, order=order, granted=True, reason="", now=NOW)
    assert not ValveOrder.objects.to_send().exists(), "not yet in the proof log"
    factories_proof.keep()
    assert ValveOrder.objects.to_send().get() == order
    with refused("C302"):
        services.decide_valve_order(
            by=second_officer, order=order, granted=False, reason="", now=NOW
        )


def test_a_refused_order_never_reaches_the_gateway(enterprise, officer, second_officer):
    _card, box = ready(enterprise)
    order = ask(officer, box)
    done = services.decide_valve_order(
        by=second_officer, order=order, granted=False, reason="不同意", now=NOW
    )
    assert (done.state, done.outcome) == ("REFUSED", "不同意")
    with refused("C302"):
        services.advance_order(by=officer, order_id=order.pk, to="SENT", now=NOW)


def test_a_valve_has_one_open_order(enterprise, officer, second_officer):
    _card, box = ready(enterprise)
    ask(officer, box)
    with refused("C303"):
        ask(second_officer, box, "OPEN")


def test_news_of_an_order_is_taken_once_and_in_order(enterprise, officer, second_officer):
    _card, box = ready(enterprise)
    order = ask(officer, box)
    services.decide_valve_order(by=second_officer, order=order, granted=True, reason="", now=NOW)
    gateway = system_actor("gateway")
    with refused("C302"):
        services.advance_order(by=gateway, order_id=order.pk, to="MOVED", now=NOW)
    first = services.advance_order(by=gateway, order_id=order.pk, to="SENT", now=NOW)
    again = services.advance_order(
        by=gateway, order_id=order.pk, to="SENT", now=NOW + datetime.timedelta(hours=1)
    )
    assert again.sent_at == first.sent_at
    failed = services.advance_order(
        by=gateway, order_id=order.pk, to="FAILED", now=NOW, outcome="no answer"
    )
    assert failed.ended_at == NOW
