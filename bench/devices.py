"""`python -m bench.devices …`: many devices in one process; they send and time the answers.

Needs no Django: what it costs is the client's share of the machine, and should be small.
"""

import argparse
import asyncio
import collections
import datetime
import json
import time

from cardswipe.hj212 import encode

FACTORS = ("w00000", "w01018", "w21003", "w21011", "w01001")
ACK = b";CN=9014;"
FIRST_SOURCE = 0x7F000002  # 127.0.0.2: one address has 28 000 ports
PER_SOURCE = 10_000
CHINA = datetime.timezone(datetime.timedelta(hours=8))


def frame(mn: str, moment: datetime.datetime, serial: int) -> bytes:
    """Ten minutes' data of five factors."""
    items = ";".join(
        f"{code}-Avg=12.{serial % 90 + 10},{code}-Cou=56.78,{code}-Flag=N" for code in FACTORS
    )
    segment = encode.upload(
        version=2017,
        qn=encode.qn_of(moment),
        st="32",
        cn="2051",
        pw="123456",
        mn=mn,
        cp=f"DataTime={moment:%Y%m%d%H%M%S};{items}",
    )
    return encode.frame_bytes(segment)


class Device(asyncio.Protocol):
    """One connection: frames in their order, the time of each, the time of each answer."""

    __slots__ = ("closed", "field", "frames", "sent_at", "transport")

    def __init__(self, field: "Field", frames: list[bytes]) -> None:
        self.field, self.frames = field, frames
        self.sent_at: collections.deque[float] = collections.deque()
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "the field speaks TCP"
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self.field.lost += 1

    def send(self, count: int) -> None:
        """The next frames, at once; none when all are sent."""
        count = min(count, len(self.frames))
        if count and not self.closed:
            data = b"".join(self.frames.pop() for _ in range(count))
            self.sent_at.extend([time.perf_counter()] * count)
            self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        heard, now = data.count(ACK), time.perf_counter()
        for _ in range(heard):
            self.field.waits.append(now - self.sent_at.popleft())
        if self.field.window:
            self.send(heard)


class Field:
    """All devices of the process."""

    def __init__(self, window: int) -> None:
        self.window = window
        self.waits: list[float] = []
        self.lost = 0
        self.devices: list[Device] = []

    async def connect(self, port: int, frames: list[list[bytes]]) -> None:
        """A connection for each device's frames."""
        loop = asyncio.get_running_loop()
        for number, own in enumerate(frames):
            source = FIRST_SOURCE + number // PER_SOURCE
            address = ".".join(str(source >> shift & 255) for shift in (24, 16, 8, 0))
            _transport, device = await loop.create_connection(
                lambda own=own: Device(self, own), "127.0.0.1", port, local_addr=(address, 0)
            )
            self.devices.append(device)


def moments(count: int) -> list[datetime.datetime]:
    """So many moments of minute data, the last a moment ago; each is another reading."""
    now = datetime.datetime.now(tz=CHINA).replace(microsecond=0)
    return [now - datetime.timedelta(seconds=number) for number in range(1, count + 1)]


async def flood(given: argparse.Namespace) -> dict[str, object]:
    """Each device keeps `window` frames under way until all are answered."""
    each = -(-given.frames // given.devices)
    at = moments(each)
    frames = [[frame(mn(n), moment, n) for moment in at] for n in range(given.devices)]
    field = Field(given.window)
    await field.connect(given.port, frames)
    print("ready", flush=True)
    input()
    began = time.perf_counter()
    for device in field.devices:
        device.send(given.window)
    while len(field.waits) < each * given.devices and time.perf_counter() - began < given.seconds:
        await asyncio.sleep(0.02)
    return said(field, time.perf_counter() - began)


async def trickle(given: argparse.Namespace) -> dict[str, object]:
    """Every device says one frame; then `rate` frames a second, the devices by turns."""
    total = int(given.rate * given.seconds)
    each = 1 + -(-total // given.devices)
    at = moments(each)
    frames = [[frame(mn(n), moment, n) for moment in at] for n in range(given.devices)]
    field = Field(0)
    await field.connect(given.port, frames)
    for start in range(0, given.devices, 200):
        for device in field.devices[start : start + 200]:
            device.send(1)
        await asyncio.sleep(0.1)
    while len(field.waits) < given.devices - field.lost:
        await asyncio.sleep(0.1)
    first, field.waits = sorted(field.waits), []
    print("ready", flush=True)
    input()
    began = time.perf_counter()
    for number in range(total):
        late = began + number / given.rate - time.perf_counter()
        if late > 0:
            await asyncio.sleep(late)
        field.devices[number % given.devices].send(1)
    while len(field.waits) < total and time.perf_counter() - began < given.seconds + 30:
        await asyncio.sleep(0.02)
    told = said(field, time.perf_counter() - began)
    return told | {"first_p99_s": percentile(first, 99)}


def mn(number: int) -> str:
    """As `bench.field` registers them."""
    return f"BENCH{number:019d}"


def said(field: Field, seconds: float) -> dict[str, object]:
    waits = sorted(field.waits)
    return {
        "answered": len(waits),
        "lost": field.lost,
        "seconds": seconds,
        "p50_s": percentile(waits, 50),
        "p99_s": percentile(waits, 99),
    }


def percentile(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 99.0


def main() -> None:
    """Print `ready`, wait for a line, do it, print what came of it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=["flood", "trickle"])
    for name, kind in (
        ("port", int), ("devices", int), ("frames", int), ("window", int), ("rate", int),
        ("seconds", float),
    ):  # fmt: skip
        parser.add_argument(f"--{name}", type=kind, default=0)
    given = parser.parse_args()
    done = asyncio.run({"flood": flood, "trickle": trickle}[given.task](given))
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
