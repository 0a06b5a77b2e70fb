"""Signed notes, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint, -cosignature)."""

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.proof.merkle import HASH_BYTES

ED25519 = 1
COSIGNATURE = 4
DASH = "— "
MOST_SIGNATURES = 64
LONGEST_NOTE = 200_000
WHOLE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class BadNote(ValueError):
    """A note, key or checkpoint that is not formed or signed as it must be."""


def to_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def from_base64(text: str) -> bytes:
    """The bytes of standard base64 in its one canonical form."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote(f"{text[:60]!r} is not base64") from error
    if to_base64(raw) != text:
        raise BadNote(f"{text[:60]!r} is not base64 in its canonical form")
    return raw


def hash_from(text: str) -> bytes:
    """The hash in a line of base64."""
    raw = from_base64(text)
    if len(raw) != HASH_BYTES:
        raise BadNote(f"{text[:60]!r} is not a SHA-256 hash")
    return raw


def whole_number(text: str) -> int:
    """A size or index: decimal digits without leading zeroes, below 2**63."""
    if not WHOLE.fullmatch(text) or int(text) >= 2**63:
        raise BadNote(f"{text[:60]!r} is not a whole number")
    return int(text)


def check_name(name: str) -> str:
    """A key's name: not empty, no space of any kind, no plus, no control character."""
    if not name or "+" in name or any(unicodedata.category(c)[0] in "ZC" for c in name):
        raise BadNote(f"{name[:60]!r} cannot name a key")
    return name


@dataclass(frozen=True)
class Verifier:
    """A public key with its name and kind: what a `vkey` line says."""

    name: str
    public: bytes
    kind: int = ED25519

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys apart; no protection by themselves."""
        body = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(body).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as one line, in the form of the signed-note standard."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made the Ed25519 signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def parse_vkey(text: str) -> Verifier:
    """The key of a `vkey` line; its short number must fit."""
    name, _, rest = text.partition("+")
    digits, _, encoded = rest.partition("+")
    raw = from_base64(encoded)
    if len(raw) != HASH_BYTES + 1 or raw[0] not in (ED25519, COSIGNATURE):
        raise BadNote("the key is of a kind not known here")
    key = Verifier(check_name(name), raw[1:], raw[0])
    if key.key_id.hex() != digits:
        raise BadNote("the key does not fit its number")
    return key


@dataclass(frozen=True)
class Signature:
    """One signature line: who says to have signed, and the bytes."""

    name: str
    key_id: bytes
    body: bytes

    @property
    def line(self) -> str:
        return f"{DASH}{self.name} {to_base64(self.key_id + self.body)}\n"


@dataclass(frozen=True)
class Note:
    """A text and its signature lines; the text counts for nothing until `signers` says so."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(one.line for one in self.signatures)}"


def parse_note(raw: str) -> Note:
    """The text and signatures of a note; refuses what the standard does not allow."""
    if len(raw) > LONGEST_NOTE or any(c < " " and c != "\n" for c in raw):
        raise BadNote("the note is too long or holds control characters")
    text, gap, lines = raw.rpartition("\n\n")
    if not gap or not text or not lines.endswith("\n"):
        raise BadNote("the note has no text, no empty line or no last line break")
    signatures = parse_signatures(lines)
    if not signatures:
        raise BadNote("the note is not signed")
    return Note(text + "\n", signatures)


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Signature lines, each ended by a line break."""
    found: list[Signature] = []
    for line in lines.split("\n")[:-1]:
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        if not line.startswith(DASH) or len(found) == MOST_SIGNATURES:
            raise BadNote("a signature line is not formed as it must be")
        raw = from_base64(encoded)
        if len(raw) <= 4:
            raise BadNote("a signature is too short")
        found.append(Signature(check_name(name), raw[:4], raw[4:]))
    return tuple(found)


def signers(note: Note, keys: Iterable[Verifier]) -> list[Verifier]:
    """The known keys that signed; unknown lines are passed over, a false known one is refused."""
    found: list[Verifier] = []
    for key in keys:
        for one in note.signatures:
            if (one.name, one.key_id) != (key.name, key.key_id):
                continue
            if not is_good(note.text, one, key):
                raise BadNote(f"the signature of {key.name} is false")
            if key not in found:
                found.append(key)
    return found


def is_good(text: str, signature: Signature, key: Verifier) -> bool:
    """Whether the line is a true signature, or cosignature, of the text."""
    if key.kind == ED25519:
        return key.signed(signature.body, text.encode())
    if len(signature.body) != 72:
        return False
    return key.signed(signature.body[8:], cosigned(text, cosigned_at(signature)))


def cosigned_at(signature: Signature) -> int:
    """The time of a cosignature, in seconds since 1970."""
    return int.from_bytes(signature.body[:8], "big")


def cosigned(text: str, timestamp: int) -> bytes:
    """What a witness signs."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def sign(text: str, key: Ed25519PrivateKey, name: str) -> Signature:
    """The log's own signature of a text."""
    verifier = Verifier(check_name(name), key.public_key().public_bytes_raw())
    return Signature(name, verifier.key_id, key.sign(text.encode()))


def cosign(text: str, key: Ed25519PrivateKey, name: str, timestamp: int) -> Signature:
    """A witness's signature of a checkpoint at a time."""
    verifier = Verifier(check_name(name), key.public_key().public_bytes_raw(), COSIGNATURE)
    body = timestamp.to_bytes(8, "big") + key.sign(cosigned(text, timestamp))
    return Signature(name, verifier.key_id, body)


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says: whose log, how many entries, which root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """The first three lines of a note's text; lines after them are no part of what is said."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise BadNote("a checkpoint has three lines or more, none of them empty")
    return Checkpoint(check_name(lines[0]), whole_number(lines[1]), hash_from(lines[2]))


def open_checkpoint(raw: str, keys: Iterable[Verifier]) -> tuple[Checkpoint, Note]:
    """The checkpoint of a note that one of the keys signed; raises BadNote otherwise."""
    note = parse_note(raw)
    found = parse_checkpoint(note.text)
    known = [key for key in keys if key.name == found.origin and key.kind == ED25519]
    if not signers(note, known):
        raise BadNote("no known key of this log signed the checkpoint")
    return found, note
