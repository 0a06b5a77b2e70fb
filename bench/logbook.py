"""Gives a filled journal its places in the proof log, as the sequencer would, only quicker.

Records come from PostgreSQL as whole texts; that they are those of `ledger.proof.canonical` is what
`verify_ledger` then finds out.
"""

import datetime
import secrets
from collections.abc import Iterator

from django.db import connection, transaction

from ledger import services
from ledger.models import ProofShape
from ledger.proof import canonical, merkle
from ledger.proof.tiles import edge_of
from ledger.queries import proof as reads
from ledger.queries.record_texts import heads
from ledger.services import proof
from ledger.sources import sources

TABLE = "ledger_operation"
BATCH, BLOCK = 1000, 50_000  # operations posted by one statement; operations read at once


def append(*, first: int, last: int, now: datetime.datetime) -> None:
    """The operations from `first` to `last`, a thousand to a leaf, behind whatever waits."""
    services.keep_log(now=now, horizon=2**62)
    shape = proof.shape_now(sources()[TABLE])
    for start in range(first, last + 1, BLOCK):
        block = range(start, min(start + BLOCK, last + 1))
        with transaction.atomic(), connection.cursor() as cursor:
            growth = proof.Growth(edge_of(reads.log_size(), reads.read_tile))
            cursor.execute(
                "SELECT nextval('ledger_proofqueue_id_seq') FROM generate_series(1, %s)",
                [-(-len(block) // BATCH)],
            )
            numbers = [row[0] for row in cursor.fetchall()]
            for number, (ids, leaf) in zip(numbers, leaves(shape, block), strict=True):
                batch = proof.Batch(number, TABLE, ids, 1, now)
                proof.append_leaf(growth, batch, leaf, now)
            proof.write_growth(cursor, growth)
    services.keep_log(now=now, horizon=2**62)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE ledger_proofrecord, ledger_proofleaf")


def leaves(shape: ProofShape, block: range) -> Iterator[tuple[list[int], proof.Leaf]]:
    """A leaf for each thousand of these operations."""
    texts = dict(heads(shape, list(block)))
    tail = b'","source":"' + TABLE.encode() + b'"}'
    for start in range(block.start, block.stop, BATCH):
        ids = list(range(start, min(start + BATCH, block.stop)))
        secret = secrets.token_bytes(32)
        hashes = [
            canonical.record_hash(
                texts[number] + canonical.salt_of(secret, number).hex().encode() + tail
            )
            for number in ids
        ]
        entry = canonical.entry(sources()[TABLE].kind, len(ids), merkle.root_of(hashes))
        yield ids, proof.Leaf(shape, secret, hashes, entry)
