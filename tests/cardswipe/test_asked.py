"""What was not said is never guessed: a decision, a quota period, which state was changed."""

import uuid

import pytest
from django.urls import reverse

from cardswipe import services
from cardswipe.models import ValveOrder
from cardswipe.rules import AlarmKind
from cardswipe.services.alarms import AlarmSpec, raise_alarms
from cardswipe.ways import WAYS, ways_of
from shell.rules import RuleBroken
from shell.units import check_within
from tests import factories_cards as made
from tests.factories_cards import NOW, bound, ready

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("decision", [{}, {"decision": ""}, {"decision": "GRANT"}])
def test_a_valve_order_without_a_decision_is_neither_granted_nor_refused(
    client, enterprise, officer, second_officer, decision
):
    _card, box = bound(enterprise)
    order = services.ask_valve_order(
        by=officer, controller=box, action="CLOSE", reason="超标", now=NOW
    )
    client.force_login(second_officer.user)
    form = {"reason": "同意", "once": str(uuid.uuid4())} | decision
    answer = client.post(reverse("valve_order_decide", args=[order.pk]), form)
    assert answer.status_code == 422
    assert "C305" in answer.text
    assert ValveOrder.objects.get().state == "ASKED"


def test_an_unknown_quota_period_is_not_found(client, enterprise, agent, time_machine):
    time_machine.move_to(NOW, tick=False)
    held, _box = ready(enterprise)
    client.force_login(agent.user)
    for address in (
        reverse("card_load", args=[held.pk]),
        reverse("month_plan", args=[enterprise.pk]),
        reverse("cap", args=["339900"]),
    ):
        assert client.get(address).status_code == 200
        for wanted in ("999999", "x"):
            assert client.get(address, {"period": wanted}).status_code == 404, address


def test_a_load_that_does_not_say_its_period_is_asked_for_it(
    client, enterprise, agent, time_machine
):
    time_machine.move_to(NOW, tick=False)
    held, _box = ready(enterprise)
    client.force_login(agent.user)
    form = {"quantity_COD": "0.050", "mode": "YEARLY", "once": str(uuid.uuid4())}
    answer = client.post(reverse("card_load", args=[held.pk]), form | {"confirmed": "1"})
    assert answer.status_code == 422
    assert "未说明计入哪个配额期" in answer.text
    assert made.balance(held) == 100 * made.KG


def test_an_edit_that_does_not_say_which_state_it_saw_is_refused(client, enterprise, officer):
    client.force_login(officer.user)
    address = reverse("edit_enterprise", args=[enterprise.pk])
    answer = client.post(address, {"name": "改名", "reason": "更正"})
    assert "A411" in answer.text
    enterprise.refresh_from_db()
    assert enterprise.name != "改名"


def test_a_quantity_of_zero_is_refused_without_a_figure_nobody_writes():
    with pytest.raises(RuleBroken, match="S110"):
        check_within(0, least=1, most=None, show="t")
    with pytest.raises(RuleBroken, match="S106"):
        check_within(0, least=1, most=None)


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_the_advice_of_every_alarm_leads_somewhere(enterprise, officer, kind):
    held, box = bound(enterprise)
    alarm = made.Alarm(kind=kind, enterprise=enterprise, controller=box, card=held)
    assert ways_of(alarm, officer), kind
    assert kind not in WAYS or WAYS[kind]


def test_the_ways_of_an_alarm_stand_on_its_page(client, enterprise, agent):
    held, box = bound(enterprise)
    raise_alarms(specs=[AlarmSpec(AlarmKind.NO_CARD, enterprise.pk, box.pk, held.pk)], now=NOW)
    client.force_login(agent.user)
    page = client.get(reverse("alarm", args=[made.Alarm.objects.get().pk])).text
    assert f'href="{reverse("cards")}"' in page
    assert reverse("controller", args=[box.pk]) not in page, "not for the enterprise's people"
