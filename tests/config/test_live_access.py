"""Who may listen to the live stream: each topic is checked like the page it refreshes."""

import pytest
from django.test import Client


def listen(member, *topics):
    client = Client()
    if member:
        client.force_login(member.user)
    answer = client.get("/live/", {"topic": topics})
    return answer.status_code, b"" if answer.streaming else answer.content


@pytest.mark.usefixtures("county")
def test_own_people_and_their_bureau_hear_an_enterprise(officer, agent, enterprise):
    for member in (officer, agent):
        assert listen(member, f"enterprise:{enterprise.pk}")[0] == 200


def test_a_foreign_topic_and_an_absent_one_are_refused_alike(rival, enterprise):
    for topic in (f"enterprise:{enterprise.pk}", "enterprise:999999999"):
        status, body = listen(rival, topic)
        assert status == 404
        assert b"S401" in body
    own = f"enterprise:{rival.enterprise_id}"
    assert listen(rival, own, f"enterprise:{enterprise.pk}")[0] == 404


@pytest.mark.parametrize("topic", ["enterprise:x", "nothing:1", "enterprise", "", "desk:33"])
def test_what_is_no_topic_of_ours_is_refused(agent, topic):
    assert listen(agent, topic)[0] == 404


def test_a_stranger_hears_nothing_of_an_enterprise(enterprise):
    assert listen(None, f"enterprise:{enterprise.pk}")[0] == 404
