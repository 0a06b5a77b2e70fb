"""Rates as medians over rounds, and work measured in a process of its own."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import psutil


def rate(act: Callable[[], object], size: int, rounds: int) -> tuple[float, str]:
    """The median rate per second over the rounds, and its spread."""
    return rates([act] * (rounds + 1), size)


def rates(acts: Iterable[Callable[[], object]], size: int) -> tuple[float, str]:
    """The same over prepared rounds, each done once; the first warms up."""
    ((found, spread),) = by_turns(((act,) for act in acts), size)
    return found, spread


def by_turns(
    rounds: Iterable[Iterable[Callable[[], object]]], size: int
) -> list[tuple[float, str]]:
    """The same of several ways that take turns, so that whatever else runs slows them all."""
    measured = [[size / seconds(act) for act in acts] for acts in rounds]
    ways = zip(*measured[1:], strict=True)
    return [(statistics.median(way), f"{min(way):.0f}-{max(way):.0f}") for way in ways]


def seconds(act: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def apart(task: str, *arguments: object) -> dict[str, Any]:
    """What `bench.child` says of a task that it does in a process of its own."""
    command = [sys.executable, "-m", "bench.child", task, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


@dataclass(frozen=True)
class Done:
    """A program that ran: how long, how it ended, its last line, the memory of its family."""

    seconds: float
    code: int
    said: str
    peak_mb: int


def watched(command: list[str]) -> Done:
    """Run a program and look after its memory, and that of the processes it starts."""
    began, peak = time.perf_counter(), 0
    # A file, not a pipe: a program with much to say must not wait for a reader.
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out)
        while process.poll() is None:
            peak = max(peak, family_bytes(process.pid))
            time.sleep(0.1)
        seconds = time.perf_counter() - began
        out.seek(0)
        lines = out.read().splitlines()
    return Done(seconds, process.returncode, lines[-1] if lines else "", peak // 2**20)


def family_bytes(pid: int) -> int:
    """Memory of a process and of all below it."""
    found = 0
    try:
        parent = psutil.Process(pid)
        for one in (parent, *parent.children(recursive=True)):
            found += one.memory_info().rss
    except psutil.NoSuchProcess:
        return found
    return found
