"""The worked examples of docs/proof-log.md, computed."""

from typing import Any

from ledger.proof import canonical, merkle
from ledger.proof.notes import Checkpoint, hash_from, to_base64


def answer(what: str, given: dict[str, Any]) -> dict[str, Any]:
    """What an example's given values give."""
    return {
        "salt": salt,
        "record": record,
        "commitment": commitment,
        "batch": batch,
        "tree": tree,
        "checkpoint": checkpoint,
    }[what](given)


def salt(given: dict[str, Any]) -> dict[str, Any]:
    return {"salt": canonical.salt_of(bytes.fromhex(given["secret"]), given["row"]).hex()}


def record(given: dict[str, Any]) -> dict[str, Any]:
    body = canonical.record(**given | {"salt": bytes.fromhex(given["salt"])})
    return {"bytes": body.decode(), "hash": to_base64(canonical.record_hash(body))}


def commitment(given: dict[str, Any]) -> dict[str, Any]:
    made = canonical.commitment(bytes.fromhex(given["salt"]), given["column"], given["value"])
    return {"commitment": made}


def batch(given: dict[str, Any]) -> dict[str, Any]:
    hashes = [hash_from(one) for one in given["record_hashes"]]
    entry = canonical.entry(given["kind"], len(hashes), merkle.root_of(hashes))
    return {"entry": entry.decode(), "leaf_hash": to_base64(merkle.leaf_hash(entry))}


def tree(given: dict[str, Any]) -> dict[str, Any]:
    hashes = [hash_from(one) for one in given["leaf_hashes"]]
    proof = merkle.inclusion_of(given["index"], hashes)
    return {
        "root": to_base64(merkle.root_of(hashes)),
        "proof": [to_base64(node) for node in proof],
    }


def checkpoint(given: dict[str, Any]) -> dict[str, Any]:
    return {"text": Checkpoint(given["origin"], given["size"], hash_from(given["root"])).text}
