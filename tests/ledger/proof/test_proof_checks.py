"""Tampering by someone who can switch every guard off: found, and the row named."""

import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from ledger import keyring, queries, services
from ledger.models import Operation, PersonalSalt, ProofCheckpoint, ProofLeaf, ProofLog
from ledger.proof import merkle, notes
from ledger.queries import proof as reads
from ledger.rules import Move, Purpose
from parties.services import system_actor
from tests.factories_ledger import NOW, account, lot, lot_account, post, posting
from tests.factories_proof import keep

LATER = NOW + datetime.timedelta(minutes=5)


@pytest.fixture
def book(enterprise):
    """A lot, three loads in a batch, all logged; the checks are content."""
    available, card = lot_account(lot(enterprise)), account(enterprise, Purpose.CARD)
    loads = [posting("CARD_LOAD", f"v{n}", Move(available.pk, card.pk, 10 + n)) for n in range(3)]
    post(*loads)
    keep()
    assert proof_faults() == []
    return available, card


def proof_faults():
    return [f"{f.check} {f.row}" for f in queries.verify() if f.check >= "V31"]


def tamper(*statements):
    """What the proof log's checks say after statements with all triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for sql, *params in statements:
            cursor.execute(sql, params)
        cursor.execute("SET session_replication_role = origin")
    return proof_faults()


def number(key="v1"):
    return Operation.objects.get(key=key).pk


def test_edited_operation_is_found_and_named(book):
    sql = "UPDATE ledger_operation SET reason = 'kind regards' WHERE id = %s"
    assert tamper((sql, number())) == [f"V31 ledger_operation {number()}"]
    # The journal's own checks have nothing to say: only the log knows what the reason was.
    assert [fault.check for fault in queries.verify()] == ["V31"]


def test_edited_transfer_is_found_by_its_operation(book):
    sql = "UPDATE ledger_transfer SET amount = amount + 1 WHERE operation_id = %s"
    assert tamper((sql, number())) == [f"V31 ledger_operation {number()}"]


def test_consistent_rewrite_of_amount_chain_and_balance_is_found_and_named(book):
    available, card = book
    last = number("v2")
    rewritten = (
        "UPDATE ledger_transfer SET amount = amount + 5, source_balance = source_balance - 5,"
        " target_balance = target_balance + 5 WHERE operation_id = %s"
    )
    statements = [
        (rewritten, last),
        ("UPDATE ledger_account SET balance = balance - 5 WHERE id = %s", available.pk),
        ("UPDATE ledger_account SET balance = balance + 5 WHERE id = %s", card.pk),
    ]
    assert tamper(*statements) == [f"V31 ledger_operation {last}"]


def test_deleted_operation_is_found_and_named(book):
    gone = number()
    found = tamper(
        ("DELETE FROM ledger_transfer WHERE operation_id = %s", gone),
        ("DELETE FROM ledger_operation WHERE id = %s", gone),
    )
    assert found == [f"V31 ledger_operation {gone}"]


def test_row_put_in_round_the_trigger_is_found_and_named(book):
    copied = (
        "INSERT INTO parties_historicalregion SELECT (jsonb_populate_record(h,"
        " '{\"history_id\": 999999}')).* FROM parties_historicalregion h LIMIT 1"
    )
    found = tamper((copied,))
    assert found == ["V31 parties_historicalregion 999999"]


def test_row_whose_queue_entry_was_taken_away_is_found(book, enterprise):
    lot(enterprise, key="lot-2")
    assert proof_faults() == []
    last = Operation.objects.latest("pk").pk
    found = tamper(("DELETE FROM ledger_proofqueue WHERE table_name = 'ledger_operation'",))
    assert f"V31 ledger_operation {last}" in found


def test_edited_history_row_is_found_and_named(book):
    row = system_actor("demo").user.history.earliest().pk
    sql = "UPDATE parties_historicaluser SET is_staff = NOT is_staff WHERE history_id = %s"
    assert tamper((sql, row)) == [f"V31 parties_historicaluser {row}"]


def test_edited_personal_datum_is_found_while_its_salt_stands(book):
    row = system_actor("demo").user.history.earliest().pk
    sql = "UPDATE parties_historicaluser SET username = 'other' WHERE history_id = %s"
    assert tamper((sql, row)) == [f"V31 parties_historicaluser {row}"]
    PersonalSalt.objects.filter(row_id=row).update(salt=None)
    assert proof_faults() == []


def test_deleted_leaf_is_a_gap(book):
    last = reads.log_size() - 1
    found = tamper(("DELETE FROM ledger_proofleaf WHERE index = %s", last - 1))
    assert f"V32 leaf {last}" in found


def test_cut_off_log_is_shorter_than_its_checkpoint(book):
    last = reads.log_size() - 1
    found = tamper(("DELETE FROM ledger_proofleaf WHERE index = %s", last))
    assert f"V32 checkpoint {last + 1}" in found


def test_edited_leaf_is_found(book):
    sql = "UPDATE ledger_proofleaf SET leaf_hash = sha256(''::bytea) WHERE index = 3"
    assert "V32 leaf 3" in tamper((sql,))
    sql = "UPDATE ledger_proofleaf SET record_hashes = sha256(''::bytea) WHERE index = 3"
    assert "V31 leaf 3" in tamper((sql,))


def test_edited_node_is_found(book):
    for count in range(260):
        post(posting("CARD_LOAD", f"n{count}", Move(book[0].pk, book[1].pk, 1)))
    keep(LATER)
    sql = "UPDATE ledger_proofnode SET hash = sha256(''::bytea) WHERE place = 0"
    assert tamper((sql,)) == ["V32 node 1/0"]


def test_edited_checkpoint_is_found(book):
    size = ProofCheckpoint.objects.get().size
    sql = "UPDATE ledger_proofcheckpoint SET root = sha256(''::bytea)"
    assert tamper((sql,)) == [f"V32 checkpoint {size}", f"V33 checkpoint {size}"]


def test_checkpoint_signed_by_another_key_is_found(book):
    one = ProofCheckpoint.objects.get()
    text = notes.parse_note(one.note).text
    forged = notes.sign(text, Ed25519PrivateKey.generate(), ProofLog.objects.get().origin)
    note = str(notes.Note(text, (forged,)))
    sql = "UPDATE ledger_proofcheckpoint SET note = %s"
    assert tamper((sql, note)) == [f"V33 checkpoint {one.size}"]


def test_key_that_nobody_endorsed_is_found(book):
    services.rotate_proof_key(by=system_actor("demo"), now=LATER)
    assert proof_faults() == []
    found = tamper(("UPDATE ledger_proofkey SET endorsement = '' WHERE valid_to IS NULL",))
    assert len(found) == 1
    assert found[0].startswith("V33 key")


def test_history_written_anew_and_signed_again_does_not_fit_the_kept_checkpoint(book):
    """The log's keeper himself, with key and database: what he gave away earlier convicts him."""
    kept = ProofCheckpoint.objects.get()
    keyring.keep_checkpoint(kept.note)
    assert proof_faults() == []
    text = "yizheng-entry/1\nhistory\n1\n" + notes.to_base64(merkle.EMPTY_ROOT) + "\n"
    hashes = [bytes(leaf.leaf_hash) for leaf in ProofLeaf.objects.order_by("index")]
    hashes[3] = merkle.leaf_hash(text.encode())
    root = merkle.root_of(hashes)
    origin = ProofLog.objects.get().origin
    body = notes.Checkpoint(origin, kept.size, root).text
    key = keyring.read(keyring.LOG_KEY)
    note = str(notes.Note(body, (notes.sign(body, key, origin),)))
    found = tamper(
        (
            "UPDATE ledger_proofleaf SET entry = %s, leaf_hash = %s WHERE index = 3",
            text.encode(),
            hashes[3],
        ),
        ("UPDATE ledger_proofcheckpoint SET root = %s, note = %s", root, note),
    )
    assert "V34 proof log" in found


