#!/usr/bin/env python3
# mypy: allow-untyped-defs, allow-incomplete-defs, allow-any-generics
"""Checks receipts and checkpoints of a Yizheng proof log, without Yizheng.

Needs Python 3.9 or newer and the package `cryptography`; nothing else, no network, no database.

  python verify.py receipt FILE --key VKEY [--witness VKEY]... [--quorum N]
      Is what the receipt says in the log that this key signs?

  python verify.py extends OLD NEW --proof FILE --key VKEY [--endorsements FILE]
      Does the log at the newer checkpoint hold everything it held at the older one?
      FILE: the lines of <log>/consistency?from=<older size>&to=<newer size>

  VKEY is the line with the bureau's public key. Take it from the bureau itself (its notice board,
  its gazette), not from the place the receipt comes from. Ends with 0 when all is right, with 1
  and the reason when not. How it works: docs/proof-log.md.
"""

import argparse
import base64
import hashlib
import json
import sys
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519, COSIGNATURE = 1, 4


class Wrong(Exception):
    """The reason why something is not proved."""


def need(condition, reason):
    if not condition:
        raise Wrong(reason)


# --- bytes and hashes --------------------------------------------------------------------------


def raw(text):
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Wrong(f"not base64: {str(text)[:40]!r}") from error
    need(base64.b64encode(found).decode() == text, f"not canonical base64: {text[:40]!r}")
    return found


def hash_in(text):
    found = raw(text)
    need(len(found) == 32, f"not a SHA-256 hash: {text[:60]!r}")
    return found


def whole(text):
    is_plain = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 20
    need(is_plain and str(int(text)) == text, f"not a whole number: {str(text)[:40]!r}")
    return int(text)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_hash(body):
    return sha(b"\x00", body)


