"""The sequencer: every row gets one place, the tree stands, checkpoints are signed and kept."""

import datetime
import stat

import pytest
from django.conf import settings
from django.db import connection, transaction

from ledger import keyring, services
from ledger.models import (
    Operation,
    ProofCheckpoint,
    ProofKey,
    ProofLeaf,
    ProofLog,
    ProofNode,
    ProofQueue,
    ProofRecord,
)
from ledger.proof import canonical, merkle, notes
from ledger.queries import proof as reads
from ledger.refusals import LogForked, ProofKeyMissing
from ledger.rules import Move, Purpose
from ledger.sources import sources, unwatched
from parties.services import system_actor
from tests.factories_ledger import NOW, account, lot, lot_account, post, posting
from tests.factories_proof import keep

T = 10**9
LATER = NOW + datetime.timedelta(minutes=5)


@pytest.fixture
def book(enterprise):
    """A lot and one card load, all of it in the log."""
    available, card = lot_account(lot(enterprise)), account(enterprise, Purpose.CARD)
    post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T)))
    keep()
    return available, card


def load(book, *keys):
    available, card = book
    return post(*[posting("CARD_LOAD", key, Move(available.pk, card.pk, 1)) for key in keys])


def test_everything_written_has_its_place_and_nothing_waits(book):
    assert not ProofQueue.objects.exists()
    operation = Operation.objects.get(key="v1")
    leaf = reads.place_of("ledger_operation", operation.pk)
    assert operation.pk in leaf.row_ids
    assert reads.log_size() == ProofLeaf.objects.count()
    logged = ProofRecord.objects.values_list("source_id", "row_id")
    assert len(set(logged)) == sum(len(one.row_ids) for one in ProofLeaf.objects.all())


def test_leaves_are_numbered_without_a_gap_and_the_tree_is_theirs(book):
    hashes = [bytes(leaf.leaf_hash) for leaf in ProofLeaf.objects.order_by("index")]
    assert list(ProofLeaf.objects.order_by("index").values_list("index", flat=True)) == list(
        range(len(hashes))
    )
    assert reads.root_at(len(hashes)) == merkle.root_of(hashes)


def test_batch_is_one_leaf_and_each_operation_has_its_own_proof(book):
    receipts = load(book, *[f"b{n}" for n in range(5)])
    before = reads.log_size()
    checkpoint = keep(LATER)
    assert checkpoint.size == before + 1
    for receipt in receipts:
        proof = reads.proof_of("ledger_operation", receipt.operation_id)
        kind, count, root = canonical.parse_entry(bytes(proof.leaf.entry))
        assert (kind, count) == ("operation", 5)
        assert merkle.verify_inclusion(
            proof.position, count, proof.record_hash, proof.batch_proof, root
        )
        assert merkle.verify_inclusion(
            proof.leaf.index,
            checkpoint.size,
            merkle.leaf_hash(bytes(proof.leaf.entry)),
            proof.leaf_proof,
            bytes(checkpoint.root),
        )


def test_log_past_a_full_tile_keeps_its_nodes(book):
    for number in range(260):
        load(book, f"n{number}")
    keep(LATER)
    assert ProofNode.objects.filter(level=1, place=0).exists()
    hashes = [bytes(leaf.leaf_hash) for leaf in ProofLeaf.objects.order_by("index")]
    assert reads.root_at(len(hashes)) == merkle.root_of(hashes)
    proof = reads.consistency(100, len(hashes))
    roots = merkle.root_of(hashes[:100]), merkle.root_of(hashes)
    assert merkle.verify_consistency(100, len(hashes), proof, roots)


def test_rows_of_a_transaction_that_runs_wait(book):
    load(book, "w1")
    before = reads.log_size()
    # This very transaction runs, so nothing it wrote is older than every running one.
    assert services.keep_log(now=LATER) is None
    assert reads.log_size() == before
    assert ProofQueue.objects.exists()


def test_nothing_new_is_not_signed_again(book):
    assert keep(LATER) is None
    assert ProofCheckpoint.objects.count() == 1


