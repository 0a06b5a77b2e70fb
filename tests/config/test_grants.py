"""The application's role: rows everywhere, no tables, and journals only to add to."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from config import grants
from config.faults import Fault
from ledger import queries

pytestmark = pytest.mark.django_db
ROLE = "grants_test_app"


@pytest.fixture
def app_role(db):
    """A role with exactly the application's rights; it goes with the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
    grants.grant(ROLE)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    yield ROLE
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def is_refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    return False


def test_journals_and_histories_take_new_rows_only(app_role):
    tables = grants.limits().append_only
    assert {"ledger_operation", "ledger_transfer", "parties_historicalapproval"} <= tables
    for table in sorted(tables):
        assert is_refused(f"DELETE FROM {table}"), table
        assert is_refused(f"TRUNCATE {table}"), table
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT has_any_column_privilege(%s, 'UPDATE'), has_table_privilege(%s, 'INSERT')",
                [table, table],
            )
            assert cursor.fetchone() == (False, True), table


def test_balance_of_an_account_is_out_of_reach(app_role):
    assert is_refused("UPDATE ledger_account SET balance = 0")
    assert is_refused("DELETE FROM ledger_account")
    assert not is_refused("UPDATE ledger_account SET restriction = restriction")


def test_tables_and_guards_are_out_of_reach(app_role):
    assert is_refused("CREATE TABLE loot (id int)")
    assert is_refused("DROP TABLE ledger_account")
    assert is_refused("ALTER TABLE ledger_operation DISABLE TRIGGER ALL")
    assert is_refused("TRUNCATE parties_region CASCADE")
    assert is_refused("DELETE FROM django_migrations")


@pytest.mark.parametrize("month", ["2031-05-01", "2026-11-01"])
def test_partition_of_the_journal_is_for_reading_only(app_role, month):
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_ensure_partition(%s)", [month])
    partition = f"ledger_transfer_{month[:7].replace('-', '')}"
    assert not is_refused(f"SELECT * FROM {partition}")
    assert is_refused(f"DELETE FROM {partition}")
    assert is_refused(f"UPDATE {partition} SET amount = amount")


def test_whole_ledger_is_checked_under_the_daily_role(app_role):
    assert list(queries.verify()) == []


def test_new_months_are_opened_without_a_right_to_make_tables(app_role):
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_ensure_partition('2031-05-01')")
        cursor.execute("SELECT cardswipe_make_partition('cardswipe_rawframe', '2031-05-01')")
        cursor.execute("SELECT cardswipe_make_partition('cardswipe_reading', '2031-05-01')")
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relname LIKE '%_203105'"
            " AND relowner::regrole::text <> current_user"
        )
        assert cursor.fetchone() == (3,)


def test_every_model_whose_trigger_refuses_updates_is_in_the_list():
    guarded = {
        model._meta.db_table
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", [])
        if trigger.name.endswith(("_is_not_updated", "_are_never_edited"))
    }
    assert guarded <= grants.limits().append_only


def test_rows_that_a_trigger_keeps_cannot_be_deleted_without_it(app_role):
    assert "trading_award" in grants.limits().kept
    assert is_refused("DELETE FROM trading_award")
    assert not is_refused("UPDATE trading_award SET id = id WHERE false")


def test_missing_role_and_owner_are_refused_in_words():
    with pytest.raises(Fault, match="CREATE ROLE nobody_here"):
        grants.grant("nobody_here")
    with pytest.raises(Fault, match="DATABASE_OWNER_URL"):
        grants.grant(connection.settings_dict["USER"])
