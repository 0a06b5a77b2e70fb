"""The key that signs sessions and links, made once for a machine that was given none."""

import contextlib
import os
import secrets
from pathlib import Path


def key(data_dir: Path) -> str:
    """The key in the data folder, made on first use and readable to its owner only."""
    path = data_dir / "secret-key"
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().strip()
    data_dir.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"secret-key.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(secrets.token_urlsafe(60))
        out.flush()
        os.fsync(out.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(half, path)
    half.unlink()
    return path.read_text().strip()
