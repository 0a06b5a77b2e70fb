"""What logs, witnesses and people hand each other: tlog-proof files and witness requests."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.proof.notes import BadNote, from_base64, hash_from, to_base64, whole_number

HEAD = "c2sp.org/tlog-proof@v1"
MOST_NODES = 63


@dataclass(frozen=True)
class TlogProof:
    """A leaf's place in a log, provable without it; the checkpoint is a signed note."""

    index: int
    proof: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def __str__(self) -> str:
        extra = [f"extra {to_base64(self.extra)}"] if self.extra is not None else []
        nodes = [to_base64(node) for node in self.proof]
        return "\n".join([HEAD, *extra, f"index {self.index}", *nodes, "", self.checkpoint])


def parse_tlog_proof(raw: str) -> TlogProof:
    """A tlog-proof file; its checkpoint is taken apart by `notes.open_checkpoint`."""
    head, gap, checkpoint = raw.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines[0] != HEAD:
        raise BadNote("this is no tlog-proof file of version 1")
    lines = lines[1:]
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = from_base64(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise BadNote("the line with the index is missing")
    index = whole_number(lines[0].removeprefix("index "))
    return TlogProof(index, nodes_from(lines[1:]), checkpoint, extra)


def nodes_from(lines: Sequence[str]) -> tuple[bytes, ...]:
    """The hashes of a proof, a line each."""
    if len(lines) > MOST_NODES:
        raise BadNote(f"a proof has at most {MOST_NODES} hashes")
    return tuple(hash_from(line) for line in lines)


@dataclass(frozen=True)
class AddCheckpoint:
    """What a log asks of a witness: a checkpoint that extends the last one it cosigned."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: str

    def __str__(self) -> str:
        nodes = [to_base64(node) for node in self.proof]
        return "\n".join([f"old {self.old_size}", *nodes, "", self.checkpoint])


def parse_add_checkpoint(raw: str) -> AddCheckpoint:
    """The body of a request to a witness (C2SP tlog-witness)."""
    head, gap, checkpoint = raw.partition("\n\n")
    lines = head.split("\n")
    if not gap or not lines[0].startswith("old "):
        raise BadNote("the request has no line with the old size or no checkpoint")
    return AddCheckpoint(
        whole_number(lines[0].removeprefix("old ")), nodes_from(lines[1:]), checkpoint
    )
