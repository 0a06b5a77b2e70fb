"""`manage.py up` as a person uses it: start, look, Ctrl-C, kill -9, start again."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.processes import ROOT, free_port

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("up")]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """A data folder and ports of its own; the first start of the module fills it."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "CELERY_BROKER_URL")}
    with tempfile.TemporaryDirectory(prefix="yizheng-test-") as folder:
        Path(folder).chmod(0o755)
        yield kept | {
            "YIZHENG_DATA_DIR": folder,
            "WEB_PORT": str(free_port()),
            "GATEWAY_PORT": str(free_port()),
            "PYTHONUNBUFFERED": "1",
        }


class Run:
    """A running `manage.py up --empty`."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--empty"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        for line in self.process.stdout:
            self.lines.append(line)
            if "Ctrl-C" in line:
                return
        raise AssertionError("".join(self.lines))

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def status(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.environment['WEB_PORT']}/") as page:
            return page.status

    def end(self, how: int) -> int:
        self.process.send_signal(how)
        self.process.stdout.close()
        return self.process.wait(120)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def test_ctrl_c_stops_all_and_a_second_up_is_refused(environment):
    run = Run(environment)
    assert run.status() == 200
    for name in ("postgres", "redis", "web", "worker", "beat"):
        assert re.search(rf"^  {name}\b", run.said, re.MULTILINE), run.said
    command = [sys.executable, "manage.py", "up"]
    second = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert str(run.process.pid) in second.stderr
    family = run.children()
    assert run.end(signal.SIGINT) == 0
    assert not [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_kill_of_the_supervisor_blocks_no_next_start(environment):
    run = Run(environment)
    assert run.end(signal.SIGKILL) == -signal.SIGKILL
    again = Run(environment)
    try:
        assert again.status() == 200
    finally:
        assert again.end(signal.SIGTERM) == 0


def test_killed_web_process_comes_back(environment):
    run = Run(environment)
    try:
        (web,) = (p for p in run.children() if "uvicorn" in p.cmdline())
        web.kill()
        deadline = time.monotonic() + 90
        while True:
            try:
                assert run.status() == 200
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.2)
    finally:
        assert run.end(signal.SIGTERM) == 0
