"""PostgreSQL keeps the proof log: each of its constraints and triggers, broken once."""

import pytest
from django.db import DatabaseError, connection, transaction

from ledger.models import PersonalSalt, ProofKey
from tests.factories_ledger import NOW, lot
from tests.factories_proof import keep
from tests.factories_witness import cosignature
from tests.refused import broken

REFUSALS = [
    ("proof_log_is_not_updated", "UPDATE ledger_prooflog SET origin = origin"),
    ("proof_log_is_not_deleted", "DELETE FROM ledger_prooflog"),
    ("proof_source_is_not_updated", "UPDATE ledger_proofsource SET table_name = table_name"),
    ("proof_source_is_not_deleted", "DELETE FROM ledger_proofsource"),
    ("proof_shape_is_not_updated", "UPDATE ledger_proofshape SET columns = columns"),
    ("proof_shape_is_not_deleted", "DELETE FROM ledger_proofshape"),
    ("proof_leaf_is_not_updated", "UPDATE ledger_proofleaf SET entry = entry"),
    ("proof_leaf_is_not_deleted", "DELETE FROM ledger_proofleaf"),
    ("proof_record_is_not_updated", "UPDATE ledger_proofrecord SET leaf_index = leaf_index"),
    ("proof_record_is_not_deleted", "DELETE FROM ledger_proofrecord"),
    ("proof_node_is_not_updated", "UPDATE ledger_proofnode SET hash = hash"),
    ("proof_node_is_not_deleted", "DELETE FROM ledger_proofnode"),
    ("proof_checkpoint_is_not_updated", "UPDATE ledger_proofcheckpoint SET note = note"),
    ("proof_checkpoint_is_not_deleted", "DELETE FROM ledger_proofcheckpoint"),
    ("cosignature_is_not_updated", "UPDATE ledger_cosignature SET line = line"),
    ("cosignature_is_not_deleted", "DELETE FROM ledger_cosignature"),
    ("sealed_statement_is_not_updated", "UPDATE ledger_sealedstatement SET opening = opening"),
    ("sealed_statement_is_not_deleted", "DELETE FROM ledger_sealedstatement"),
    ("proof_key_is_not_deleted", "DELETE FROM ledger_proofkey"),
    ("personal_salt_is_not_deleted", "DELETE FROM ledger_personalsalt"),
]
TRUNCATES = [
    "proof_log_is_not_truncated",
    "proof_source_is_not_truncated",
    "proof_shape_is_not_truncated",
    "proof_leaf_is_not_truncated",
    "proof_record_is_not_truncated",
    "proof_node_is_not_truncated",
    "proof_checkpoint_is_not_truncated",
    "cosignature_is_not_truncated",
    "proof_key_is_not_truncated",
    "personal_salt_is_not_truncated",
    "proof_queue_is_not_truncated",
    "sealed_statement_is_not_truncated",
]


@pytest.fixture
def log(enterprise):
    lot(enterprise)
    return keep()


def guard_of(sql, *params):
    """The name of the constraint or guard that refuses a statement."""
    with (
        pytest.raises(DatabaseError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, params)
    return refusal.value.__cause__.diag.constraint_name


@pytest.mark.parametrize(("guard", "sql"), REFUSALS)
def test_what_is_logged_is_neither_changed_nor_removed(log, guard, sql):
    assert guard_of(sql) == guard


def test_key_and_commitment_change_only_by_their_end(log):
    # Refused by the triggers proof_key_is_not_rewritten and personal_salt_is_not_rewritten.
    rewritten = "proof_row_is_not_rewritten"
    assert guard_of("UPDATE ledger_proofkey SET origin = 'x'") == rewritten
    assert guard_of("UPDATE ledger_personalsalt SET commitment = 'x'") == rewritten
    assert guard_of("UPDATE ledger_personalsalt SET salt = 'x'") == rewritten
    ProofKey.objects.update(valid_to=NOW)
    assert guard_of("UPDATE ledger_proofkey SET valid_to = NULL") == rewritten
    assert PersonalSalt.objects.update(salt=None) > 0


def test_queue_is_left_only_into_the_log(log, enterprise):
    lot(enterprise, key="lot-2")
    assert guard_of("DELETE FROM ledger_proofqueue") == "queued_rows_leave_into_the_log"
    # The trigger proof_queue_is_not_updated; its sister proof_queue_is_not_truncated is off here.
    assert guard_of("UPDATE ledger_proofqueue SET xid = 1") == "proof_queue_is_not_rewritten"


def test_leaves_leave_no_gap(log):
    copied = (
        "INSERT INTO ledger_proofleaf (index, queue_id, shape_id, row_ids, record_hashes, secret,"
        " entry, leaf_hash, xid, queued_at, logged_at) SELECT index + {far}, -queue_id, shape_id,"
        " row_ids, record_hashes, secret, entry, leaf_hash, xid, queued_at, logged_at"
        " FROM ledger_proofleaf ORDER BY index DESC LIMIT 1"
    )
    assert guard_of(copied.format(far=2)) == "proof_leaves_are_gapless"
    assert guard_of(copied.format(far=0)) == "ledger_proofleaf_pkey"


def test_one_of_each_kind(log):
    key = ProofKey.objects.get()
    other = ProofKey(origin=key.origin, public=b"x" * 32, valid_from=NOW)
    with broken("one_proof_key_in_force"):
        other.save()
    backwards = ProofKey(origin="o", public=b"y" * 32, valid_from=NOW, valid_to=NOW.replace(year=2))
    with broken("proof_key_ends_after_it_begins"):
        backwards.save()
    second = "INSERT INTO ledger_prooflog VALUES (2, 'x', now())"
    assert guard_of(second) == "there_is_one_proof_log"
    copied = (
        "INSERT INTO ledger_proofshape (source_id, columns, personal)"
        " SELECT source_id, columns, personal FROM ledger_proofshape LIMIT 1"
    )
    assert guard_of(copied) == "proof_shape_stands_once"
    salt = PersonalSalt.objects.first()
    salt.pk = None
    with broken("personal_datum_is_committed_once"):
        salt.save()


def test_row_stands_in_the_log_once(log):
    again = "INSERT INTO ledger_proofrecord SELECT * FROM ledger_proofrecord LIMIT 1"
    assert guard_of(again) == "ledger_proofrecord_pkey"


def test_witness_cosigns_once(log):
    line = cosignature(log)
    line.pk = None
    with broken("witness_cosigns_a_checkpoint_once"):
        line.save()


@pytest.mark.parametrize("guard", TRUNCATES)
def test_truncate_is_refused(db, guard):
    from tests.conftest import TRUNCATE_GUARDS

    found = [one for one in TRUNCATE_GUARDS if guard in one]
    assert found
    assert all(TRUNCATE_GUARDS[one] == "O" for one in found)
