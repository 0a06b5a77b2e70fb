"""Late proof log, late witness: told once, ended once, seen on pages, by doctor and Prometheus."""

import datetime

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cardswipe.metrics import proof_figures
from config import doctor, requirements
from ledger import keyring, services
from ledger.models import LatenessLimit, LateSpell
from ledger.models.lateness import Watched
from ledger.queries.lateness import late, unsigned_since
from ledger.refusals import LimitsOverlap, ProofKeyMissing
from ledger.services.proof import LOCK
from ledger.services.proof_keys import SIGN_LOCK
from parties.models import Notice
from parties.rules import Role
from tests import factories
from tests.factories_proof import keep
from tests.factories_witness import cosignature, witness
from tests.processes import database_url

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 1)


def after(seconds: float) -> datetime.datetime:
    """So long after the rows of this test were written (their time is PostgreSQL's own)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        return cursor.fetchone()[0] + datetime.timedelta(seconds=seconds)


OLDEST: dict[str, datetime.datetime] = {}


def waiting(seconds: float) -> datetime.datetime:
    """So long after the oldest row was written that waits for the stopped sequencer."""
    return OLDEST["at"] + datetime.timedelta(seconds=seconds)


def write(enterprise) -> None:
    """One more row for the log."""
    enterprise.name_en += "x"
    enterprise.save()


@pytest.fixture
def keeper(city, auditor):
    """A system administrator beside the auditor: both look after the log."""
    return factories.bureau_member(city, Role.SYSTEM_ADMIN, "system_admin")


@pytest.fixture
def stopped(enterprise, keeper):
    """Something is written while another session holds the sequencer's lock: nobody works."""
    write(enterprise)
    OLDEST["at"] = unsigned_since()
    with psycopg.connect(database_url(), autocommit=True) as other:
        # Nothing is kept before: a lock once taken here would last as long as the test.
        other.execute("SET lock_timeout = '5s'")
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield other


def told() -> list[tuple[str, str]]:
    found = Notice.objects.filter(person__isnull=False, link=reverse("proof_log")).order_by("pk")
    return [(one.person.username, one.tone) for one in found]


def test_stopped_sequencer_is_told_once_and_ended_once(stopped):
    assert services.grow_log(now=waiting(1), horizon=2**62) == 0
    assert services.watch_lateness(now=waiting(60)) == []
    (spell,) = services.watch_lateness(now=waiting(61))
    assert (spell.what, spell.limit_s, spell.since) == ("LOG", 60, waiting(0))
    assert (
        services.watch_lateness(now=waiting(71)) == services.watch_lateness(now=waiting(900)) == []
    )
    assert told() == [("auditor", "red"), ("system_admin", "red")]
    stopped.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    assert keep(waiting(1000))
    assert services.watch_lateness(now=waiting(1001)) == []
    spell.refresh_from_db()
    assert spell.over_at == waiting(1001)
    assert spell.seconds(waiting(5000)) == 1001
    services.watch_lateness(now=waiting(1011))
    assert told()[2:] == [("auditor", "neutral"), ("system_admin", "neutral")]


def test_who_has_left_or_sees_other_things_is_not_told(stopped, city, auditor, now):
    gone = factories.bureau_member(city, Role.AUDITOR, "gone")
    gone.ended_at = now
    gone.save()
    factories.bureau_member(city, Role.SECURITY_ADMIN, "doorkeeper")
    services.watch_lateness(now=waiting(61))
    assert {who for who, _tone in told()} == {"auditor", "system_admin"}


def test_log_that_is_placed_but_never_signed_is_late_too(enterprise, keeper):
    write(enterprise)
    keep(after(0))
    write(enterprise)
    path = keyring.path_of(keyring.LOG_KEY)
    hidden = path.rename(path.with_suffix(".hidden"))
    try:
        with pytest.raises(ProofKeyMissing):
            keep(after(5))
        assert [one.what for one in late(now=after(61))] == [Watched.LOG]
    finally:
        hidden.rename(path)
    keep(after(70))
    assert late(now=after(71)) == []


def test_next_lateness_is_a_spell_of_its_own(stopped, enterprise):
    services.watch_lateness(now=waiting(61))
    stopped.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    keep(waiting(62))
    services.watch_lateness(now=waiting(63))
    write(enterprise)
    services.watch_lateness(now=after(61))
    assert LateSpell.objects.count() == 2
    assert LateSpell.objects.filter(over_at__isnull=True).count() == 1


