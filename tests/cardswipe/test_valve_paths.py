"""A valve never moves but by a released order that stands in the proof log (reliability H18)."""

import re
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from cardswipe import services
from cardswipe.models import Alarm, Controller, ValveOrder
from cardswipe.queries.registry import Registry
from cardswipe.services.orders import send_orders
from parties.services import system_actor
from tests import factories_proof
from tests.factories_cards import NOW, bound
from tests.refused import refused

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def box(enterprise, db) -> Controller:
    return bound(enterprise)[1]


def sent(box):
    """The frames that would go out to the controller now."""
    devices = {box.pk: Registry().find([box.mn], now=NOW)[box.mn][1]}
    return send_orders(by=system_actor("gateway"), devices=devices, now=NOW)


def ask(by, box):
    return services.ask_valve_order(
        by=by, controller=box, action="OPEN", reason="消防废水应急放行", now=NOW
    )


def test_nothing_goes_out_before_two_persons_and_the_proof_log(box, officer, second_officer):
    order = ask(officer, box)
    factories_proof.keep()
    assert sent(box) == [], "one person is not enough"
    services.decide_valve_order(by=second_officer, order=order, granted=True, reason="", now=NOW)
    assert sent(box) == [], "released, but not yet in the proof log"
    factories_proof.keep()
    ((controller, frame),) = sent(box)
    assert controller == box.pk
    assert f"OrderNo={order.pk};Per=100".encode() in frame
    assert sent(box) == [], "sent once"


def test_a_refused_order_never_goes_out(box, officer, second_officer):
    order = ask(officer, box)
    services.decide_valve_order(by=second_officer, order=order, granted=False, reason="", now=NOW)
    factories_proof.keep()
    assert sent(box) == []
    for state in ("REQUESTED", "SENT", "MOVED"):
        with refused("C302"):
            services.advance_order(by=officer, order_id=order.pk, to=state, now=NOW)


def test_one_person_on_the_pages_moves_nothing(box, officer):
    client = Client()
    client.force_login(officer.user)
    form = {"action": "OPEN", "reason": "急", "once": "8f2f8c5e-4f3c-4d52-8f39-0d6d7a1f3c11"}
    made = client.post(f"/controllers/{box.pk}/valve/", form)
    again = client.post(f"{made['Location']}decide/", form | {"decision": "grant"})
    assert again.status_code in {409, 422}
    assert ValveOrder.objects.get().state == "ASKED"
    factories_proof.keep()
    assert sent(box) == []


def by_rule(box, action: str, alarm: Alarm) -> ValveOrder:
    """An order written into the table, past every service, as the application's role could."""
    with transaction.atomic():
        return ValveOrder.objects.create(
            controller=box,
            action=action,
            cause="RULE",
            state="REQUESTED",
            reason="step",
            alarm=alarm,
            asked_by=system_actor("gateway"),
            asked_at=NOW,
            requested_at=NOW,
        )


def raised(owner, kind: str = "STEP") -> Alarm:
    return Alarm.objects.create(
        kind=kind, level="RED", enterprise=owner, percent=100, opened_at=NOW, last_at=NOW
    )


def test_a_row_written_by_hand_opens_no_valve(box, enterprise, rival):
    step, foreign = raised(enterprise), raised(rival.enterprise)
    for action, alarm in (
        ("OPEN", step),  # nothing was closed by a rule
        ("CLOSE", foreign),  # another's step
        ("CLOSE", raised(enterprise, "NO_CARD")),  # no step at all
    ):
        with pytest.raises(IntegrityError, match="no warning step"):
            by_rule(box, action, alarm)
    shut = by_rule(box, "CLOSE", step)
    ValveOrder.objects.filter(pk=shut.pk).update(state="FAILED", ended_at=NOW)
    assert by_rule(box, "OPEN", step).pk


def test_only_one_place_in_the_source_writes_a_valve_command():
    """Whoever adds a second path to a valve meets this test first."""
    writes = re.compile(r"Per=\{|\border_frame\(|\bsend_orders\(")
    places = {
        str(path.relative_to(ROOT))
        for app in ("cardswipe", "trading", "permits", "ledger", "parties", "shell", "config")
        for path in (ROOT / app).rglob("*.py")
        if writes.search(path.read_text())
    }
    # The simulator plays the controller, which reports where its valve stands.
    assert places - {"cardswipe/simulator.py"} == {
        "cardswipe/gateway.py",
        "cardswipe/services/orders.py",
    }
