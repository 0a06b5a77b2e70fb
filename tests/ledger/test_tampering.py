"""Someone who can switch every guard off changes the book; the check finds and names the row.

What needs the proof log besides (a reason, a person or a key rewritten, the newest operations cut
off together with their balances) leaves no trace inside the book and is not in this table.
"""

import datetime

import pytest
from django.db import connection, transaction
from django.utils import translation

from ledger import queries, services
from ledger.fault_words import spoken, spoken_row
from ledger.models import Hold, Lot, Operation
from ledger.rules import Move, Purpose
from parties.rules import Act
from parties.services import request_approval, system_actor
from tests.factories_ledger import DOCUMENT, NOW, account, lot, lot_account, post, posting

T = 10**9


@pytest.fixture
def names(enterprise, rival, officer, city):
    """A book of every sort of row; the numbers that the statements and faults below name."""
    own = lot(enterprise)
    available, card = lot_account(own), account(enterprise, Purpose.CARD)
    sink, overrun = (account(enterprise, p) for p in (Purpose.DISCHARGED, Purpose.OVERRUN))
    for serial in range(3):
        post(posting("CARD_LOAD", f"v{serial}", Move(available.pk, card.pk, T)))
    post(posting("DISCHARGE", "e1", Move(card.pk, sink.pk, 5 * T, overflow=overrun.pk)))
    by = system_actor("demo")
    services.place_hold(
        by=by, account=available, amount=T, purpose="PLEDGE", document=DOCUMENT, key="h", now=NOW
    )
    services.set_cap(
        by=by, region=own.region, asset=available.asset, quantity=90 * T, legal_basis="x"
    )
    asked = request_approval(
        by=officer,
        act=Act.ISSUE_PERMIT,
        region_code=city.pk,
        subject_type="x",
        subject_id=1,
        content=b"x",
        now=NOW,
    )
    return {
        "op": Operation.objects.get(key="v1").pk,
        "next": Operation.objects.get(key="v2").pk,
        "event": Operation.objects.get(key="e1").pk,
        "card": card.pk,
        "available": available.pk,
        "asset": available.asset_id,
        "period": available.asset.period_id,
        "lot": own.pk,
        "hold": Hold.objects.get(key="h").pk,
        "rival": rival.enterprise_id,
        "asked": asked.pk,
        "other": account(enterprise, Purpose.CARD, pollutant="NH3N").pk,
        "cap": own.region.cap_set.get().pk,
        "month": f"ledger_transfer_{datetime.date(2026, 11, 1):%Y%m}",
    }


