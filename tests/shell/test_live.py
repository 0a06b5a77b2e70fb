"""Live streams against a real web process: what a commit says reaches every open page."""

import asyncio
import http.client
import json
import time
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client

from shell import live
from shell.sentences import TopicUnknown
from tests.browser.server import web_process

WAIT_S = 8


@pytest.fixture(scope="module")
def _web(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), web_process() as address:
        yield address


@pytest.fixture
def address(transactional_db, _web):
    return _web


class Reader:
    """One open page: reads the stream line by line."""

    def __init__(self, address, *topics, member=None):
        place = urlsplit(address)
        self.link = http.client.HTTPConnection(place.hostname, place.port, timeout=WAIT_S)
        headers = {"Accept": "text/event-stream"}
        if member:
            client = Client()
            client.force_login(member.user)
            headers["Cookie"] = f"sessionid={client.cookies['sessionid'].value}"
        query = "&".join(f"topic={topic}" for topic in topics)
        self.link.request("GET", f"/live/?{query}", headers=headers)
        self.answer = self.link.getresponse()

    def hear(self):
        """The next event's name and data."""
        name = ""
        while True:
            line = self.answer.readline().decode().strip()
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                return name, json.loads(line[6:])

    def leave(self):
        self.link.close()
        self.answer.close()


def listeners() -> list[int]:
    """The process ids of connections that listen for pages in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database()",
            [live.CHANNEL],
        )
        return [pid for (pid,) in cursor.fetchall()]


def wait_for(condition) -> None:
    ends_at = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < ends_at, "it did not happen in time"
        time.sleep(0.05)


def test_commit_reaches_two_pages_and_rollback_none(address, agent, officer):
    topic = f"enterprise:{agent.enterprise_id}"
    readers = [Reader(address, topic, member=member) for member in (agent, officer)]
    for reader in readers:
        assert reader.answer.getheader("Content-Type") == "text/event-stream"
        assert reader.answer.getheader("X-Accel-Buffering") == "no"
        assert reader.hear() == (f"live:{topic}", {"topic": topic})
    assert len(listeners()) == 1
    with transaction.atomic():
        live.notify(topic, payload={"id": 1})
        transaction.set_rollback(True)
    with transaction.atomic():
        live.notify(topic, payload={"id": 2})
    for reader in readers:
        assert reader.hear() == (f"live:{topic}", {"topic": topic, "id": 2})
        reader.leave()
    wait_for(lambda: not listeners())


def test_page_hears_everything_again_after_the_database_dropped_the_line(address, officer):
    reader = Reader(address, "desk:339900", member=officer)
    reader.hear()
    (lost,) = listeners()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [lost])
    assert reader.hear() == ("live:desk:339900", {"topic": "desk:339900"})
    live.notify("desk:339900", payload={"id": 7})
    assert reader.hear()[1]["id"] == 7
    reader.leave()


def test_other_topics_are_not_heard(address, officer):
    reader = Reader(address, "desk:339900", member=officer)
    reader.hear()
    live.notify("desk:339901")
    live.notify("desk:339900", payload={"id": 1})
    assert reader.hear()[1] == {"topic": "desk:339900", "id": 1}
    reader.leave()


def test_foreign_and_absent_topics_look_the_same(address, agent, rival):
    foreign = f"enterprise:{agent.enterprise_id}"
    for topic in (foreign, "enterprise:999999999", "nothing:1", "desk:339900", "x", ""):
        reader = Reader(address, topic, member=rival)
        assert reader.answer.status == 404
        reader.leave()
    stranger = Reader(address, foreign)
    assert stranger.answer.status == 404
    stranger.leave()


def test_too_many_topics_are_refused(rf):
    with pytest.raises(TopicUnknown):
        live.check_topics(None, [f"auction:{n}" for n in range(live.MOST_TOPICS + 1)])
    with pytest.raises(TopicUnknown):
        live.check_topics(None, [])


def test_slow_page_keeps_only_the_newest_message_of_each_topic():
    async def fill():
        mailbox = live.Mailbox(["auction:1", "auction:2"])
        for number in range(10_000):
            mailbox.put("auction:1", str(number))
        mailbox.put("auction:2", "x")
        return mailbox.take(), mailbox.waiting, mailbox.bell.is_set()

    taken, rest, rings = asyncio.run(fill())
    assert taken == {"auction:1": "9999", "auction:2": "x"}
    assert not rest
    assert not rings


def test_a_topic_in_its_pause_waits_and_then_says_the_newest(monkeypatch):
    monkeypatch.setitem(live.PAUSES, "auction", 2)

    async def hear():
        mailbox = live.Mailbox(["auction:1", "desk:33"])
        said = []
        for at, number in ((10, 1), (11, 2), (11.5, 3), (12.5, 4)):
            mailbox.put("auction:1", str(number))
            said.append(mailbox.take(at))
        mailbox.put("desk:33", "x")
        return said, mailbox.take(12.6), mailbox.bell.is_set(), mailbox.take(14.5)

    said, other, rings, last = asyncio.run(hear())
    assert said == [{"auction:1": "1"}, {}, {}, {"auction:1": "4"}]
    assert other == {"desk:33": "x"}
    assert (rings, last) == (False, {})


def test_many_topics_travel_in_few_messages_that_the_database_takes():
    topics = [f"controller:{number}" for number in range(2_000)]
    messages = list(live.packed(topics, {"kind": "discharge"}))
    assert [name for text in messages for name in json.loads(text)["topics"]] == topics
    assert max(map(len, messages)) < 8_000
    assert len(messages) < 10


@pytest.mark.django_db
def test_what_is_gathered_goes_out_once_at_the_end(django_assert_num_queries):
    with django_assert_num_queries(1), live.gathered():
        live.notify("desk:33", payload={"id": 1})
        with live.gathered():
            live.notify_all(["desk:33", "desk:3399"], payload={"id": 2})


@pytest.mark.django_db
def test_what_is_gathered_before_an_exception_is_never_said(django_assert_num_queries):
    def fail():
        with live.gathered():
            live.notify("desk:33")
            raise InterruptedError

    with django_assert_num_queries(0), pytest.raises(InterruptedError):
        fail()


def test_full_house_is_told_to_come_back(monkeypatch):
    async def ask():
        monkeypatch.setattr(live, "MOST_READERS", 0)
        return live.answer(["auction:1"])

    answer = asyncio.run(ask())
    assert answer.status_code == 503
    assert answer["Retry-After"]


@pytest.mark.parametrize("topic", ["auction", "auction:", "auction:1;DROP", "AUCTION:1", "a:ü"])
def test_malformed_topics_never_reach_the_database(topic):
    with pytest.raises(AssertionError):
        live.notify(topic)
