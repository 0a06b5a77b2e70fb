"""The gateway in a thread of the test process: the same code and TCP, and no start to wait for."""

import asyncio
import socket
import threading
from types import TracebackType

from cardswipe.gateway import Gateway, Limits
from cardswipe.ports import Ports


class GatewayThread:
    """A gateway on a free port until the block ends; its writer has its own connection."""

    def __init__(self, ports: Ports | None = None, **limits: int) -> None:
        self.gateway = Gateway("127.0.0.1", 0, Limits(**limits), ports)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await self.gateway.serve(self._stop, lambda _gateway: self._ready.set())

    @property
    def port(self) -> int:
        return self.gateway.port

    def __enter__(self) -> "GatewayThread":
        self._thread.start()
        assert self._ready.wait(60), "the gateway did not start"
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """As SIGTERM does: commit and answer what came, then end."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(60)

    def connect(self) -> socket.socket:
        """A new connection of a device."""
        made = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made