def test_log_of_another_origin_or_shorter_than_kept_is_found(book):
    key = keyring.read(keyring.LOG_KEY)
    for origin, size in (("other.example/log", 1), (ProofLog.objects.get().origin, 10**6)):
        text = notes.Checkpoint(origin, size, merkle.EMPTY_ROOT).text
        keyring.keep_checkpoint(str(notes.Note(text, (notes.sign(text, key, origin),))))
        assert proof_faults() == ["V34 proof log"]


def test_signing_that_goes_on_while_the_check_runs_is_no_fault(book):
    """The check's snapshot knows less than a checkpoint kept after it was taken."""
    origin, key = ProofLog.objects.get().origin, keyring.read(keyring.LOG_KEY)
    text = notes.Checkpoint(origin, 10**6, merkle.EMPTY_ROOT).text
    later = str(notes.Note(text, (notes.sign(text, key, origin),)))
    found = queries.verify(only=["V34"], tell=lambda _words: keyring.keep_checkpoint(later))
    assert list(found) == []


def test_new_column_changes_no_older_proof(book):
    before = reads.proof_of("ledger_operation", number()).record
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE parties_historicalregion ADD COLUMN later text DEFAULT 'x'")
    assert proof_faults() == []
    assert reads.proof_of("ledger_operation", number()).record == before
