"""The table and the file of a bench run."""

import json
import os
import platform
import resource
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import connection

RESULTS = Path(__file__).parent / "results.json"
SETTINGS = ("server_version", "fsync", "full_page_writes", "synchronous_commit", "shared_buffers")


@dataclass(frozen=True)
class Figure:
    """One measured figure: a median, its unit, what it should reach, and its spread."""

    id: str
    value: float
    unit: str
    goal: str
    note: str


def line(row: Figure, width: int) -> str:
    return f"{row.id:<{width}}  {row.value:>12.3f} {row.unit:<10} {row.goal:<10} {row.note}"


def tell(row: Figure) -> None:
    """Say a figure as soon as it is known."""
    print(line(row, 30), flush=True)


def show(rows: list[Figure]) -> None:
    """Print the figures as a table and keep them as JSON."""
    print()
    width = max(len(row.id) for row in rows)
    for row in rows:
        print(line(row, width))
    where = surroundings()
    print(" · ".join(f"{name}: {value}" for name, value in where.items()))
    RESULTS.write_text(json.dumps([*map(asdict, rows), where], indent=1) + "\n")


def surroundings() -> dict[str, object]:
    """Machine, versions and settings, and the peak memory of the measuring process."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(SETTINGS)]
        )
        settings = dict(cursor.fetchall())
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "id": "surroundings",
        "machine": platform.processor() or platform.machine(),
        "python": platform.python_version(),
        **settings,
        "peak_memory_mb": peak_kb // 1024,
        "cores": len(os.sched_getaffinity(0)),
        "load_1_5_15_min": " ".join(f"{n:.1f}" for n in os.getloadavg()),
    }
