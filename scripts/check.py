#!/usr/bin/env python3
"""`make check`: every check that needs no running system; names those that failed."""

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
TOOLS = Path(PYTHON).parent
# What a real site sets; the addresses are never opened.
PRODUCTION = {
    "DATABASE_URL": "postgres://app@database.invalid/yizheng",
    "CELERY_BROKER_URL": "redis://queue.invalid",
    "ALLOWED_HOSTS": "permits.example.org",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "HTTPS": "1",
}


def templates() -> list[str]:
    return sorted(str(path) for path in (ROOT / "templates").rglob("*.html"))


def checks() -> dict[str, list[str]]:
    """Each check's name and command."""
    manage = [PYTHON, "manage.py"]
    return {
        "format": [str(TOOLS / "ruff"), "format", "--check", "--quiet", "."],
        "lint": [str(TOOLS / "ruff"), "check", "--output-format", "concise", "."],
        "types": [str(TOOLS / "mypy"), "--no-error-summary", "."],
        "imports": [str(TOOLS / "lint-imports"), "--no-logo"],
        "migrations": [*manage, "makemigrations", "--check", "--dry-run"],
        "texts": [*manage, "messages", "--check"],
        "template format": [
            str(TOOLS / "djade"),
            "--check",
            "--target-version",
            "5.2",
            *templates(),
        ],
        "templates parse": [PYTHON, "scripts/templates.py"],
        "production settings": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
    }


def main() -> int:
    """Run each; show what a failed one said; 1 if any failed."""
    failed = []
    for name, command in checks().items():
        began = time.monotonic()
        environment = os.environ | PRODUCTION
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{name:20} {verdict:6} {time.monotonic() - began:5.1f} s", flush=True)
        if done.returncode != 0:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    if failed:
        print(f"Not right: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