JOURNAL = {
    "a balance": (
        "UPDATE ledger_account SET balance = balance + 1 WHERE id = {card}",
        "V02 account {card}",
    ),
    "a balance, seen by the cap equation": (
        "UPDATE ledger_account SET balance = balance + 1 WHERE id = {card}",
        "V03 asset {asset}",
    ),
    "an account's version": (
        "UPDATE ledger_account SET version = version + 1 WHERE id = {card}",
        "V02 account {card}",
    ),
    "when an account moved": (
        "UPDATE ledger_account SET moved_at = moved_at - interval '1 day' WHERE id = {card}",
        "V02 account {card}",
    ),
    "an amount": (
        "UPDATE ledger_transfer SET amount = 5 WHERE operation_id = {op}",
        "V01 transfer {op}.0",
    ),
    "an amount of a discharge with its chain": (
        "UPDATE ledger_transfer SET amount = 5 WHERE operation_id = {event} AND line = 1",
        "V09 operation {event}",
    ),
    "a link's version": (
        "UPDATE ledger_transfer SET target_version = 7 WHERE operation_id = {op}",
        "V01 transfer {op}.0",
    ),
    "a link's balance": (
        "UPDATE ledger_transfer SET source_balance = 7 WHERE operation_id = {op}",
        "V01 transfer {op}.0",
    ),
    "both ends of a transfer": (
        (
            "UPDATE ledger_transfer SET source_id = target_id, target_id = source_id"
            " WHERE operation_id = {op}"
        ),
        "V07 transfer {op}.0",
    ),
    "a transfer deleted": (
        "DELETE FROM ledger_transfer WHERE operation_id = {op}",
        "V04 operation {op}",
    ),
    "a transfer deleted, seen by the next": (
        "DELETE FROM ledger_transfer WHERE operation_id = {op}",
        "V01 transfer {next}.0",
    ),
    "a transfer put in": (
        (
            "INSERT INTO ledger_transfer SELECT operation_id, 1, source_id, target_id, asset_id, 5,"
            " 90, 1, 90, 1, posted_at FROM ledger_transfer WHERE operation_id = {op}"
        ),
        "V01 transfer {op}.1",
    ),
    "a transfer moved to another operation": (
        "UPDATE ledger_transfer SET operation_id = {next}, line = 1 WHERE operation_id = {op}",
        "V09 operation {next}",
    ),
    "a transfer's line": (
        "UPDATE ledger_transfer SET line = 3 WHERE operation_id = {op}",
        "V04 operation {op}",
    ),
    "a transfer's asset": (
        "UPDATE ledger_transfer SET asset_id = -1 WHERE operation_id = {op}",
        "V05 transfer {op}.0",
    ),
    "a transfer's account": (
        "UPDATE ledger_transfer SET target_id = {other} WHERE operation_id = {op}",
        "V05 transfer {op}.0",
    ),
    "when a transfer was posted": (
        "UPDATE ledger_transfer SET posted_at = posted_at + '1 h' WHERE operation_id = {op}",
        "V04 operation {op}",
    ),
    "when an operation was posted": (
        "UPDATE ledger_operation SET posted_at = posted_at - interval '1h' WHERE id = {op}",
        "V04 operation {op}",
    ),
    "an operation deleted": (
        "DELETE FROM ledger_operation WHERE id = {op}",
        "V04 operation {op}",
    ),
    "the effective date": (
        "UPDATE ledger_operation SET effective_date = effective_date - 40 WHERE id = {op}",
        "V09 operation {op}",
    ),
    "the effective date of a discharge over quota": (
        "UPDATE ledger_operation SET effective_date = effective_date - 40 WHERE id = {event}",
        "V09 operation {event}",
    ),
    "the kind": (
        "UPDATE ledger_operation SET kind = 'LAPSE' WHERE id = {op}",
        "V07 transfer {op}.0",
    ),
    "the request's hash": (
        "UPDATE ledger_operation SET body_hash = sha256('x') WHERE id = {op}",
        "V09 operation {op}",
    ),
    "the document": (
        "UPDATE ledger_operation SET document_id = document_id + 1 WHERE id = {op}",
        "V09 operation {op}",
    ),
    "what it reverses": (
        "UPDATE ledger_operation SET reverses_id = {next} WHERE id = {op}",
        "V09 operation {op}",
    ),
    "an approval nobody gave": (
        "UPDATE ledger_operation SET approval_id = {asked} WHERE id = {op}",
        "V10 operation {op}",
    ),
}
RECORDS = {
    "a hold's state": (
        "UPDATE ledger_hold SET state = 'RELEASED', released = amount WHERE id = {hold}",
        "V08 hold {hold}",
    ),
    "a hold's amount": (
        "UPDATE ledger_hold SET amount = amount + 1 WHERE id = {hold}",
        "V08 hold {hold}",
    ),
    "a hold's purpose": (
        "UPDATE ledger_hold SET purpose = 'CASE' WHERE id = {hold}",
        "V13 hold {hold}",
    ),
    "a hold deleted": ("DELETE FROM ledger_hold WHERE id = {hold}", "V13 hold {hold}"),
    "a lot's quantity": (
        "UPDATE ledger_lot SET quantity_per_year = 1 WHERE id = {lot}",
        "V13 lot {lot}",
    ),
    "a lot's holder": (
        "UPDATE ledger_lot SET enterprise_id = {rival} WHERE id = {lot}",
        "V11 account {available}",
    ),
    "a lot's term": (
        "UPDATE ledger_lot SET valid_to = valid_to + 365 WHERE id = {lot}",
        "V13 lot {lot}",
    ),
    "a lot's parent": ("UPDATE ledger_lot SET parent_id = {lot} WHERE id = {lot}", "V13 lot {lot}"),
    "a lot paid": ("UPDATE ledger_lot SET paid_state = 'PAID' WHERE id = {lot}", "V13 lot {lot}"),
    "a lot deleted": ("DELETE FROM ledger_lot WHERE id = {lot}", "V11 account {available}"),
    "an account's holder": (
        "UPDATE ledger_account SET enterprise_id = {rival} WHERE id = {available}",
        "V11 account {available}",
    ),
    "an account's purpose": (
        "UPDATE ledger_account SET purpose = 'RETIRED' WHERE id = {card}",
        "V07 transfer {op}.0",
    ),
    "an account's floor": (
        "UPDATE ledger_account SET min_balance = NULL WHERE id = {card}",
        "V06 account {card}",
    ),
    "a cap": ("UPDATE ledger_cap SET quantity = quantity * 2 WHERE id = {cap}", "V13 cap {cap}"),
    "what an asset counts": (
        "UPDATE ledger_asset SET pollutant_id = 'TP' WHERE id = {asset}",
        "V11 account {available}",
    ),
    "a period's dates": (
        "UPDATE ledger_quotaperiod SET end_date = end_date + 31 WHERE id = {period}",
        "V13 quotaperiod {period}",
    ),
    "a period closed": (
        "UPDATE ledger_quotaperiod SET state = 'CLOSED' WHERE id = {period}",
        "V13 quotaperiod {period}",
    ),
    "what a kind needs": (
        "UPDATE ledger_operationtype SET must_correct = NOT must_correct WHERE code = 'CARD_LOAD'",
        "V13 operationtype CARD_LOAD",
    ),
    "an account restricted by one hand": (
        "UPDATE ledger_account SET restriction = 'RECEIVE' WHERE id = {card}",
        "V16 account {card}",
    ),
    "a sequence set back": (
        "ALTER SEQUENCE ledger_operation_id_seq RESTART WITH 1",
        "V14 sequence ledger_operation_id_seq",
    ),
}
OUT_OF_MONTH = (
    "ALTER TABLE ledger_transfer DETACH PARTITION {month};"
    "UPDATE {month} SET posted_at = posted_at - interval '90 days' WHERE operation_id = {op};"
    "ALTER TABLE {month} ADD CONSTRAINT x CHECK (posted_at IS NOT NULL AND"
    " posted_at >= '2026-11-01Z' AND posted_at < '2026-12-01Z') NOT VALID;"
    "UPDATE pg_constraint SET convalidated = true WHERE conname = 'x';"
    "ALTER TABLE ledger_transfer ATTACH PARTITION {month}"
    " FOR VALUES FROM ('2026-11-01Z') TO ('2026-12-01Z')"
)
CATALOGUE = {
    "a month detached": (
        "ALTER TABLE ledger_transfer DETACH PARTITION {month}",
        "V15 table {month}",
    ),
    "a month dropped": ("DROP TABLE {month}", "V15 table {month}"),
    "a month dropped, seen by its operations": ("DROP TABLE {month}", "V04 operation {op}"),
    "a row in another month's table": (OUT_OF_MONTH, "V15 transfer {op}.0"),
    "a month's guard off": (
        "ALTER TABLE {month} DISABLE TRIGGER refuse_direct",
        "V15 table {month}, trigger refuse_direct",
    ),
    "a check dropped": (
        "ALTER TABLE ledger_lot DROP CONSTRAINT lot_ends_after_it_starts",
        "V12 table ledger_lot, lot_ends_after_it_starts",
    ),
    "a check made weaker": (
        (
            "ALTER TABLE ledger_lot DROP CONSTRAINT lot_ends_after_it_starts;"
            "ALTER TABLE ledger_lot ADD CONSTRAINT lot_ends_after_it_starts CHECK (true)"
        ),
        "V12 table ledger_lot, lot_ends_after_it_starts",
    ),
    "a check of the journal dropped": (
        "ALTER TABLE ledger_transfer DROP CONSTRAINT transfer_amount_is_positive",
        "V12 table ledger_transfer, transfer_amount_is_positive",
    ),
    "the unique key dropped": (
        "ALTER TABLE ledger_operation DROP CONSTRAINT operation_key_is_used_once",
        "V12 table ledger_operation, operation_key_is_used_once",
    ),
    "a partial unique index dropped": (
        "DROP INDEX operation_is_reversed_once",
        "V12 table ledger_operation, operation_is_reversed_once",
    ),
    "a foreign key off": (
        "ALTER TABLE ledger_lot DISABLE TRIGGER ALL",
        "V12 table ledger_lot, parent_id",
    ),
    "a column made optional": (
        "ALTER TABLE ledger_account ALTER COLUMN balance DROP NOT NULL",
        "V12 table ledger_account, balance",
    ),
    "a trigger off": (
        "ALTER TABLE ledger_transfer DISABLE TRIGGER ledger_apply_transfers",
        "V12 table ledger_transfer, trigger ledger_apply_transfers",
    ),
    "a trigger dropped": (
        "DROP TRIGGER ledger_apply_transfers ON ledger_transfer",
        "V12 table ledger_transfer, trigger ledger_apply_transfers",
    ),
    "a function emptied": (
        (
            "CREATE OR REPLACE FUNCTION ledger_apply_transfers() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NULL; END'"
        ),
        "V12 function ledger_apply_transfers",
    ),
    "frames may be rewritten": (
        (
            "CREATE OR REPLACE FUNCTION cardswipe_refuse_change() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NEW; END'"
        ),
        "V12 function cardswipe_refuse_change",
    ),
    "a trigger put in": (
        (
            "CREATE TRIGGER swallow BEFORE INSERT ON ledger_lot"
            " EXECUTE FUNCTION ledger_refuse_direct()"
        ),
        "V12 table ledger_lot, trigger swallow",
    ),
}
TAMPERING = JOURNAL | RECORDS | CATALOGUE


def test_there_are_at_least_25_kinds_of_tampering():
    assert len(TAMPERING) >= 25


def found_by(code: str) -> list[str]:
    """The check's number and row of each fault that the check with this code finds."""
    with transaction.atomic():
        check = next(check for check in queries.CHECKS if code in check.codes)
        found = list(check.run())
    with translation.override("zh-hans"):
        assert all(spoken(fault.text) != fault.text for fault in found), "said in Chinese too"
        assert all(spoken_row(fault.row) for fault in found)
    return [f"{fault.check} {fault.row}" for fault in found]


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_found_and_its_row_named(names, what):
    sql, fault = (text.format(**names) for text in TAMPERING[what])
    code = fault.split()[0]
    assert found_by(code) == [], "the book is in order before"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert fault in found_by(code)


def test_a_sound_book_has_no_fault(names):
    assert list(queries.verify()) == []
    assert Lot.objects.count() == 1