def root_from_inclusion(index, size, leaf, proof):
    """RFC 9162, section 2.1.3.2; the proof must use up the size of the tree."""
    need(0 <= index < size and len(leaf) == 32, "the index lies outside the tree")
    place, last, root = index, size - 1, leaf
    for sibling in proof:
        need(last > 0, "the proof is too long")
        if place & 1 or place == last:
            root = sha(b"\x01", sibling, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = sha(b"\x01", root, sibling)
        place, last = place >> 1, last >> 1
    need(last == 0, "the proof is too short")
    return root


def check_consistency(old, new, proof):
    """RFC 9162, section 2.1.4.2; `old` and `new` are (size, root)."""
    need(0 < old[0] <= new[0], "the older checkpoint is empty or larger than the newer one")
    if old[0] == new[0]:
        need(not proof and old[1] == new[1], "two checkpoints of one size differ: a split view")
        return
    nodes = [old[1], *proof] if old[0] & (old[0] - 1) == 0 else list(proof)
    need(proof, "the proof is empty")
    place, last = old[0] - 1, new[0] - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = nodes[0]
    for node in nodes[1:]:
        need(last > 0, "the proof is too long")
        if place & 1 or place == last:
            first, second = sha(b"\x01", node, first), sha(b"\x01", node, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = sha(b"\x01", second, node)
        place, last = place >> 1, last >> 1
    need(last == 0, "the proof is too short")
    need(first == old[1], "the older checkpoint is not part of the newer one")
    need(second == new[1], "the proof does not lead to the newer checkpoint")


# --- signed notes -------------------------------------------------------------------------------


class Key:
    """A public key as one line: name+number+key."""

    def __init__(self, vkey):
        name, _, rest = vkey.strip().partition("+")
        number, _, encoded = rest.partition("+")
        body = raw(encoded)
        need(name and len(body) == 33 and body[0] in (ED25519, COSIGNATURE), "not a key: " + vkey)
        self.name, self.kind, self.public, self.vkey = name, body[0], body[1:], vkey.strip()
        self.number = sha(name.encode(), b"\n", body)[:4]
        need(self.number.hex() == number, "the key does not fit its number: " + vkey)

    def signed(self, text, signature):
        message = text.encode()
        if self.kind == COSIGNATURE:
            moment, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = f"cosignature/v1\ntime {moment}\n{text}".encode()
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def open_note(note, keys):
    """The text of a note and the keys among these that signed it; a false signature is refused."""
    text, gap, lines = note.rpartition("\n\n")
    need(gap and text and lines.endswith("\n"), "not a signed note")
    text += "\n"
    signers = []
    for line in lines.split("\n")[:-1]:
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        need(dash == "—" and name, "not a signature line: " + line[:60])
        body = raw(encoded)
        for key in keys:
            if (key.name, key.number) == (name, body[:4]):
                need(key.signed(text, body[4:]), f"the signature of {name} is false")
                signers.append((key, body[4:]))
    return text, signers


def open_checkpoint(note, keys, witnesses=()):
    """(origin, size, root) of a checkpoint that one of the log's keys signed, and its witnesses."""
    text, signers = open_note(note, [*keys, *witnesses])
    lines = text.split("\n")
    need(len(lines) >= 4 and all(lines[:-1]), "not a checkpoint")
    own = [key for key, _ in signers if key.kind == ED25519 and key.name == lines[0]]
    need(own, f"the checkpoint of {lines[0]!r} is not signed by a key you trust")
    seen = {key.vkey: (key, body) for key, body in signers if key.kind == COSIGNATURE}
    return (lines[0], whole(lines[1]), hash_in(lines[2])), list(seen.values())


def trusted(keys, endorsements):
    """The keys trusted, and those that a trusted one handed over to, one after another."""
    known = list(keys)
    for note in endorsements:
        text, signers = open_note(note, known)
        lines = text.split("\n")
        if signers and len(lines) == 4 and lines[0] == "yizheng-key/1":
            following = Key(lines[2])
            need(following.name == lines[1] == signers[0][0].name, "a key for another log")
            known.append(following)
    return known


# --- receipts -------------------------------------------------------------------------------------


def check_personal(record, opened):
    """What a receipt shows of personal data must be what was committed to."""
    for column, one in opened.items():
        salt = bytes.fromhex(one["salt"])
        body = b"yizheng-commitment/1\n" + salt + column.encode() + b"\n" + one["value"].encode()
        said = "sha256:" + hashlib.sha256(body).hexdigest()
        need(record["fields"].get(column) == said, f"{column} is not what was committed to")


def check_receipt(receipt, keys, witnesses, quorum):
    """Record → batch → entry → checkpoint → key; gives the lines to print."""
    need(receipt.get("format") == "yizheng-receipt/1", "not a receipt of version 1")
    body = receipt["record"].encode()
    record = json.loads(body)
    canonical = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    need(canonical.encode() == body, "the record is not in its canonical form")
    need(record["format"] == "yizheng-record/1", "not a record of version 1")
    check_personal(record, receipt.get("personal", {}))
    entry = receipt["entry"].split("\n")
    need(len(entry) == 5 and entry[0] == "yizheng-entry/1" and not entry[4], "not an entry")
    batch = receipt["batch"]
    position, path = whole(batch["position"]), [hash_in(node) for node in batch["proof"]]
    root = root_from_inclusion(position, whole(entry[2]), leaf_hash(body), path)
    need(root == hash_in(entry[3]), "the record is not in the batch of this entry")
    head, gap, note = receipt["tlog_proof"].partition("\n\n")
    lines = head.split("\n")
    need(gap and lines[0] == "c2sp.org/tlog-proof@v1", "not a tlog-proof file")
    need(len(lines) > 1 and lines[1].startswith("index "), "the proof has no index")
    index, nodes = whole(lines[1][6:]), [hash_in(line) for line in lines[2:]]
    known = trusted(keys, receipt.get("endorsements", []))
    (origin, size, top), seen = open_checkpoint(note, known, witnesses)
    found = root_from_inclusion(index, size, leaf_hash(receipt["entry"].encode()), nodes)
    need(found == top, "the entry is not in the log of this checkpoint")
    need(len(seen) >= quorum, f"{len(seen)} of the witnesses you trust signed, {quorum} are needed")
    yield f"log         {origin}"
    yield f"checkpoint  {size} entries, root {top.hex()}"
    yield f"entry       number {index}, {entry[1]}, record {position + 1} of {entry[2]}"
    for key, signature in seen:
        moment = time.gmtime(int.from_bytes(signature[:8], "big"))
        yield f"witness     {key.name}, {time.strftime('%Y-%m-%d %H:%M:%S UTC', moment)}"
    yield f"record      {record['source']} {record['row']}"
    for name, value in sorted(record["fields"].items()):
        shown = receipt.get("personal", {}).get(name, {}).get("value", value)
        yield f"  {name} = {shown}"
    for line in record.get("lines", []):
        yield f"  line {line}"


def check_extends(old, new, proof, keys):
    """Whether the newer checkpoint extends the older one."""
    (origin, *before), _ = open_checkpoint(old, keys)
    (other, *after), _ = open_checkpoint(new, keys)
    need(origin == other, "the checkpoints are of two logs")
    check_consistency(before, after, [hash_in(line) for line in proof.split()])
    yield f"log         {origin}"
    yield f"extends     {before[0]} entries → {after[0]} entries"


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def results(asked):
    keys = [Key(line) for line in asked.key]
    if asked.what == "receipt":
        witnesses = [Key(line) for line in asked.witness]
        quorum = len(witnesses) if asked.quorum is None else asked.quorum
        return list(check_receipt(json.loads(read(asked.file)), keys, witnesses, quorum))
    notes = json.loads(read(asked.endorsements)) if asked.endorsements else []
    known = trusted(keys, notes)
    return list(check_extends(read(asked.old), read(asked.new), read(asked.proof), known))


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kinds = parser.add_subparsers(dest="what", required=True)
    receipt, extends = kinds.add_parser("receipt"), kinds.add_parser("extends")
    for kind in (receipt, extends):
        kind.add_argument("--key", action="append", required=True, metavar="VKEY")
    receipt.add_argument("file")
    receipt.add_argument("--witness", action="append", default=[], metavar="VKEY")
    receipt.add_argument("--quorum", type=int, help="witnesses needed; all named, if not said")
    extends.add_argument("old")
    extends.add_argument("new")
    extends.add_argument("--proof", required=True)
    extends.add_argument("--endorsements", help="a JSON list of key handovers: <log>/endorsements")
    return parser.parse_args()


def main():
    try:
        lines = results(arguments())
    except (Wrong, OSError) as reason:
        sys.stdout.write(f"NOT PROVED: {reason}\n")
        return 1
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        sys.stdout.write(f"NOT PROVED: the file is not formed as it must be ({error!r})\n")
        return 1
    sys.stdout.write("".join(f"{line}\n" for line in lines) + "PROVED\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
