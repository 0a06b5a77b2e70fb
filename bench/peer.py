"""django-hordak beside us: its own way of posting the same movements, on the same server.

It is installed from PyPI into an environment of its own under `.data/bench-hordak` and works in a
database of its own; it keeps no balances, so nothing there is checked for cover.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

from bench.report import Figure

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".data" / "bench-hordak"
VERSION = "2.0.0"


def measure(*, quick: bool, single: float, batch: dict[int, float]) -> Iterator[Figure]:
    """Our events per second as so many times hordak's: `batch` by the number of accounts."""
    try:
        said = {size: theirs(size, seconds=3 if quick else 8) for size in batch}
    except (OSError, subprocess.CalledProcessError) as error:
        why = getattr(error, "stderr", "") or str(error)
        note = f"not measured: {why.strip().splitlines()[-1]}"
        yield Figure("post_single_vs_hordak", float("nan"), "times", ">= 10", note)
        return
    rate = said[max(said)]["single"]
    note = (
        f"hordak {VERSION}: {rate:.0f} events/s, ours {single:.0f}; hordak neither locks"
        " nor checks cover, keeps no key, balance chain or proof"
    )
    yield Figure("post_single_vs_hordak", single / rate, "times", ">= 10", note)
    for size, ours in batch.items():
        rate, bulk = said[size]["batch"], said[size]["bulk"]
        note = (
            f"{size} accounts; hordak, 1000 events in one transaction: {rate:.0f} events/s"
            f" (with bulk_create {bulk:.0f}), ours {ours:.0f}"
        )
        name = f"post_batch_vs_hordak_{size // 1000}k"
        yield Figure(name, ours / rate, "times", ">= 50", note)


def theirs(accounts: int, *, seconds: int) -> dict[str, float]:
    """Events per second in a book of so many accounts, as `hordak_child.py` measures them in its
    own environment."""
    python = HOME / "bin" / "python"
    if not python.exists():
        run([sys.executable, "-m", "venv", str(HOME)])
        run([str(python), "-m", "pip", "install", "-q", f"django-hordak=={VERSION}",
             "psycopg[binary]", "Django>=5.2,<5.3"])  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS bench_hordak")
        cursor.execute("CREATE DATABASE bench_hordak")
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path="/bench_hordak").geturl()
    child = str(ROOT / "bench" / "hordak_child.py")
    out = run(
        [str(python), child, str(accounts), str(seconds)],
        env=os.environ | {"DATABASE_URL": address},
    )
    found: dict[str, float] = json.loads(out.splitlines()[-1])
    return found


def run(command: list[str], env: dict[str, str] | None = None) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout
