"""The bytes that are hashed for a row, version 1; docs/proof-log.md describes them with examples.

record  one row as canonical JSON: keys sorted, no spaces, every value a text or null
batch   the hash tree over the records that one statement wrote
entry   what stands in the log for a batch: its kind, how many records, their root
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

from ledger.proof.merkle import leaf_hash
from ledger.proof.notes import BadNote, hash_from, to_base64, whole_number

RECORD = "yizheng-record/1"
ENTRY = "yizheng-entry/1"
SALT_BYTES = 16
COMMITTED = "sha256:"

Value = str | None


def record(
    *,
    source: str,
    row: int,
    salt: bytes,
    fields: Mapping[str, Value],
    lines: Sequence[str] | None = None,
) -> bytes:
    """The canonical bytes of a row; `lines` are the rows that belong to it, in their order."""
    body: dict[str, object] = {
        "fields": fields,
        "format": RECORD,
        "row": str(row),
        "salt": salt.hex(),
        "source": source,
    }
    if lines is not None:
        body["lines"] = lines
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def record_hash(body: bytes) -> bytes:
    """The hash under which a record stands in its batch."""
    return leaf_hash(body)


def salt_of(secret: bytes, row: int) -> bytes:
    """The record's own salt, from the secret of its batch: without it nobody can guess a row."""
    return hashlib.sha256(b"yizheng-salt/1\n" + secret + b"%d" % row).digest()[:SALT_BYTES]


def commitment(salt: bytes, column: str, value: str) -> str:
    """What stands in a record instead of personal data; without the salt it says nothing."""
    body = b"yizheng-commitment/1\n" + salt + column.encode() + b"\n" + value.encode()
    return COMMITTED + hashlib.sha256(body).hexdigest()


def entry(kind: str, count: int, root: bytes) -> bytes:
    """What stands in the log for a batch; it says nothing of what the records hold."""
    return f"{ENTRY}\n{kind}\n{count}\n{to_base64(root)}\n".encode()


def parse_entry(raw: bytes) -> tuple[str, int, bytes]:
    """Kind, number of records and root of a batch."""
    lines = raw.decode().split("\n")
    if len(lines) != 5 or lines[0] != ENTRY or lines[4]:
        raise BadNote("this is no entry of version 1")
    return lines[1], whole_number(lines[2]), hash_from(lines[3])
