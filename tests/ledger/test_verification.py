"""The command, the jobs beside each other and the result that auditors read."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from ledger import queries, services
from ledger.queries import check_journal, check_logged, faults, journal_walk
from ledger.rules import Move, Purpose
from tests import factories
from tests.factories_ledger import NOW, account, lot, lot_account, post, posting
from tests.factories_proof import keep

T = 10**9


def filled(enterprise):
    """A lot and three card loads; the card's account."""
    available, card = lot_account(lot(enterprise)), account(enterprise, Purpose.CARD)
    for serial in range(3):
        post(posting("CARD_LOAD", f"v{serial}", Move(available.pk, card.pk, T)))
    return card


def tamper(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET session_replication_role = origin")


def test_command_names_faults_and_fails(enterprise):
    card = filled(enterprise)
    tamper("UPDATE ledger_account SET balance = balance + 1 WHERE id = %s", card.pk)
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("verify_ledger", stdout=out)
    assert stop.value.code == 1
    assert f"account {card.pk}" in out.getvalue()


def test_result_is_kept_for_the_auditors(enterprise):
    filled(enterprise)
    kept = services.record_verification(faults=queries.verify(), now=NOW)
    assert (kept.fault_count, kept.checks) == (0, len(queries.CODES))


def test_every_fault_is_counted_and_the_first_are_kept(db):
    many = (queries.Fault("V01", f"transfer {n}.0", "x") for n in range(1500))
    kept = services.record_verification(faults=many, now=NOW)
    assert (kept.fault_count, len(kept.faults)) == (1500, 1000)


def test_rows_may_be_asked_about_while_others_are_read(db):
    outer = faults.stream("SELECT generate_series(1, 12000)")
    inner = [row for (number,) in outer for row in faults.stream("SELECT %s::int", number)]
    assert len(inner) == 12_000


def test_all_checks_have_a_number_of_their_own():
    codes = [code for check in queries.CHECKS for code in check.codes]
    assert len(codes) == len(set(codes)) == len(queries.CODES)


@pytest.mark.django_db(transaction=True)
def test_processes_side_by_side_find_what_one_finds(county, monkeypatch):
    card = filled(factories.enterprise(county))
    monkeypatch.setattr(check_journal, "BLOCK", 1)
    monkeypatch.setattr(check_logged, "WORTH_SHARING", 1)
    keep()
    assert list(queries.verify(jobs=2)) == []
    tamper("UPDATE ledger_transfer SET amount = 5 WHERE target_version = 2")
    tamper("UPDATE ledger_account SET version = 9 WHERE id = %s", card.pk)
    alone, beside = (sorted(map(str, queries.verify(jobs=jobs))) for jobs in (1, 2))
    assert alone == beside
    assert any("V01" in fault for fault in alone)
    assert any("V02" in fault for fault in alone)
    assert any("V31" in fault for fault in alone)


@pytest.fixture
def judged(monkeypatch):
    """The operations whose body was put together again row by row."""
    seen = []

    def noted(act, rows, books):
        seen.append(act.key)
        return original(act, rows, books)

    original = journal_walk.is_what_was_asked
    monkeypatch.setattr(journal_walk, "is_what_was_asked", noted)
    return seen


def test_what_is_in_order_is_passed_over_and_only_the_rest_is_judged(enterprise, judged):
    card = filled(enterprise)
    sink, overrun = (account(enterprise, p) for p in (Purpose.DISCHARGED, Purpose.OVERRUN))
    for key, tonnes in (("covered", 1), ("in part", 3), ("not at all", 1)):
        move = Move(card.pk, sink.pk, tonnes * T, overflow=overrun.pk)
        post(posting("DISCHARGE", key, move))
    assert list(queries.verify(only=queries.ROW_CODES)) == []
    assert judged == ["in part", "not at all"]


FAR_OFF = {
    "a version": (
        "UPDATE ledger_transfer SET target_version = 9223372036854775807 WHERE operation_id ="
        " (SELECT max(id) FROM ledger_operation)"
    ),
    "a balance": "UPDATE ledger_transfer SET source_balance = -9223372036854775808",
    "an amount": (
        "ALTER TABLE ledger_transfer DROP CONSTRAINT transfer_amount_is_positive;"
        "UPDATE ledger_transfer SET amount = -9223372036854775808"
    ),
    "a line": "UPDATE ledger_transfer SET line = 2147483647",
    "a line below 0": "UPDATE ledger_transfer SET line = -1",
    "an operation's number": (
        "UPDATE ledger_transfer SET operation_id = 9223372036854775807 WHERE operation_id ="
        " (SELECT max(id) FROM ledger_operation)"
    ),
}


@pytest.mark.parametrize("what", FAR_OFF)
def test_numbers_at_the_end_of_their_range_are_faults_and_stop_nothing(enterprise, what):
    filled(enterprise)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    tamper(FAR_OFF[what])
    found = {fault.check for fault in queries.verify(only=queries.ROW_CODES)}
    assert found & {"V01", "V04", "V09"}


def test_third_way_within_an_operation_is_seen(enterprise):
    """The kind allows the first and the last of three movements, not the one between them."""
    card = filled(enterprise)
    sink, overrun = (account(enterprise, p) for p in (Purpose.DISCHARGED, Purpose.OVERRUN))
    post(posting("DISCHARGE", "e", Move(card.pk, sink.pk, 9 * T, overflow=overrun.pk)))
    tamper(
        "DELETE FROM ledger_operationtypemovement WHERE type_id = 'DISCHARGE'"
        " AND source_purpose = 'OVERRUN'"
    )
    found = [fault.row for fault in queries.verify(only=["V07"]) if fault.check == "V07"]
    assert [row.split(".")[1] for row in found] == ["1"]


def test_transfer_put_beside_a_covered_discharge_is_seen(enterprise):
    """Its source has no account for what is over quota: nothing may drop it from the request."""
    card = filled(enterprise)
    sink, overrun = (account(enterprise, p) for p in (Purpose.DISCHARGED, Purpose.OVERRUN))
    post(posting("DISCHARGE", "e", Move(card.pk, sink.pk, T, overflow=overrun.pk)))
    other, its_sink = (
        account(enterprise, p, pollutant="TP") for p in (Purpose.CARD, Purpose.DISCHARGED)
    )
    tamper(
        "INSERT INTO ledger_transfer SELECT operation_id, 1, %s, %s, %s, 5, 1, -5, 1, 5, posted_at"
        " FROM ledger_transfer WHERE source_id = %s",
        other.pk,
        its_sink.pk,
        other.asset_id,
        card.pk,
    )
    assert "V09" in {fault.check for fault in queries.verify(only=["V09"])}


def test_account_that_is_gone_is_seen_among_others_that_stand(enterprise):
    own = lot_account(lot(enterprise))
    card = account(enterprise, Purpose.CARD)
    second = lot_account(lot(enterprise, key="lot-2", pollutant="NH3N"))
    into = account(enterprise, Purpose.CARD, pollutant="NH3N")
    first = Move(own.pk, card.pk, 1)
    (receipt,) = post(posting("CARD_LOAD", "two", first, Move(second.pk, into.pk, 1)))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    tamper("DELETE FROM ledger_account WHERE id = %s", into.pk)
    rows = [fault.row for fault in queries.verify(only=["V05"]) if fault.check == "V05"]
    assert rows == [f"transfer {receipt.operation_id}.1"]
