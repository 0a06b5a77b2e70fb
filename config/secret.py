"""The key that signs sessions and links, made once for a machine that was given none."""

import contextlib
import os
import secrets
from pathlib import Path

from config.faults import Fault


def key(data_dir: Path) -> str:
    """The key in the data folder, made on first use and readable to its owner only.

    Settings ask for it before any language is known, so its Fault is in English.
    """
    path = data_dir / "secret-key"
    try:
        if not path.exists():
            _make(path)
        return path.read_text().strip()
    except OSError as error:
        raise Fault(
            f"The key {path} can be neither read nor made ({error.strerror}). Give the folder to "
            "the account that runs this, or set YIZHENG_DATA_DIR to another folder."
        ) from error


def _make(path: Path) -> None:
    """Write a new key whole and to disk, then give it its name; of two at once one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"secret-key.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(secrets.token_urlsafe(60))
        out.flush()
        os.fsync(out.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(half, path)
    half.unlink()
