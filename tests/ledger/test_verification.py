"""The command, the jobs beside each other and the result that auditors read."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from ledger import queries, services
from ledger.queries import check_journal
from ledger.rules import Move, Purpose
from tests import factories
from tests.factories_ledger import NOW, account, lot, lot_account, post, posting

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


def test_all_checks_have_a_number_of_their_own():
    codes = [code for check in queries.CHECKS for code in check.codes]
    assert len(codes) == len(set(codes)) == len(queries.CODES)


@pytest.mark.django_db(transaction=True)
def test_processes_side_by_side_find_what_one_finds(county, monkeypatch):
    card = filled(factories.enterprise(county))
    monkeypatch.setattr(check_journal, "WORTH_A_PROCESS", 1)
    assert list(queries.verify(jobs=2)) == []
    tamper("UPDATE ledger_transfer SET amount = 5 WHERE target_version = 2")
    tamper("UPDATE ledger_account SET version = 9 WHERE id = %s", card.pk)
    alone, beside = (sorted(map(str, queries.verify(jobs=jobs))) for jobs in (1, 2))
    assert alone == beside
    assert any("V01" in fault for fault in alone)
    assert any("V02" in fault for fault in alone)
