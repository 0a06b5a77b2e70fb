"""What a commit tells the open pages: each topic once, and only after it is committed."""

import json
from collections import Counter

import psycopg
import pytest
from django.db import transaction
from django.test import Client

from cardswipe import services
from cardswipe.services import sessions
from shell import live
from tests.factories_cards import NOW, controller, permit, ready
from tests.factories_devices import GATEWAY, frame, hour, take

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard(transactional_db):
    """Topics as the hub hears them: how often each was said since the last asking."""
    with psycopg.connect(**live.parameters(), autocommit=True) as ear:
        ear.execute(f"LISTEN {live.CHANNEL}")

        def topics() -> Counter[str]:
            said = [json.loads(note.payload) for note in ear.notifies(timeout=0.3)]
            return Counter(topic for one in said for topic in one["topics"])

        yield topics


def test_a_commit_of_many_frames_says_each_topic_once(heard, enterprise):
    _card, box = ready(enterprise)
    heard()
    take(frame(box), frame(box), hour(box))
    assert heard() == Counter(
        [
            f"controller:{box.pk}",
            f"meters:{enterprise.pk}",
            f"outlet:{box.outlet_id}",
            "controllers:33",
            "controllers:3399",
            "controllers:339901",
        ]
    )


def test_a_booked_event_speaks_to_the_enterprise_in_the_same_commit(heard, enterprise):
    permit(enterprise)
    box = controller(enterprise, event_source="HOUR")
    heard()
    take(hour(box), frame(box))
    said = heard()
    assert said[f"enterprise:{enterprise.pk}"] == said["controllers:33"] == 1


def test_a_transaction_that_fails_says_nothing(heard, enterprise):
    box = controller(enterprise)
    heard()
    with transaction.atomic():
        take(frame(box))
        transaction.set_rollback(True)
    assert not heard()


def test_a_frame_in_a_controllers_name_that_is_refused_reaches_its_page_alone(heard, enterprise):
    box = controller(enterprise)
    heard()
    take(frame(box, pw="guess1"))
    said = heard()
    assert said[f"controller:{box.pk}"] == 1
    assert f"meters:{enterprise.pk}" not in said


def test_the_end_of_a_session_and_a_command_reach_the_controllers_page(heard, engineer, enterprise):
    box = controller(enterprise)
    take(frame(box))
    heard()
    sessions.close_all_sessions(gateway=GATEWAY, end="STOPPED", now=NOW)
    assert heard() == Counter([f"controller:{box.pk}"])
    services.ask_command(
        by=engineer, controller=box, kind="GET_TIME", params={}, reason="核查", now=NOW
    )
    assert heard() == Counter([f"controller:{box.pk}"])


@pytest.mark.parametrize("kind", ["controller", "meters", "outlet"])
def test_a_stranger_hears_only_what_has_a_public_sign(kind, enterprise, agent, rival):
    box = controller(enterprise)
    keys = {"controller": box.pk, "meters": enterprise.pk, "outlet": box.outlet_id}
    topic = f"{kind}:{keys[kind]}"
    assert answer(None, topic) == answer(rival, topic) == 404
    assert answer(agent, topic) == (404 if kind in {"outlet", "controller"} else 200)
    permit(enterprise)
    assert answer(None, topic) == (200 if kind == "outlet" else 404)


def answer(member, topic: str) -> int:
    client = Client()
    if member:
        client.force_login(member.user)
    return client.get("/live/", {"topic": topic}).status_code
