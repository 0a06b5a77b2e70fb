"""The log's private keys and last checkpoint, in files that the database never sees.

The folder is `PROOF_DIR` (mode 700): `log-key.pem`, `witness-key.pem`, `checkpoint`. Retired keys
stay beside under their number, so that the day of a theft can be told from the day of a change.
"""

import contextlib
import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

LOG_KEY, NEXT_KEY, WITNESS_KEY = "log-key.pem", "log-key.next.pem", "witness-key.pem"
CHECKPOINT = "checkpoint"
PRIVATE = 0o600


def folder() -> Path:
    """The folder of the keys."""
    return Path(settings.PROOF_DIR)


def path_of(name: str) -> Path:
    return folder() / name


def public_of(key: Ed25519PrivateKey) -> bytes:
    """The public half, as 32 bytes."""
    return key.public_key().public_bytes_raw()


def read(name: str) -> Ed25519PrivateKey | None:
    """The key in a file, or None when there is no such file."""
    try:
        raw = path_of(name).read_bytes()
    except FileNotFoundError:
        return None
    key = serialization.load_pem_private_key(raw, password=None)
    assert isinstance(key, Ed25519PrivateKey), f"{name} holds a key of another kind"
    return key


def make(name: str) -> Ed25519PrivateKey:
    """A new key in a file that only its owner can read; of two made at once one wins."""
    key = Ed25519PrivateKey.generate()
    raw = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    half = _write_half(name, raw)
    with contextlib.suppress(FileExistsError):
        os.link(half, path_of(name))
    half.unlink()
    _sync_folder()
    found = read(name)
    assert found is not None
    return found


def read_or_make(name: str) -> Ed25519PrivateKey:
    return read(name) or make(name)


def holds(public: bytes) -> bool:
    """Whether the log's key, or the one that is to follow it, is the one with this public half."""
    found = (read(name) for name in (LOG_KEY, NEXT_KEY))
    return any(key is not None and public_of(key) == public for key in found)


def promote_next(retired: str) -> None:
    """The next key becomes the log's; the present one stays under the name given."""
    if path_of(LOG_KEY).exists():
        path_of(LOG_KEY).replace(path_of(f"log-key.{retired}.pem"))
    path_of(NEXT_KEY).replace(path_of(LOG_KEY))
    _sync_folder()


def kept_checkpoint() -> str:
    """The last checkpoint signed here, or nothing."""
    try:
        return path_of(CHECKPOINT).read_text()
    except FileNotFoundError:
        return ""


def keep_checkpoint(note: str) -> None:
    """Keep a checkpoint outside the database: a database set back in time no longer fits it."""
    _write_half(CHECKPOINT, note.encode()).replace(path_of(CHECKPOINT))
    _sync_folder()


def _write_half(name: str, raw: bytes) -> Path:
    """Write a file whole and to disk, under a passing name."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path_of(f".{name}.{os.getpid()}")
    opened = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    with os.fdopen(opened, "wb") as out:
        out.write(raw)
        out.flush()
        os.fsync(out.fileno())
    return half


def _sync_folder() -> None:
    handle = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
