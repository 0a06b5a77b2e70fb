"""A real web process on the test database, as event streams need one."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

from tests.processes import ROOT, database_url, free_port

START_S = 40


def wait_until_it_answers(process: subprocess.Popen[bytes], address: str) -> None:
    """Return when the server answers; fail with what it wrote if it does not."""
    ends_at = time.monotonic() + START_S
    while time.monotonic() < ends_at and process.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}/static/mark.svg", timeout=2).close()
            return
        time.sleep(0.1)
    process.kill()
    raise AssertionError(f"the web process did not answer at {address}")


@contextlib.contextmanager
def web_process(**more: str) -> Iterator[str]:
    """The address of a running uvicorn on the test database."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    # A quiet fixed environment: nothing of the developer's own settings but the paths.
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DEBUG": "0",
        "SERVE_SOURCES": "1",
        "PUBLIC_ADDRESS": address,
        **more,
    }
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port)]
    command += ["--log-level", "warning", "--timeout-graceful-shutdown", "1"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        wait_until_it_answers(process, address)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
