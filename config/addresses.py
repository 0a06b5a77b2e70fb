"""Where the embedded servers answer, known before any of them runs; settings.py asks here."""

from pathlib import Path
from typing import Any

DATABASE = "yizheng"
SUPERUSER = "postgres"
OWNER = "yizheng_owner"  # migrations: owns every table
APP = "yizheng_app"  # everything else: cannot change the journal


def place(data_dir: Path, name: str) -> Path:
    """The folder's real path, whether it exists yet or not."""
    return (data_dir / name).resolve()


def database(data_dir: Path, user: str = APP) -> dict[str, Any]:
    """Django's settings for the embedded database."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": user,
        "HOST": str(place(data_dir, "run")),
    }


def broker_url(data_dir: Path) -> str:
    """Celery's address of the embedded Redis."""
    return f"redis+socket://{place(data_dir, 'run') / 'redis.sock'}"
