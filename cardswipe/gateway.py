"""The gateway: HJ 212 over TCP. Several processes may share one port (SO_REUSEPORT).

The event loop only cuts frames out of the stream; the writer thread reads them and commits
them in groups. An answer leaves after the commit that stored its frame, never before. Every wait
and every buffer has a limit, so a bad neighbour slows only itself.
"""

import asyncio
import collections
import dataclasses
import datetime
import itertools
import logging
import os
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence

from django.utils import timezone

from cardswipe.arrivals import Heard, Link, Outcome
from cardswipe.hj212.stream import FrameBuffer, Piece
from cardswipe.intake import ANSWERED, Device, is_inside
from cardswipe.metrics import Metrics, serve_metrics
from cardswipe.ports import Ports, certified_mn
from cardswipe.services.commands import Linked, send_commands
from cardswipe.services.orders import send_orders
from cardswipe.writer import Closing, Delivery, Writer
from parties.models import Membership

log = logging.getLogger(__name__)

ANSWER_BUFFER = 16_384  # bytes a peer may leave unread before it is closed
IN_FLIGHT_MAX = 400  # frames of one connection that wait for their commit
QUEUE_MAX = 20_000  # frames of all connections that wait for their commit
KERNEL_BUFFER = 65_536  # bytes of one connection in each direction
JUNK_MAX = 20  # pieces of no frame before the connection is closed
SWEEP_S = 1.0
REQUESTS_S = 0.5


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one gateway process allows; see settings.GATEWAY_LIMITS."""

    connections: int = 12_000
    unknown_connections: int = 2_000
    connections_per_address: int = 512
    bytes_per_s: int = 65_536
    segment_bytes: int = 9_999
    frame_s: float = 5
    unknown_s: float = 60
    idle_s: float = 900


class DeviceConnection(asyncio.Protocol):
    """One TCP connection; most of the time the buffer and the counters are all it holds."""

    __slots__ = (
        "begun_at",
        "buffer",
        "bytes_per_s",
        "end",
        "gateway",
        "heard_at",
        "idle_s",
        "in_flight",
        "is_ending",
        "is_paused",
        "junk",
        "known",
        "link",
        "received",
        "started_at",
        "transport",
    )  # fmt: skip

    def __init__(self, gateway: "Gateway") -> None:
        self.gateway = gateway
        self.buffer = FrameBuffer(gateway.limits.segment_bytes)
        self.known: dict[str, Device] = {}
        self.in_flight = self.junk = self.received = 0
        self.started_at = self.heard_at = time.monotonic()
        self.begun_at = 0.0
        self.is_paused = self.is_ending = False
        self.bytes_per_s, self.idle_s = gateway.limits.bytes_per_s, gateway.limits.idle_s
        self.end = "CLOSED"
        self.link = Link(0, "", 0)
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "the gateway speaks TCP"
        self.transport = transport
        address, port = transport.get_extra_info("peername")[:2]
        certificate = certified_mn(transport.get_extra_info("peercert"))
        is_tls = transport.get_extra_info("ssl_object") is not None
        number = next(self.gateway.numbers)
        self.link = Link(number, address, port, is_tls=is_tls, certified=certificate)
        transport.set_write_buffer_limits(high=ANSWER_BUFFER)
        if not self.gateway.admit(self):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        self.heard_at = time.monotonic()
        self.received += len(data)
        if self.received > self.bytes_per_s:
            self.pause()  # until the next sweep: who sends too fast waits
        self.take(self.buffer.feed(data))
        if not len(self.buffer):
            self.begun_at = 0.0
        elif not self.begun_at:
            self.begun_at = self.heard_at

    def take(self, pieces: list[Piece]) -> None:
        """Hand the pieces to the writer."""
        if not pieces:
            return
        now = timezone.now()
        self.begun_at = 0.0
        self.junk += sum(piece.segment is None for piece in pieces)
        self.in_flight += len(pieces)
        self.gateway.writer.put(*[Heard(self.link, now, piece) for piece in pieces])
        if self.in_flight > IN_FLIGHT_MAX or len(self.gateway.writer) > QUEUE_MAX:
            self.pause()
        if self.junk > JUNK_MAX:
            self.finish("REFUSED")

    def eof_received(self) -> bool:
        """The peer has said all; it may still read our answers."""
        self.is_ending = True
        self.take(self.buffer.flush())
        return self.in_flight > 0

    def pause(self) -> None:
        """Let the peer's bytes wait in the network."""
        if not self.is_paused and not self.transport.is_closing():
            self.is_paused = True
            self.transport.pause_reading()

    def resume(self) -> None:
        """Read on; the time for a begun frame did not run while nothing was read."""
        if self.is_paused and not self.transport.is_closing():
            self.is_paused = False
            self.begun_at = self.begun_at and time.monotonic()
            self.transport.resume_reading()

    def pause_writing(self) -> None:
        """The peer does not read our answers: its buffer is full, so it is let go."""
        self.close("SLOW", at_once=True)

    def sweep(self, now: float) -> None:
        """Once a second: what is overdue?"""
        limits = self.gateway.limits
        self.received = 0
        if self.transport.is_closing():
            if now - self.heard_at > limits.frame_s:
                self.transport.abort()  # it never reads the rest of our answers
            return
        if self.is_ending:
            return
        if self.in_flight <= IN_FLIGHT_MAX and len(self.gateway.writer) <= QUEUE_MAX:
            self.resume()
        if self.begun_at and not self.is_paused and now - self.begun_at > limits.frame_s:
            self.take(self.buffer.flush())
            self.finish("REFUSED")
        elif now - self.heard_at > self.idle_s:
            self.close("IDLE")
        elif not self.known and now - self.started_at > limits.unknown_s:
            self.close("REFUSED")

    def answer(self, data: bytes) -> None:
        """Send answers after their commit; a connection that is ending ends after the last."""
        if data:
            self.transport.write(data)
        if self.is_ending and not self.in_flight:
            self.close(self.end)

    def finish(self, end: str) -> None:
        """Hear no more, and end once everything heard is committed and answered."""
        self.pause()
        self.is_ending, self.end = True, end
        self.answer(b"")

    def close(self, end: str, *, at_once: bool = False) -> None:
        """End the connection for this reason; what is unsent goes out unless `at_once`."""
        if self.transport.is_closing():
            return
        self.end, self.heard_at = end, time.monotonic()
        if at_once:
            self.transport.abort()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.take(self.buffer.flush())
        self.gateway.forget(self)


