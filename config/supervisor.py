"""`manage.py up`: one process that starts, watches and stops everything on one machine.

Each service is a child that dies with the supervisor, even by kill -9, and is started
again with growing pauses when it ends by itself. One folder has one supervisor at a time.
"""

import contextlib
import dataclasses
import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

import psutil
from django.utils.translation import gettext as _

from config import children
from config.faults import Fault

LONGEST_PAUSE_S = 60
HEALTHY_AFTER_S = 60
READY_PATIENCE_S = 120  # only while the child lives; a busy machine takes its time
LARGEST_LOG_BYTES = 20 * 1024**2
LOG_ROUND_S = 60

Say = Callable[[str], object]


@dataclasses.dataclass
class Service:
    """A child to keep running; `start` makes its process, `address` shows where it answers."""

    name: str
    start: Callable[[], "subprocess.Popen[bytes]"]
    log: Path
    address: str = ""
    listens_on: tuple[str, int] | None = None
    stop_signal: int = signal.SIGTERM
    patience_s: float = 15
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0
    failures: int = 0
    next_try_at: float = 0

    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None


@contextlib.contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the folder; Fault when another supervisor does.

    The lock goes with the process, however it ends, so nothing stale can hold it.
    """
    with (data_dir / "supervisor.lock").open("a+") as lock:
        if not _try_lock(lock):
            lock.seek(0)
            raise Fault(
                _("Yizheng already runs in this folder (process %(pid)s). Stop that one first.")
                % {"pid": lock.read().strip() or "?"}
            )
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def runs_here(data_dir: Path) -> bool:
    """Whether a supervisor holds the folder at this moment."""
    path = data_dir / "supervisor.lock"
    if not path.exists():
        return False
    with path.open("a+") as lock:
        return not _try_lock(lock)


class Supervisor:
    """Keeps services running until it is told to stop."""

    def __init__(self, data_dir: Path, say: Say) -> None:
        self.say = say
        self.services: list[Service] = []
        self.record = data_dir / "children.json"
        self.logs_seen_at = 0.0

    def end_leftovers(self) -> None:
        """End children of a supervisor that was killed, should one have outlived it."""
        with contextlib.suppress(OSError, ValueError):
            left = [
                found
                for pid, born in json.loads(self.record.read_text())
                if (found := _same(pid, born))
            ]
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.terminate()
            for process in psutil.wait_procs(left, timeout=15)[1]:
                with contextlib.suppress(psutil.Error):
                    process.kill()
        self.record.unlink(missing_ok=True)

    def add(self, service: Service) -> None:
        """Start the service and say where it is; Fault when it does not come up."""
        self.services.append(service)
        self._start(service)
        self._wait_until_ready(service)
        self.say(f"  {service.name:<12} {service.address}".rstrip())

    def _start(self, service: Service) -> None:
        service.process = service.start()
        service.started_at = time.monotonic()
        births = []
        for other in self.services:
            if other.process is not None:
                with contextlib.suppress(psutil.Error):
                    births.append(
                        (other.process.pid, psutil.Process(other.process.pid).create_time())
                    )
        self.record.write_text(json.dumps(births))

    def _wait_until_ready(self, service: Service) -> None:
        deadline = time.monotonic() + READY_PATIENCE_S
        while service.is_up() and service.listens_on and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(service.listens_on, 1):
                return
            time.sleep(0.1)
        if service.listens_on:
            raise Fault(
                _("%(service)s did not start: %(said)s (all of it: %(log)s)")
                % {
                    "service": service.name,
                    "said": children.last_line(service.log),
                    "log": service.log,
                }
            )

    def watch(self) -> None:
        """Keep all running, for ever; ends by the exception a signal raises."""
        while True:
            for service in self.services:
                self._keep(service)
            if time.monotonic() > self.logs_seen_at + LOG_ROUND_S:
                self.logs_seen_at = time.monotonic()
                for service in self.services:
                    turn_log(service.log)
            time.sleep(0.3)

    def _keep(self, service: Service) -> None:
        """Start again what has ended, after a pause that doubles with each failure in a row."""
        moment = time.monotonic()
        if service.is_up():
            if service.failures and moment > service.started_at + HEALTHY_AFTER_S:
                service.failures = 0
            return
        if service.process is not None:
            pause = min(2**service.failures, LONGEST_PAUSE_S)
            service.failures, service.next_try_at = service.failures + 1, moment + pause
            self.say(
                _("%(service)s ended (%(code)s): %(said)s — again in %(pause)s s, see %(log)s")
                % {
                    "service": service.name,
                    "code": service.process.returncode,
                    "said": children.last_line(service.log)[:200],
                    "pause": pause,
                    "log": service.log,
                }
            )
            service.process = None
        elif moment >= service.next_try_at:
            self._again(service)

    def _again(self, service: Service) -> None:
        try:
            self._start(service)
        except Fault as fault:
            service.failures += 1
            service.next_try_at = time.monotonic() + min(2**service.failures, LONGEST_PAUSE_S)
            self.say(str(fault))

    def stop(self) -> None:
        """End all, the last started first, so that servers outlive those who use them."""
        for service in reversed(self.services):
            if service.process is not None:
                children.stop(
                    service.process, by=service.stop_signal, patience_s=service.patience_s
                )
        self.services.clear()
        self.record.unlink(missing_ok=True)


def _same(pid: int, born: float) -> psutil.Process | None:
    """The process, if the number still belongs to the one that was born then."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        if process.create_time() == born:
            return process
    return None


def turn_log(log: Path) -> None:
    """Keep one older part of a log that has grown large; its writer appends, so it goes on."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > LARGEST_LOG_BYTES:
            log.with_suffix(".1.log").write_bytes(log.read_bytes())
            os.truncate(log, 0)


def run_once(command: Sequence[str], *, log: Path, cwd: Path) -> None:
    """Run a command to its end; Fault with what it said last when it fails."""
    process = children.spawn(command, log=log, cwd=cwd)
    try:
        code = process.wait()
    finally:
        children.stop(process)
    if code != 0:
        raise Fault(
            _("“%(command)s” failed: %(said)s (all of it: %(log)s)")
            % {"command": " ".join(command[1:]), "said": children.last_line(log), "log": log}
        )


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into KeyboardInterrupt, as Ctrl-C is."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {
        s: signal.signal(s, interrupt) for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Let no further Ctrl-C break off an orderly stop."""
    before = {
        s: signal.signal(s, signal.SIG_IGN) for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
