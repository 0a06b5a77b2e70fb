"""The whole-ledger check finds tampering by someone who can switch every guard off."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from ledger import queries, services
from ledger.models import Operation
from ledger.rules import Move, Purpose
from tests.factories_ledger import NOW, account, lot, lot_account, post, posting

T = 10**9


@pytest.fixture
def book(enterprise):
    """A lot, three card loads; all checks are content with it."""
    available, card = lot_account(lot(enterprise)), account(enterprise, Purpose.CARD)
    for serial in range(3):
        post(posting("CARD_LOAD", f"v{serial}", Move(available.pk, card.pk, T)))
    assert list(queries.verify()) == []
    return card


def tamper(sql: str, *params: object) -> list[str]:
    """What the checks say after a superuser's statement with all triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET session_replication_role = origin")
    return [f"{fault.check} {fault.row}" for fault in queries.verify()]


def second() -> int:
    return Operation.objects.get(key="v1").pk


def test_edited_balance_is_found_and_named(book):
    found = tamper("UPDATE ledger_account SET balance = balance + 1 WHERE id = %s", book.pk)
    assert f"V02 account {book.pk}" in found
    assert any(fault.startswith("V03 asset") for fault in found)


def test_edited_transfer_is_found_and_named(book):
    found = tamper("UPDATE ledger_transfer SET amount = 5 WHERE operation_id = %s", second())
    assert f"V01 transfer {second()}.0" in found


def test_deleted_transfer_is_found_and_named(book):
    found = tamper("DELETE FROM ledger_transfer WHERE operation_id = %s", second())
    assert f"V04 operation {second()}" in found
    assert any(fault.startswith("V01 transfer") for fault in found)


def test_broken_version_chain_is_found_and_named(book):
    sql = "UPDATE ledger_transfer SET target_version = 7 WHERE operation_id = %s"
    assert f"V01 transfer {second()}.0" in tamper(sql, second())


def test_asset_that_does_not_sum_to_zero_is_found_and_named(book):
    sql = (
        "INSERT INTO ledger_account (region_id, asset_id, purpose, reference_type, balance,"
        " version, restriction, min_balance)"
        " SELECT region_id, asset_id, 'RETIRED', '', 5, 0, 'OPEN', 0"
        " FROM ledger_account WHERE id = %s"
    )
    assert f"V03 asset {book.asset_id}" in tamper(sql, book.pk)


def test_deleted_operation_is_found_and_named(book):
    number = second()
    found = tamper("DELETE FROM ledger_operation WHERE id = %s", number)
    assert f"V04 operation {number}" in found


def test_lifted_floor_is_found_and_named(book):
    found = tamper("UPDATE ledger_account SET min_balance = NULL WHERE id = %s", book.pk)
    assert f"V06 account {book.pk}" in found


def test_movement_against_the_kind_is_found_and_named(book):
    found = tamper("UPDATE ledger_operation SET kind = 'LAPSE' WHERE id = %s", second())
    assert f"V07 transfer {second()}.0" in found


def test_transfer_between_assets_is_found_and_named(book, enterprise):
    other = account(enterprise, Purpose.CARD, pollutant="NH3N")
    sql = "UPDATE ledger_transfer SET target_id = %s WHERE operation_id = %s"
    assert f"V05 transfer {second()}.0" in tamper(sql, other.pk, second())


def test_hold_that_lost_its_amount_is_found_and_named(book):
    sql = (
        "INSERT INTO ledger_hold (account_id, amount, captured, purpose, state, key,"
        " document_type, document_id) VALUES (%s, 5, 0, 'x', 'HELD', 'k', 'test', 1)"
        " RETURNING id"
    )
    assert any(fault.startswith("V08 hold") for fault in tamper(sql, book.pk))


def test_command_names_faults_and_fails(book):
    tamper("UPDATE ledger_account SET balance = balance + 1 WHERE id = %s", book.pk)
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("verify_ledger", stdout=out)
    assert stop.value.code == 1
    assert f"account {book.pk}" in out.getvalue()


def test_result_is_kept_for_the_auditors(book):
    kept = services.record_verification(faults=queries.verify(), now=NOW)
    assert (kept.fault_count, kept.checks) == (0, len(queries.CHECKS))
