"""Every trigger that PostgreSQL knows of our tables is set off once, and refuses by its function.

The list comes from the catalogue, so a new trigger is under test the moment it is migrated. Those
that refuse a whole kind of statement are tried as they stand; each of the others, which look at
what changes, has a row and a statement in the table below.
"""

import pytest
from django.db import DatabaseError, transaction

from .catalogue import APPS, Trigger, columns, tables, triggers
from .rows import Row, insert, usual
from .test_constraints import Undo, clear_the_way, new_key, run

pytestmark = pytest.mark.django_db

# Bits of pg_trigger.tgtype and the plainest statement that sets such a trigger off.
STATEMENTS = {
    4: "INSERT INTO {table} SELECT * FROM {table}",
    8: "DELETE FROM {table}",
    16: "UPDATE {table} SET {column} = {column}",
    32: "TRUNCATE {table} CASCADE",
}
# What triggers that look at the change must find: the row there is, what an UPDATE sets.
CHANGES: dict[str, tuple[Row, str]] = {
    "access_request_follows_the_table": ({"state": "REFUSED"}, "state = 'ASKED'"),
    "account_opens_empty": ({"balance": 5}, ""),
    "account_is_restricted_by_two": ({}, "restriction = 'CLOSED'"),
    "account_moves_with_transfers": ({}, "balance = balance + 1"),
    "bureau_role_is_granted_by_two": (
        {"bureau_id": 1, "enterprise_id": None, "role": "finance"},
        "valid_to = valid_from + 9999",
    ),
    "approval_follows_the_table": ({"state": "REFUSED"}, "state = 'GRANTED'"),
    "auction_result_is_fixed": ({"result": {}}, "result = '[]'"),
    "auction_state_follows_the_table": ({"state": "DRAFT"}, "state = 'SETTLED'"),
    "auction_terms_are_fixed_after_the_draft": ({"state": "OPEN"}, "years = years + 1"),
    "award_is_fixed": ({}, "quantity_mg = quantity_mg + 1"),
    "bill_amount_is_fixed": ({}, "amount = amount + 1"),
    "bill_is_paid_by_its_payments": ({}, "paid = paid + 1"),
    "bill_state_follows_the_table": ({"state": "PAID"}, "state = 'OPEN'"),
    "discharge_event_facts_do_not_change": ({}, "volume_l = 7"),
    "discharge_event_goes_its_way": ({"state": "BOOKED"}, "state = 'WAITING'"),
    "late_decision_ends_once": ({"state": "DONE"}, "state = 'ASKED'"),
    "late_decision_says_the_same_for_ever": ({}, "reason = reason || '.'"),
    "late_item_closes_once": ({"is_open": False}, "is_open = true"),
    "late_item_stays": ({}, "event_id = event_id + 1"),
    "fee_standard_price_is_fixed": ({}, "price = price + 1"),
    "permit_changes_by_an_issue": ({"state": "EXPIRED"}, "state = 'VALID'"),
    "permit_ends_by_its_ending": ({"state": "VALID"}, "state = 'REVOKED'"),
    "permit_state_follows_the_table": ({"state": "EXPIRED"}, "state = 'REVOKED'"),
    "late_spell_is_fixed": ({}, "limit_s = limit_s + 1"),
    "late_spell_is_over_once": ({"over_at": "2026-11-20T10:00:00Z"}, "over_at = NULL"),
    "lateness_limit_is_fixed": ({}, "seconds = seconds + 1"),
    "load_correction_is_not_rewritten": ({}, "after = after + 1"),
    "session_report_is_booked_once": ({"event_id": 1, "integral": {}}, "event_id = NULL"),
    "session_report_is_not_rewritten": ({}, "sequence = sequence + 1"),
    "personal_salt_is_not_rewritten": ({}, "commitment = 'x'"),
    "closed_period_stays_closed": ({"state": "CLOSED"}, "state = 'OPEN'"),
    "hold_over_stays_over": ({"state": "RELEASED"}, "state = 'HELD'"),
    "operation_names_what_stands": ({"by_id": 0}, ""),
    "operation_rule_is_fixed": ({}, "cool_off_workdays = cool_off_workdays + 1"),
    "quota_period_keeps_its_days": ({}, "end_date = end_date + 1"),
    "replacement_ratio_is_fixed": ({}, "ratio_permille = ratio_permille + 1"),
    "rights_certificate_fits_its_lot": ({}, ""),
    "rights_certificate_follows_the_table": ({"state": "VOID"}, "state = 'VALID'"),
    "rights_certificate_says_the_same_for_ever": ({}, "quantity_per_year = quantity_per_year + 1"),
    "void_rights_certificate_stays": ({"state": "VOID"}, "void_cause = 'MERGED'"),
    "sign_up_is_fixed": ({}, "quantity_mg = quantity_mg + 1"),
    "sign_up_state_follows_the_table": ({"state": "APPLIED"}, "state = 'RETURNED'"),
    "valve_order_by_rule_has_its_step": ({"cause": "RULE", "alarm_id": 1}, ""),
    "valve_order_is_not_rewritten": ({}, "reason = reason || '.'"),
    "valve_order_is_released_by_two": ({"cause": "PERSONS", "state": "REQUESTED"}, ""),
    "version_stops_once": ({"in_force_until": "2026-12-31"}, "in_force_until = NULL"),
    "version_says_the_same_for_ever": ({}, "number = number + 1"),
}
# Rows of other tables that a trigger looks up.
BESIDE: dict[str, dict[str, Row]] = {
    "bid_fits_its_auction": {"trading_auction": {"state": "CLOSED"}, "trading_signup": {}},
}
# Triggers that let the tables' owner through, and look at the end of the transaction.
LOOKED_AT_LATER = {"bureau_role_is_granted_by_two"}
PARTITIONS = {"ledger": ["ledger_transfer_202611"]}