def test_two_watchers_at_once_begin_one_spell(stopped, monkeypatch):
    """The second finds the first's spell only when its own is refused."""
    services.watch_lateness(now=waiting(61))
    from ledger.services import lateness

    monkeypatch.setattr(lateness.LateSpell.objects, "select_for_update", LateSpell.objects.none)
    assert services.watch_lateness(now=waiting(62)) == []
    assert LateSpell.objects.count() == 1


def test_witness_that_cosigns_nothing_is_late_from_the_oldest_checkpoint_on(enterprise, keeper):
    write(enterprise)
    silent = witness()
    silent.added_at = after(0)
    silent.save()
    keep(after(10))
    write(enterprise)
    keep(after(200))
    assert late(now=after(310)) == []
    (one,) = late(now=after(311))
    assert (one.what, one.witness, one.since) == (Watched.WITNESS, silent, after(10))
    (spell,) = services.watch_lateness(now=after(311))
    assert spell.witness == silent
    assert "witness.example/w1" in Notice.objects.first().text_en


def test_cosignature_of_a_later_checkpoint_vouches_for_those_before(enterprise, keeper):
    write(enterprise)
    keep(after(10))
    write(enterprise)
    last = keep(after(20))
    cosignature(last)
    assert late(now=after(10_000)) == []


def test_witness_that_is_asked_no_more_is_not_late(enterprise, keeper):
    write(enterprise)
    keep(after(10))
    one = witness()
    services.stop_witness(by=keeper, name=one.name)
    assert late(now=after(10_000)) == []


def limit(by, seconds, valid_from=DAY, what="LOG"):
    return services.set_lateness_limit(
        by=by, what=what, seconds=seconds, valid_from=valid_from, basis="局办 1 号", now=after(0)
    )


def test_limit_is_dated_and_every_auditor_is_told(stopped, keeper):
    limit(keeper, 3600)
    assert late(now=waiting(3000)) == []
    assert late(now=waiting(3601))
    old = LatenessLimit.objects.get(what="LOG", valid_to__isnull=False)
    assert old.valid_to == DAY - datetime.timedelta(days=1)
    assert told() == [("auditor", "yellow")]


def test_limit_on_days_that_another_covers_is_refused(keeper):
    limit(keeper, 120)
    with pytest.raises(LimitsOverlap):
        limit(keeper, 240)
    with pytest.raises(LimitsOverlap):
        limit(keeper, 240, datetime.date(2026, 10, 1))


def test_administrator_enters_a_limit_on_the_page(client, keeper, auditor):
    client.force_login(keeper.user)
    client.cookies["django_language"] = "en"
    page = reverse("lateness_limit_new")
    assert page in client.get(reverse("proof_log")).content.decode()
    asked = {"what": "LOG", "seconds": "120", "valid_from": "2026-11-01", "basis": "x"}
    for wrong in ({"seconds": "0"}, {"seconds": "86401"}, {"seconds": "1e3"}, {"basis": ""}):
        assert client.post(page, asked | wrong).status_code == 422
    assert client.post(page, asked).status_code == 302
    again = client.post(page, asked)
    assert again.status_code == 422
    assert "L504" in again.content.decode() or "already covers" in again.content.decode()
    client.force_login(auditor.user)
    assert page not in client.get(reverse("proof_log")).content.decode()
    assert client.post(page, asked).status_code in (403, 404)


def shown(client, name, member=None):
    if member:
        client.force_login(member.user)
    client.cookies["django_language"] = "en"
    return client.get(reverse(name)).content.decode()


def test_pages_say_what_is_late_and_how_late(stopped, client, auditor, keeper, monkeypatch):
    services.watch_lateness(now=waiting(3700))
    monkeypatch.setattr(timezone, "now", lambda: waiting(3700))
    for name, member in (("home", auditor), ("audit", auditor), ("home", keeper)):
        assert "Waiting for 1 h 1 min." in shown(client, name, member)
    public = shown(client, "proof_log")
    assert "Waiting for 1 h 1 min." in public
    assert "When the log or a witness was late" in public
    assert "red" in public


def test_pages_say_nothing_while_all_is_in_time(client, auditor, enterprise):
    write(enterprise)
    keep(after(0))
    assert "Waiting for" not in shown(client, "home", auditor)
    assert "Neither the log nor a witness has been late." in shown(client, "proof_log")


