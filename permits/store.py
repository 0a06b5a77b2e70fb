"""Where the bytes of attachments lie: one file per content, named by its hash, never served."""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings


def folder() -> Path:
    """The folder of attachments, beside nothing that a web server shows."""
    return Path(settings.MEDIA_ROOT) / "permits"


def path_of(sha256: str) -> Path:
    return folder() / sha256[:2] / sha256


def keep(content: bytes) -> str:
    """Write the bytes so that a power cut leaves the whole file or none; returns their SHA-256.

    The same bytes are kept once. A file whose transaction fails stays unreferenced and harmless.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    target = path_of(sha256)
    if target.exists() and target.stat().st_size == len(content):
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as part:
        part.write(content)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(target)
    return sha256


def read(sha256: str) -> bytes | None:
    """The bytes, or None when they are gone or no longer those that were kept."""
    try:
        content = path_of(sha256).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None
