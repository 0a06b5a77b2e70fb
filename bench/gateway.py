"""The gateway as a whole: real TCP, real commits, the devices in a process of their own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import codec, field
from bench.report import Figure
from bench.timing import apart

ROOT = Path(__file__).resolve().parent.parent
PORT = 19_212
FLOOD_DEVICES, WINDOW = 500, 14
SETTLED_S = 2


class Served:
    """A gateway process under measurement."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def memory_kb(self) -> int:
        """What it holds at this moment."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1])

    def cpu_s(self) -> float:
        """Processor time it has used."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served() -> Iterator[Served]:
    """One gateway process on the bench's database."""
    roomy = {
        "GATEWAY_CONNECTIONS_PER_ADDRESS": "20000",
        "GATEWAY_UNKNOWN_CONNECTIONS": "20000",
        "GATEWAY_BYTES_PER_S": "100000000",
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "gateway", "--port", str(PORT)],
        cwd=ROOT,
        env={**os.environ, **roomy},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None, "its output is a pipe"
    assert "listens" in process.stdout.readline(), "the gateway did not start"
    try:
        yield Served(process)
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def devices(task: str, **given: object) -> Iterator["subprocess.Popen[str]"]:
    """The devices' process, connected and ready."""
    options = [f"--{name}={value}" for name, value in given.items()]
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.devices", task, f"--port={PORT}", *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None, "its output is a pipe"
    assert process.stdout.readline() == "ready\n", "the devices did not connect"
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def begin(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """Let the devices do their task; what they say of it."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def rate(*, quick: bool) -> Iterator[Figure]:
    """One gateway process with as many frames as it takes, each acknowledged after commit."""
    field.registered(2_000 if quick else 10_000)
    frames = 30_000 if quick else 120_000
    given = {"devices": FLOOD_DEVICES, "frames": frames, "window": WINDOW, "seconds": 90}
    with served() as gateway, devices("flood", **given) as process:
        said = begin(process)
        used, peak = gateway.cpu_s(), gateway.memory_kb()
    alone = {row.id: row.value for row in codec.measure(quick=True)}
    found = said["answered"] / said["seconds"]
    note = (
        f"{said['answered']} frames of 5 factors, {FLOOD_DEVICES} devices,"
        f" p50 {said['p50_s']:.2f} s, gateway {used:.1f} s CPU, {peak // 1024} MB"
    )
    yield Figure("gateway_frames_per_s", found, "frames/s", ">= 5000", note)
    yield Figure("gateway_p99_ack_s", said["p99_s"], "s", "<= 1", "under that flood")
    whole, fields = alone["codec_frames_per_s"], alone["codec_fields_per_s"]
    note = f"the codec alone does {whole:.0f} frames/s; of its fields alone {found / fields:.2f}"
    yield Figure("gateway_vs_codec", found / whole, "ratio", ">= 0.5", note)


def crowd(*, quick: bool) -> Iterator[Figure]:
    """10 000 open connections, a frame from each every half minute."""
    count, seconds = (2_000, 10) if quick else (10_000, 60)
    per_s = 334 * count // 10_000
    field.registered(count)
    with served() as gateway:
        time.sleep(SETTLED_S)
        before = gateway.memory_kb()
        with devices("trickle", devices=count, rate=per_s, seconds=seconds) as process:
            spent = gateway.cpu_s()
            said = begin(process)
            spent, after = gateway.cpu_s() - spent, gateway.memory_kb()
    note = f"{said['answered']} answered of {per_s} frames/s asked, {said['lost']} lines lost"
    yield Figure(
        "gateway_frames_10k_conn_per_s", said["answered"] / said["seconds"], "frames/s", "", note
    )
    note = (
        f"{count} connections, p50 {said['p50_s']:.3f} s, first words of all: p99"
        f" {said['first_p99_s']:.2f} s, gateway {spent / said['seconds']:.0%} of a core"
    )
    yield Figure("gateway_p99_ack_10k_conn_s", said["p99_s"], "s", "<= 1", note)
    note = f"{before // 1024} MB before, {after // 1024} MB with {count} connections"
    yield Figure("gateway_kb_per_connection", (after - before) / count, "kB", "<= 30", note)


def burst(*, quick: bool) -> Iterator[Figure]:
    """The hour's debits of 100 000 outlets at once, four pollutants each, from loaded cards."""
    count = 5_000 if quick else 100_000
    said = apart("book_hours", count)
    note = f"{count} outlets × 4 pollutants, {count / said['seconds']:.0f} events/s"
    note += f", {said['peak_mb']} MB; {said['spent']}"
    seconds = said["seconds"] * 100_000 / count
    yield Figure("debits_100k_outlets_s", seconds, "s", "<= 60", note)


def watched(*, quick: bool) -> Iterator[Figure]:
    """The same flood while live pages are open: each commit tells them what has changed."""
    field.registered(2_000 if quick else 10_000)
    pages, frames = (100, 20_000) if quick else (1_000, 120_000)
    given = {"devices": FLOOD_DEVICES, "frames": frames, "window": WINDOW, "seconds": 90}
    reader = subprocess.Popen(
        [sys.executable, "-m", "bench.pages", str(pages), "20" if quick else "60"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None, "its output is a pipe"
    assert reader.stdout.readline() == "ready\n", "the pages did not open"
    with served(), devices("flood", **given) as process:
        said = begin(process)
    heard = json.loads(reader.stdout.readline())
    reader.wait()
    note = (
        f"{heard['pages']} pages were told {heard['told']} times in a process of"
        f" {heard['cpu_s']:.1f} s CPU; p99 ack {said['p99_s']:.2f} s"
    )
    found = said["answered"] / said["seconds"]
    yield Figure("gateway_watched_frames_per_s", found, "frames/s", ">= 5000", note)