def statement_against(table: str, trigger: Trigger) -> str:
    """The plainest statement that the trigger must refuse."""
    plain = next(STATEMENTS[bit] for bit in STATEMENTS if trigger.bits & bit)
    _row, change = CHANGES.get(trigger.noun, ({}, ""))
    sql = plain.format(table=table, column=columns(table)[0].name)
    return f"UPDATE {table} SET {change}" if change else sql


def set_off(table: str, trigger: Trigger) -> None:
    """Make a row, switch all other triggers of the table off, and give the statement."""
    for other, row in BESIDE.get(trigger.noun, {}).items():
        clear_the_way(other, None)
        insert(other, usual(other) | row)
    whole = table if table in tables_of(table) else "ledger_transfer"
    clear_the_way(whole, None)
    row = usual(whole) | CHANGES.get(trigger.noun, ({}, ""))[0]
    insert(whole, row | new_key(row))
    run("SET LOCAL session_replication_role = origin")
    run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    run(f'ALTER TABLE {table} ENABLE TRIGGER "{trigger.name}"')
    if trigger.noun in LOOKED_AT_LATER:
        run("CREATE ROLE guards_test_app")
        run("GRANT ALL ON ALL TABLES IN SCHEMA public TO guards_test_app")
        run("SET LOCAL ROLE guards_test_app")
    run(statement_against(table, trigger))
    if trigger.noun in LOOKED_AT_LATER:
        run(f'SET CONSTRAINTS "{trigger.name}" IMMEDIATE')


def tables_of(table: str) -> list[str]:
    return tables(table.partition("_")[0])


def refusing_function(table: str, trigger: Trigger) -> str:
    """Where PostgreSQL says that the statement was refused."""
    try:
        with transaction.atomic():
            set_off(table, trigger)
            raise Undo
    except Undo:
        return "nothing: it was taken"
    except DatabaseError as error:
        return error.__cause__.diag.context or str(error)


@pytest.mark.parametrize("app", APPS)
def test_every_trigger_refuses(app):
    wrong = [
        f"{table}.{trigger.noun}: {said}"
        for table in [*tables(app), *PARTITIONS.get(app, [])]
        for trigger in triggers(table)
        if f"{trigger.function}()" not in (said := refusing_function(table, trigger))
    ]
    if wrong:
        pytest.fail("not set off:\n" + "\n".join(wrong), pytrace=False)


@pytest.mark.parametrize("app", APPS)
def test_every_trigger_is_on(app):
    assert [(t, g.name) for t in tables(app) for g in triggers(t) if g.enabled != "O"] == []


@pytest.mark.parametrize("table", ["ledger_transfer", "ledger_operation", "trading_bid"])
def test_a_migrated_database_refuses_to_be_emptied(table):
    with pytest.raises(DatabaseError, match="refuses TRUNCATE"), transaction.atomic():
        run(f"TRUNCATE {table} CASCADE")
