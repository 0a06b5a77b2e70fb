"""A gateway in a process of its own, for tests that talk to it over TCP."""

import os
import signal
import subprocess
import sys

from tests.processes import ROOT, database_url, free_port


class GatewayProcess:
    """`manage.py gateway` on the test database; killed when the block ends, if still there."""

    def __init__(self, port: int = 0, **limits: object) -> None:
        self.port = port or free_port()
        self.limits = {f"GATEWAY_{name.upper()}": str(value) for name, value in limits.items()}
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "GatewayProcess":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def start(self) -> None:
        """Start it and wait until it listens."""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "gateway", "--port", str(self.port)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url(), **self.limits},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "listens" in line, f"the gateway did not start: {line!r}"

    def kill(self) -> None:
        """SIGKILL: no chance to finish anything."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM: it commits and answers what it has, then ends; returns the exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code
