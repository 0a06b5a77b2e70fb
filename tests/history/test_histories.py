"""Histories of parallel clients with killed connections hold the strictest promise; and the
checker is worth something, for each guard that is taken away turns a history red."""

import dataclasses
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from tests import factories

from .checker import check
from .final import final_read
from .recorder import INFO, OK, Recorder, acts, load
from .workload import Client, World, make_world, run

pytestmark = pytest.mark.django_db(transaction=True)


def world() -> World:
    return make_world(factories.county(factories.city()))


def faults_of(played: World) -> list[str]:
    return check(acts(played.recorder.events), final_read(played.after), played.begin)


def test_a_short_history_keeps_the_promise(tmp_path):
    played = world()
    run(played, acts=500)
    history = acts(played.recorder.events)
    assert faults_of(played) == []
    assert sum(act.type == OK for act in history) > 150
    assert any(act.type == INFO for act in history)
    assert {act.what for act in history} >= {"post", "read", "hold", "reverse"}
    played.recorder.save(tmp_path / "history.jsonl")
    again = acts(load(tmp_path / "history.jsonl"))
    assert len(again) == len(history)


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_history_of_20_000_acts_keeps_the_promise(seed):
    played = world()
    run(played, acts=20_000, seed=seed, threads=8, acts_per_kill=50)
    assert faults_of(played) == []
    assert any(act.type == INFO for act in acts(played.recorder.events))


# --- negative controls ---------------------------------------------------------------------


@contextmanager
def changed(function, *changes):
    """A function of the database with some of its text replaced; put right again afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        (whole,) = cursor.fetchone()
        loose = whole
        for text, other in changes:
            assert loose.count(text) == 1
            loose = loose.replace(text, other)
        cursor.execute(loose)
        try:
            yield
        finally:
            cursor.execute(whole)


@pytest.fixture
def loose_journal():
    """The trigger that moves balances believes what it is told."""
    version, balance = "a.version + e.legs = e.version", "a.balance = e.first_before"
    with changed("ledger_apply_transfers", (version, "true"), (balance, "true")):
        yield


def test_without_the_lock_the_history_is_red(loose_journal):
    played = world()
    with changed("ledger_ask", ("FOR NO KEY UPDATE", "")):
        run(played, acts=300, acts_per_kill=0)
    assert any("versions and balances" in fault for fault in faults_of(played))


def test_without_the_unique_key_the_history_is_red():
    key = "ledger_operation DROP CONSTRAINT operation_key_is_used_once"
    back = "ledger_operation ADD CONSTRAINT operation_key_is_used_once UNIQUE (scope, key)"
    played = world()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {key}")
        try:
            with changed("ledger_ask", ("key = asked.key", "false")):
                run(played, acts=300, acts_per_kill=0)
            faults = faults_of(played)
        finally:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("TRUNCATE ledger_operation CASCADE")
            cursor.execute("SET session_replication_role = origin")
            cursor.execute(f"ALTER TABLE {back}")
    assert any("times" in fault for fault in faults)


class Hasty(Client):
    """Acknowledges inside the transaction; now and then the commit never comes."""

    def send(self, posting):
        with transaction.atomic():
            found = super().send(posting)
            self.answer(OK, found)
            if self.draw.random() < 0.1:
                connection.connection.close()
        return found

    def lost(self, error):
        connection.close()


def test_with_acknowledgement_before_commit_the_history_is_red():
    played = world()
    run(played, acts=200, acts_per_kill=0, client=Hasty)
    assert any("was acknowledged as" in fault for fault in faults_of(played))


class Behind(Client):
    """Reads from what it saw some time ago, as a replica that lags would."""

    seen = None

    def look(self):
        fresh = super().look()
        stale, self.seen = self.seen or fresh, fresh
        return stale


def test_with_reads_from_an_old_snapshot_the_history_is_red():
    played = world()
    run(played, acts=300, acts_per_kill=0, client=Behind)
    assert any("misses what was acknowledged" in fault for fault in faults_of(played))


def test_a_forged_answer_turns_the_history_red():
    played = world()
    run(played, acts=60, acts_per_kill=0, threads=2)
    events = played.recorder.events
    where = next(n for n, e in enumerate(events) if e.what == "read" and e.type == OK)
    account, (balance, version) = next(iter(events[where].value.items()))
    forged = events[where].value | {account: (balance + 1, version)}
    events[where] = dataclasses.replace(events[where], value=forged)
    played.recorder = Recorder(events)
    assert any("a read saw account" in fault for fault in faults_of(played))
