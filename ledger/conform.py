"""Checks for `manage.py conform tlog`: hashes, roots, proofs and checkpoints, without a database.

`{"operation": …}` names what is asked; hashes and proofs are base64, as in the C2SP formats.
"""

from collections.abc import Callable
from typing import Any

from ledger.proof import merkle, notes
from ledger.proof.exchange import parse_tlog_proof

MOST_LEAVES = 100_000


def text_of(asked: dict[str, Any], name: str) -> str:
    value = asked[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is not a text")
    return value


def number_of(asked: dict[str, Any], name: str) -> int:
    value = asked[name]
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError(f"{name} is not a whole number from 0 to 2**63 - 1")
    return value


def bytes_of(asked: dict[str, Any], name: str) -> bytes:
    return notes.from_base64(text_of(asked, name))


def list_of(asked: dict[str, Any], name: str) -> list[bytes]:
    """A list of base64 texts; null is an empty one, as in the public test vectors."""
    values = asked.get(name) or []
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise TypeError(f"{name} is not a list of texts")
    if len(values) > MOST_LEAVES:
        raise ValueError(f"{name} has more than {MOST_LEAVES} members")
    return [notes.from_base64(one) for one in values]


def hashes_of(asked: dict[str, Any]) -> list[bytes]:
    """The leaf hashes: as given, or of the entries given."""
    if "entries" in asked:
        return [merkle.leaf_hash(one) for one in list_of(asked, "entries")]
    return list_of(asked, "leaf_hashes")


def shown(nodes: list[bytes]) -> list[str]:
    return [notes.to_base64(one) for one in nodes]


def leaf_hash(asked: dict[str, Any]) -> dict[str, Any]:
    """entry → leaf_hash."""
    return {"leaf_hash": notes.to_base64(merkle.leaf_hash(bytes_of(asked, "entry")))}


def root(asked: dict[str, Any]) -> dict[str, Any]:
    """entries or leaf_hashes → size and root."""
    hashes = hashes_of(asked)
    return {"size": len(hashes), "root": notes.to_base64(merkle.root_of(hashes))}


def make_inclusion(asked: dict[str, Any]) -> dict[str, Any]:
    """index and entries or leaf_hashes → proof."""
    return {"proof": shown(merkle.inclusion_of(number_of(asked, "index"), hashes_of(asked)))}


def make_consistency(asked: dict[str, Any]) -> dict[str, Any]:
    """size1 and entries or leaf_hashes (of the larger tree) → proof."""
    hashes = hashes_of(asked)
    full = merkle.full_of(hashes)
    return {"proof": shown(merkle.consistency_proof(number_of(asked, "size1"), len(hashes), full))}


def verify_inclusion(asked: dict[str, Any]) -> dict[str, Any]:
    """index, size, leaf_hash (or entry), proof, root → ok."""
    entry = merkle.leaf_hash(bytes_of(asked, "entry")) if "entry" in asked else None
    leaf = entry or bytes_of(asked, "leaf_hash")
    index, size = number_of(asked, "index"), number_of(asked, "size")
    proof, wanted = list_of(asked, "proof"), bytes_of(asked, "root")
    return {"ok": merkle.verify_inclusion(index, size, leaf, proof, wanted)}


def verify_consistency(asked: dict[str, Any]) -> dict[str, Any]:
    """size1, size2, root1, root2, proof → ok; size1 of 0 proves nothing and is not ok."""
    roots = bytes_of(asked, "root1"), bytes_of(asked, "root2")
    sizes = number_of(asked, "size1"), number_of(asked, "size2")
    return {"ok": merkle.verify_consistency(*sizes, list_of(asked, "proof"), roots)}


def checkpoint(asked: dict[str, Any]) -> dict[str, Any]:
    """note, vkeys (of the log and of witnesses) → ok, origin, size, root, and who signed."""
    keys = asked["vkeys"]
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise TypeError("vkeys is not a list of texts")
    known = [notes.parse_vkey(key) for key in keys]
    raw = text_of(asked, "note")
    try:
        found, note = notes.open_checkpoint(raw, known)
        witnesses = notes.signers(note, [k for k in known if k.kind == notes.COSIGNATURE])
    except notes.BadNote as error:
        return {"ok": False, "reason": str(error)}
    return {
        "ok": True,
        "origin": found.origin,
        "size": found.size,
        "root": notes.to_base64(found.root),
        "witnesses": [key.name for key in witnesses],
    }


def tlog_proof(asked: dict[str, Any]) -> dict[str, Any]:
    """tlog_proof (the file), vkeys, entry or leaf_hash → ok, index and size."""
    file = parse_tlog_proof(text_of(asked, "tlog_proof"))
    said = checkpoint({"note": file.checkpoint, "vkeys": asked["vkeys"]})
    if not said["ok"]:
        return said
    question = asked | {"index": file.index, "size": said["size"]}
    question |= {"proof": shown(list(file.proof)), "root": said["root"]}
    return verify_inclusion(question) | {"index": file.index, "size": said["size"]}


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "leaf-hash": leaf_hash,
    "root": root,
    "make-inclusion": make_inclusion,
    "make-consistency": make_consistency,
    "inclusion": verify_inclusion,
    "consistency": verify_consistency,
    "checkpoint": checkpoint,
    "tlog-proof": tlog_proof,
}


def check_tlog(asked: dict[str, Any]) -> dict[str, Any]:
    """One question about a transparency log, by its operation."""
    name = text_of(asked, "operation")
    if name not in OPERATIONS:
        raise ValueError(f"operation is none of {', '.join(OPERATIONS)}")
    return OPERATIONS[name](asked)


CHECKS = {"tlog": check_tlog}
