"""The checks of the proof log, V31 to V34: streams that need memory for a block, not for the log.

V31  every row of a source is in the log, and as it was logged
V32  the tree is the tree of the leaves, and every checkpoint is a root of it
V33  every checkpoint is signed by a key of the log, and no key took over unendorsed
V34  the log extends the checkpoint kept outside the database
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ledger.models import ProofCheckpoint, ProofKey, ProofLeaf, ProofLog, ProofNode
from ledger.proof import merkle, notes
from ledger.proof.tiles import Edge
from ledger.queries import proof as reads

from .check_logged import rows_are_as_logged
from .faults import Check, Fault


def tree_is_that_of_its_leaves() -> Iterator[Fault]:
    """V32: places without a gap, hashes of the entries, nodes above them, roots of checkpoints."""
    edge = Edge()
    wanted = dict(ProofCheckpoint.objects.values_list("size", "root"))
    columns = ("index", "entry", "leaf_hash")
    leaves = ProofLeaf.objects.order_by("index").values_list(*columns)
    for index, entry, stored in leaves.iterator(chunk_size=5000):
        if index != edge.size:
            yield Fault("V32", f"leaf {index}", f"follows leaf {edge.size - 1}: a gap")
            return
        hashed = merkle.leaf_hash(bytes(entry))
        if hashed != bytes(stored):
            yield Fault("V32", f"leaf {index}", "its hash is not that of its entry")
        yield from _node_faults(edge.append(hashed))
        if edge.size in wanted and edge.root != bytes(wanted.pop(edge.size)):
            yield Fault("V32", f"checkpoint {edge.size}", "its root is not that of the leaves")
    for size in sorted(wanted):
        yield Fault("V32", f"checkpoint {size}", f"the log has only {edge.size} leaves")


def _node_faults(made: Any) -> Iterator[Fault]:
    for level, place, one in made:
        kept = ProofNode.objects.filter(level=level, place=place).values_list("hash", flat=True)
        if [bytes(found) for found in kept] != [one]:
            yield Fault("V32", f"node {level}/{place}", "is gone or not the hash of its tile")


def checkpoints_are_signed() -> Iterator[Fault]:
    """V33: each checkpoint's note says what its row says, and a key of the log signed it."""
    log = ProofLog.objects.first()
    keys = list(ProofKey.objects.order_by("pk"))
    yield from _key_faults(keys)
    for one in ProofCheckpoint.objects.order_by("size").iterator(chunk_size=1000):
        signing = [key.verifier for key in keys if key.pk == one.key_id]
        try:
            said, _note = notes.open_checkpoint(one.note, signing)
        except notes.BadNote as error:
            yield Fault("V33", f"checkpoint {one.size}", str(error))
            continue
        if log is None or said != notes.Checkpoint(log.origin, one.size, bytes(one.root)):
            yield Fault(
                "V33", f"checkpoint {one.size}", "its note says something else than its row"
            )


def _key_faults(keys: list[ProofKey]) -> Iterator[Fault]:
    """Each key but the first is signed by the one before it."""
    for before, key in pairwise(keys):
        try:
            note = notes.parse_note(key.endorsement)
            is_signed = notes.signers(note, [before.verifier]) and key.verifier.vkey in note.text
        except notes.BadNote:
            is_signed = False
        if not is_signed:
            yield Fault("V33", f"key {key.pk}", "the key before it did not sign it")


def log_extends_what_was_kept(note: str) -> Iterator[Fault]:
    """V34: the last checkpoint kept in a file is one of this log's."""
    log = ProofLog.objects.first()
    if not note or log is None:
        return
    kept = notes.parse_checkpoint(notes.parse_note(note).text)
    if kept.origin != log.origin:
        yield Fault("V34", "proof log", f"the checkpoint kept outside is of {kept.origin}")
    elif kept.size > reads.log_size():
        yield Fault("V34", "proof log", f"is shorter than the {kept.size} entries signed before")
    elif reads.root_at(kept.size) != kept.root:
        yield Fault("V34", "proof log", f"is another than the {kept.size} entries signed before")


PROOF_CHECKS = (
    Check(("V31",), rows_are_as_logged, is_shared=True),
    Check(("V32",), tree_is_that_of_its_leaves),
    Check(("V33",), checkpoints_are_signed),
)