def test_doctor_knows_it(stopped, monkeypatch):
    # Rows that earlier tests left behind wait since before this one.
    monkeypatch.setattr(timezone, "now", lambda: waiting(0))
    assert doctor.proof_log_lateness().state == requirements.State.OK
    monkeypatch.setattr(timezone, "now", lambda: waiting(61))
    found = doctor.proof_log_lateness()
    assert found.state == requirements.State.FAULT
    assert found.advice


def test_doctor_notes_a_late_witness(enterprise, keeper, monkeypatch):
    write(enterprise)
    witness()
    keep(after(0))
    monkeypatch.setattr(timezone, "now", lambda: after(400))
    assert doctor.proof_log_lateness().state == requirements.State.NOTE


def test_prometheus_reads_how_far_behind_it_is(stopped, monkeypatch):
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(timezone, "now", lambda: waiting(75))
    figures = proof_figures().splitlines()
    assert "yizheng_proof_log_waiting_seconds 75" in figures
    assert "yizheng_proof_log_late 1" in figures


def test_prometheus_names_each_witness_safely(enterprise, keeper, monkeypatch):
    write(enterprise)
    keep(after(0))
    witness(name='w"1\\')
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(timezone, "now", lambda: after(301))
    assert 'yizheng_witness_late{witness="w\\"1\\\\"} 1' in proof_figures()


def test_signature_that_waits_for_a_hanging_signer_is_late(enterprise, keeper):
    """A second session hangs while it signs: the leaves stand, the checkpoint does not."""
    write(enterprise)
    with psycopg.connect(database_url(), autocommit=True) as other:
        other.execute("SET lock_timeout = '5s'")
        other.execute("SELECT pg_advisory_lock(%s)", [SIGN_LOCK])
        services.grow_log(now=after(1), horizon=2**62)
        assert [one.what for one in late(now=after(61))] == [Watched.LOG]


# --- the database's own guards ---------------------------------------------------------------

LATE_ROW = "INSERT INTO ledger_latespell (what, witness_id, since, limit_s, noticed_at, over_at)"
LIMIT_ROW = "INSERT INTO ledger_latenesslimit (what, seconds, valid_from, valid_to, basis, note)"
GUARDS = [
    (
        "lateness_limit_is_a_time",
        f"{LIMIT_ROW} VALUES ('LOG', 0, '1999-01-01', '1999-01-02', '', '')",
    ),
    (
        "lateness_limit_ends_after_it_begins",
        f"{LIMIT_ROW} VALUES ('LOG', 9, '1999-01-02', '1999-01-01', '', '')",
    ),
    (
        "lateness_limits_do_not_overlap",
        f"{LIMIT_ROW} VALUES ('LOG', 9, '2026-01-02', NULL, '', '')",
    ),
    ("lateness_limit_is_not_deleted", "DELETE FROM ledger_latenesslimit"),
    ("lateness_limit_is_not_truncated", "TRUNCATE ledger_latenesslimit CASCADE"),
    ("lateness_limit_is_fixed", "UPDATE ledger_latenesslimit SET seconds = 9"),
    ("one_late_spell_at_a_time", f"{LATE_ROW} VALUES ('LOG', NULL, now(), 60, now(), NULL)"),
    (
        "late_spell_runs_forward",
        f"{LATE_ROW} VALUES ('LOG', NULL, now(), 60, now() - interval '1 s', now())",
    ),
    (
        "late_spell_names_its_witness",
        f"{LATE_ROW} VALUES ('WITNESS', NULL, now(), 60, now(), now())",
    ),
    ("late_spell_is_not_deleted", "DELETE FROM ledger_latespell"),
    ("late_spell_is_not_truncated", "TRUNCATE ledger_latespell"),
    ("late_spell_is_fixed", "UPDATE ledger_latespell SET limit_s = 1"),
    (
        "late_spell_is_over_once",
        "UPDATE ledger_latespell SET over_at = now() + interval '2 h' WHERE over_at IS NOT NULL",
    ),
]


@pytest.mark.parametrize(("guard", "sql"), GUARDS, ids=[name for name, _sql in GUARDS])
def test_postgresql_keeps_limits_and_spells(guard, sql):
    with connection.cursor() as cursor:
        cursor.execute(f"{LATE_ROW} VALUES ('LOG', NULL, now(), 60, now(), NULL)")
        cursor.execute(f"{LATE_ROW} VALUES ('LOG', NULL, now(), 60, now(), now())")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert refused.value.__cause__.diag.constraint_name == guard
