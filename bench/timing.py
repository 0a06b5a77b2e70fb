"""Rates as medians over rounds, and work measured in a process of its own."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any


def rate(act: Callable[[], object], size: int, rounds: int) -> tuple[float, str]:
    """The median rate per second over the rounds, and its spread."""
    return rates([act] * (rounds + 1), size)


def rates(acts: Iterable[Callable[[], object]], size: int) -> tuple[float, str]:
    """The same over prepared rounds, each done once; the first warms up."""
    measured = []
    for act in acts:
        started = time.perf_counter()
        act()
        measured.append(size / (time.perf_counter() - started))
    return statistics.median(measured[1:]), f"{min(measured[1:]):.0f}-{max(measured[1:]):.0f}"


def apart(task: str, *arguments: object) -> dict[str, Any]:
    """What `bench.child` says of a task that it does in a process of its own."""
    command = [sys.executable, "-m", "bench.child", task, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said