class Gateway:
    """One process: its connections, its writer, its port."""

    def __init__(
        self, host: str, port: int, limits: Limits | None = None, ports: Ports | None = None
    ) -> None:
        self.host, self.port = host, port
        self.limits, self.ports = limits or Limits(), ports or Ports()
        self.metrics = Metrics()
        self.numbers = itertools.count(1)
        self.connections: dict[int, DeviceConnection] = {}
        self.by_address: collections.Counter[str] = collections.Counter()
        self.known_connections = 0
        self.refused = 0
        self.is_stopping = False
        self.reachable: dict[int, tuple[DeviceConnection, Linked]] = {}
        self._requests_at = 0.0
        self.writer = Writer(
            gateway=int.from_bytes(os.urandom(3), "big"),
            deliver=self._deliver_soon,
            between=self._send_requests,
        )
        self.loop: asyncio.AbstractEventLoop

    def admit(self, connection: DeviceConnection) -> bool:
        """Let a connection in if the limits allow it; room is kept for known controllers."""
        limits, address = self.limits, connection.link.address
        unknown = len(self.connections) - self.known_connections
        networks = self.ports.networks
        if (
            self.is_stopping
            or (networks and not is_inside(address, networks))
            or len(self.connections) >= limits.connections
            or unknown >= limits.unknown_connections
            or self.by_address[address] >= limits.connections_per_address
        ):
            self.refused += 1
            return False
        self.by_address[address] += 1
        self.connections[connection.link.number] = connection
        return True

    def forget(self, connection: DeviceConnection) -> None:
        """A connection ended; its sessions end after everything it sent is stored."""
        if self.connections.pop(connection.link.number, None) is None:
            return
        address = connection.link.address
        self.by_address[address] -= 1
        if not self.by_address[address]:
            del self.by_address[address]
        self.known_connections -= bool(connection.known)
        for device in connection.known.values():
            if self.reachable.get(device.id, (None,))[0] is connection:
                del self.reachable[device.id]
        end = "STOPPED" if self.is_stopping else connection.end
        self.writer.put(Closing(connection.link.number, end))

    def _send_requests(self, by: Membership, now: datetime.datetime) -> None:
        """In the writer's thread: note released orders and commands as sent, then send them."""
        if time.monotonic() - self._requests_at < REQUESTS_S:
            return
        self._requests_at = time.monotonic()
        here = dict(self.reachable)
        links = {controller: linked for controller, (_, linked) in here.items()}
        devices = {controller: linked.device for controller, linked in links.items()}
        # An order that is noted as sent leaves at once, whatever becomes of the commands.
        self._send(send_orders(by=by, devices=devices, now=now), here)
        self._send(send_commands(by=by, links=links, now=now), here)

    def _send(
        self,
        frames: Sequence[tuple[int, bytes]],
        here: Mapping[int, tuple[DeviceConnection, Linked]],
    ) -> None:
        for controller, frame in frames:
            self.loop.call_soon_threadsafe(here[controller][0].transport.write, frame)

    def _deliver_soon(self, delivery: Delivery) -> None:
        self.loop.call_soon_threadsafe(self._deliver, delivery)

    def _deliver(self, delivery: Delivery) -> None:
        """After the commit: answers out, sessions noted, refused senders closed."""
        self.metrics.note(delivery)
        by_link: dict[int, list[Outcome]] = {}
        for outcome in delivery.outcomes:
            by_link.setdefault(outcome.arrival.link.number, []).append(outcome)
        for link, outcomes in by_link.items():
            if (connection := self.connections.get(link)) is not None:
                for outcome in outcomes:
                    self._note(connection, outcome)
                connection.in_flight -= len(outcomes)
                connection.answer(b"".join([one.answer for one in outcomes if one.answer]))
        for link in {arrived.link.number for arrived in delivery.given_up}:
            if link in self.connections:
                self.connections[link].close("REFUSED", at_once=True)

    def _note(self, connection: DeviceConnection, outcome: Outcome) -> None:
        device = outcome.device
        if outcome.session_id is not None and device is not None:
            if device.mn not in connection.known:
                self.known_connections += not connection.known
                connection.known[device.mn] = device
                connection.idle_s = device.idle_s
                connection.bytes_per_s = min(device.bytes_per_s, self.limits.bytes_per_s)
            here = connection, (device, outcome.session_id)
            if self.reachable.get(device.id) != here:
                self.reachable[device.id] = (connection, Linked(device, outcome.session_id))
        elif outcome.verdict in {"C113", "C115"}:
            connection.finish("REFUSED")  # a guesser or a second session starts anew
        if outcome.verdict in ANSWERED:
            connection.junk = 0

    async def sweep(self) -> None:
        """Every second look after every connection."""
        while True:
            await asyncio.sleep(SWEEP_S)
            now = time.monotonic()
            for connection in list(self.connections.values()):
                connection.sweep(now)

    async def serve(
        self, stop: asyncio.Event, ready: "Callable[[Gateway], None] | None" = None
    ) -> None:
        """Listen until told to stop; then commit what came, answer it, and end."""
        self.loop = asyncio.get_running_loop()
        self.writer.start()
        await self.loop.run_in_executor(None, self.writer.ready.wait)
        servers = [await self._listen(self.port)]
        self.port = servers[0].sockets[0].getsockname()[1]
        if self.ports.tls is not None:
            servers.append(await self._listen(self.ports.tls_port, self.ports.tls))
        if self.ports.metrics_port:
            servers.append(await serve_metrics(self.metrics_text, self.ports.metrics_port))
        sweeper = asyncio.create_task(self.sweep())
        if ready is not None:
            ready(self)
        await stop.wait()
        await self._end(servers, sweeper)

    async def _listen(self, port: int, tls: ssl.SSLContext | None = None) -> asyncio.Server:
        return await self.loop.create_server(
            lambda: DeviceConnection(self),
            sock=listener(self.host, port),
            backlog=4096,
            ssl=tls,
            ssl_handshake_timeout=self.limits.frame_s if tls else None,
        )

    def metrics_text(self) -> str:
        """The figures of this process, as Prometheus reads them."""
        now = {
            "connections": len(self.connections),
            "connections_known": self.known_connections,
            "connections_refused_total": self.refused,
            "frames_waiting": len(self.writer),
        }
        return self.metrics.text(now)

    async def _end(self, servers: list[asyncio.Server], sweeper: "asyncio.Task[None]") -> None:
        self.is_stopping = True
        for server in servers:
            server.close()
        sweeper.cancel()
        for connection in list(self.connections.values()):
            connection.pause()
        deadline = time.monotonic() + 20
        while any(c.in_flight for c in self.connections.values()) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        for connection in list(self.connections.values()):
            connection.close("STOPPED")
        await asyncio.sleep(0.1)
        self.writer.stop()
        await self.loop.run_in_executor(None, self.writer.join)


def listener(host: str, port: int) -> socket.socket:
    """The listening socket, shareable by several processes; keep-alive finds dead peers."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
    # Bounds what a peer that never reads can hold in the kernel.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BUFFER)
    listening.bind((host, port))
    listening.setblocking(False)
    return listening