def test_checkpoint_is_signed_by_the_key_in_the_file_and_names_the_bureau(book, city):
    checkpoint = ProofCheckpoint.objects.get()
    found, _note = notes.open_checkpoint(checkpoint.note, [ProofKey.objects.get().verifier])
    assert found.origin == ProofLog.objects.get().origin
    assert f"/log/{city.pk}-" in found.origin
    assert (found.size, found.root) == (checkpoint.size, bytes(checkpoint.root))
    path = keyring.path_of(keyring.LOG_KEY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.PROOF_DIR.stat().st_mode) & 0o077 == 0


def test_log_without_a_bureau_signs_nothing(db):
    assert keep() is None
    assert reads.log_size() > 0


def test_new_key_is_signed_by_the_old_and_old_checkpoints_stay_valid(book, settings, tmp_path):
    old = ProofKey.objects.get()
    new = services.rotate_proof_key(by=system_actor("demo"), now=LATER)
    statement = notes.parse_note(new.endorsement)
    assert notes.signers(statement, [old.verifier]) == [old.verifier]
    assert new.verifier.vkey in statement.text
    old.refresh_from_db()
    assert (old.valid_to, new.valid_to) == (LATER, None)
    # The files change places when the transaction is committed; a stop in between heals itself.
    load(book, "r1")
    checkpoint = keep(LATER)
    assert checkpoint.key == new
    keys = [key.verifier for key in reads.log_keys()]
    for one in ProofCheckpoint.objects.all():
        notes.open_checkpoint(one.note, keys)
    with pytest.raises(notes.BadNote):
        notes.open_checkpoint(checkpoint.note, [old.verifier])
    assert keyring.path_of(f"log-key.{old.verifier.key_id.hex()}.pem").exists()


def test_lost_key_is_told_and_never_replaced_in_silence(book, settings, tmp_path):
    settings.PROOF_DIR = tmp_path / "empty"
    load(book, "k1")
    with pytest.raises(ProofKeyMissing, match="log-key"):
        keep(LATER)


def test_log_set_back_behind_a_kept_checkpoint_is_not_signed(book, settings, tmp_path):
    origin = ProofLog.objects.get().origin
    text = notes.Checkpoint(origin, 10**6, merkle.EMPTY_ROOT).text
    private = keyring.read(keyring.LOG_KEY)
    keyring.keep_checkpoint(str(notes.Note(text, (notes.sign(text, private, origin),))))
    load(book, "f1")
    try:
        with pytest.raises(LogForked):
            keep(LATER)
    finally:
        keyring.path_of(keyring.CHECKPOINT).unlink()


def test_personal_data_stands_in_the_log_as_commitments_only(book):
    user = system_actor("demo").user
    row = user.history.last()
    proof = reads.proof_of("parties_historicaluser", row.pk)
    assert user.username not in proof.record.decode()
    assert b'"username":"sha256:' in proof.record


def test_every_history_table_and_bid_and_permit_act_is_a_source():
    known = sources()
    assert {"ledger_operation", "trading_bid", "trading_refusedbid", "permits_reviewstep"} <= set(
        known
    )
    assert sum(source.key == "history_id" for source in known.values()) > 40
    assert known["parties_historicalapproval"].kind == "approval"


def test_no_source_is_without_its_trigger(db):
    assert unwatched() == []


def test_missing_trigger_is_put_back_with_the_rows_written_meanwhile(book, city):
    from ledger import sources as registry

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP TRIGGER queue_for_proof ON parties_historicalregion")
    assert unwatched() == ["parties_historicalregion"]
    registry.watch()
    assert unwatched() == []
    waiting = ProofQueue.objects.filter(table_name="parties_historicalregion")
    assert waiting.exists()


def test_statement_that_writes_no_row_queues_nothing(book):
    before = ProofQueue.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO parties_historicalregion SELECT * FROM parties_historicalregion"
            " WHERE false"
        )
    assert ProofQueue.objects.count() == before


def test_row_that_vanished_before_its_turn_is_logged_as_gone(book, city):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_proofqueue (table_name, row_ids, xid, queued_at)"
            " VALUES ('ledger_operation', ARRAY[999999999], 1, now())"
        )
    keep(LATER)
    assert reads.place_of("ledger_operation", 999999999) is not None
