"""Simulated controllers: real TCP clients that speak HJ 212 as our profile does.

Each box measures a flow and a concentration that wander (seeded), uploads real-time, minute
and hour data, swipes its card and closes sessions; it sends again what is not acknowledged.
Faults can be switched on; whatever they do, the ledger must end as if they had not been.
"""

import asyncio
import dataclasses
import datetime
import logging
import random
from collections.abc import AsyncIterator, Callable, Mapping

from cardswipe.hj212 import encode
from cardswipe.hj212.frame import Frame, read_segment
from cardswipe.hj212.stream import FrameBuffer

log = logging.getLogger(__name__)

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
Clock = Callable[[], datetime.datetime]


@dataclasses.dataclass(frozen=True)
class Faults:
    """How often, of a thousand frames, something goes wrong."""

    lost: int = 0  # never leaves the box the first time
    repeated: int = 0  # sent twice
    bad_crc: int = 0  # garbled the first time
    restarts: int = 0  # the box loses its connection before the frame


@dataclasses.dataclass(frozen=True)
class Box:
    """A controller to simulate: its registration, and what stands behind its outlet."""

    mn: str
    password: str
    version: int = 2017
    crc: str = "hj"
    st: str = "32"
    flow_code: str = "w00000"
    flow: int = 20  # L/s, for gas m3/s
    factors: Mapping[str, int] = dataclasses.field(default_factory=lambda: {"w01018": 80})
    card_no: str = ""  # empty: an hourly box that never swipes
    swipe_open_cn: str = "3901"
    swipe_answer_cn: str = "3902"
    swipe_event_cn: str = "3903"
    valve_order_cn: str = "3911"
    valve_state_cn: str = "3912"


class Client:
    """One connection to the gateway, made again whenever it is lost."""

    def __init__(self, box: Box, host: str, port: int, *, over_time_s: float = 5) -> None:
        self.box, self.host, self.port, self.over_time_s = box, host, port, over_time_s
        self.answers: dict[str, asyncio.Future[Frame]] = {}
        self.on_command: Callable[[Frame], None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._last_qn = ""

    async def connect(self) -> None:
        """Connect if there is no connection; waits and tries again until it works."""
        while self._writer is None or self._writer.is_closing():
            try:
                reader, self._writer = await asyncio.open_connection(self.host, self.port)
                self._reading = asyncio.create_task(self._read(reader))
            except OSError:
                await asyncio.sleep(0.3)

    async def close(self) -> None:
        """Let the connection go."""
        if self._writer is not None:
            self._writer.close()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        self._writer = self._reading = None

    async def _read(self, reader: asyncio.StreamReader) -> None:
        buffer = FrameBuffer()
        try:
            while data := await reader.read(65536):
                for piece in buffer.feed(data):
                    if piece.segment is not None:
                        self._heard(read_segment(piece.segment))
        except OSError:
            pass
        if self._writer is not None:
            self._writer.close()
        for waiting in self.answers.values():
            if not waiting.done():
                waiting.set_exception(ConnectionResetError())

    def _heard(self, frame: Frame) -> None:
        waiting = self.answers.get(frame.cp.get("QN", frame.qn))
        if waiting is not None:
            if not waiting.done():
                waiting.set_result(frame)
        elif self.on_command is not None:
            self.on_command(frame)

    def next_qn(self, moment: datetime.datetime) -> str:
        """QN for a message at this moment, larger than every one before."""
        qn = encode.qn_of(moment)
        self._last_qn = qn if qn > self._last_qn else str(int(self._last_qn) + 1)
        return self._last_qn

    def frame(self, cn: str, cp: str, qn: str, *, wants_answer: bool = True) -> bytes:
        """A whole frame of this box."""
        box = self.box
        segment = encode.upload(
            version=box.version, qn=qn, st=box.st, cn=cn, pw=box.password, mn=box.mn, cp=cp,
            wants_answer=wants_answer,
        )  # fmt: skip
        return encode.frame_bytes(segment, box.crc)

    async def send(self, data: bytes) -> None:
        """Put bytes on the wire."""
        await self.connect()
        assert self._writer is not None, "connect() has made a writer"
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError:
            await self.close()

    async def ask(self, cn: str, cp: str, qn: str, *, first: bytes | None = None) -> Frame:
        """Send a message until it is answered; `first` goes out instead the first time."""
        frame = self.frame(cn, cp, qn)
        data = frame if first is None else first
        while True:
            self.answers[qn] = asyncio.get_running_loop().create_future()
            await self.send(data)
            try:
                return await asyncio.wait_for(self.answers[qn], self.over_time_s)
            except (TimeoutError, ConnectionResetError):
                data = frame
                if self._writer is None or self._writer.is_closing():
                    await self.close()
                    await asyncio.sleep(0.05)
            finally:
                del self.answers[qn]


class SimulatedBox:
    """One controller with its process: it lives until cancelled."""

    def __init__(
        self,
        client: Client,
        *,
        seed: int,
        clock: Clock,
        every_s: int = 30,
        faults: Faults | None = None,
    ) -> None:
        self.client, self.box, self.clock = client, client.box, clock
        self.every = datetime.timedelta(seconds=every_s)
        self.faults = faults or Faults()
        self.random = random.Random(f"{seed}/{self.box.mn}")  # noqa: S311 - play, no secret
        self.is_open = True
        self.sequence = 0
        self.booked: list[tuple[str, str]] = []  # (cn, cp) of every acknowledged event
        client.on_command = self.obey
        self._tasks: set[asyncio.Task[None]] = set()

    # --- what the outlet does -------------------------------------------------------------

    def measured(self, base: int) -> str:
        """A figure near the base, with two decimals."""
        hundredths = base * 100
        return decimal(hundredths + self.random.randint(-hundredths // 5, hundredths // 5))

    def amounts(self, span: datetime.timedelta, *, suffixes: str = "") -> list[str]:
        """The fields of a period: volume in m3, loads in kg, with their means."""
        seconds = int(span.total_seconds()) if self.is_open else 0
        box = self.box
        flow = self.random.randint(box.flow * 80, box.flow * 120)  # hundredths
        litres = flow * seconds // 100 if box.st == "32" else flow * seconds * 10
        mark = "N" if seconds else "F"
        code = box.flow_code
        fields = [
            f"{code}-Avg={decimal(flow)},{code}-Cou={decimal(litres, 1000)},{code}-Flag={mark}"
        ]
        for code, base in box.factors.items():
            mean = self.random.randint(base * 80, base * 120)  # hundredths of mg/L or mg/m3
            mg = mean * litres // 100 if box.st == "32" else mean * litres // 100_000
            fields.append(
                f"{code}-Avg={decimal(mean)},{code}-Cou={decimal(mg, 10**6)},{code}-Flag={mark}"
            )
        return fields

    def instant(self) -> list[str]:
        """The fields of a real-time upload."""
        flow = self.measured(self.box.flow) if self.is_open else "0.00"
        fields = [f"{self.box.flow_code}-Rtd={flow},{self.box.flow_code}-Flag=N"]
        fields += [
            f"{code}-Rtd={self.measured(base)},{code}-Flag=N"
            for code, base in self.box.factors.items()
        ]
        return fields

    # --- what the box says ------------------------------------------------------------------

    def chance(self, per_thousand: int) -> bool:
        return self.random.randrange(1000) < per_thousand

    async def say(self, cn: str, cp: str) -> Frame:
        """Upload until acknowledged, with the faults that are switched on."""
        qn = self.client.next_qn(self.clock())
        frame, first = self.client.frame(cn, cp, qn), None
        if self.chance(self.faults.restarts):
            await self.client.close()
        if self.chance(self.faults.lost):
            first = b""
        elif self.chance(self.faults.bad_crc):
            first = frame[:-6] + (b"0000" if frame[-6:-2] != b"0000" else b"1111") + b"\r\n"
        elif self.chance(self.faults.repeated):
            first = frame + frame
        return await self.client.ask(cn, cp, qn, first=first)

    async def upload(self, cn: str, moment: datetime.datetime, fields: list[str]) -> None:
        await self.say(cn, ";".join([f"DataTime={moment:%Y%m%d%H%M%S}", *fields]))

    async def close_hour(self, begin: datetime.datetime) -> None:
        """The hour's data; for an hourly box this is what debits."""
        cp = ";".join([f"DataTime={begin:%Y%m%d%H%M%S}", *self.amounts(HOUR)])
        await self.say("2061", cp)
        if not self.box.card_no:
            self.booked.append(("2061", cp))

    async def open_session(self) -> bool:
        """Hold the card to the reader; True if the platform lets the session open."""
        self.sequence += 1
        cp = (
            f"DataTime={self.clock():%Y%m%d%H%M%S};CardNo={self.box.card_no};"
            f"SwipeNo={self.sequence}"
        )
        answer = await self.say(self.box.swipe_open_cn, cp)
        return answer.cp.get("SwipeRtn") == "1"

    async def close_session(self, begin: datetime.datetime, end: datetime.datetime) -> None:
        """The session's event, said until it is acknowledged."""
        head = (
            f"BeginTime={begin:%Y%m%d%H%M%S};EndTime={end:%Y%m%d%H%M%S};"
            f"CardNo={self.box.card_no};SwipeNo={self.sequence}"
        )
        cp = ";".join([head, *self.amounts(end - begin)])
        await self.say(self.box.swipe_event_cn, cp)
        self.booked.append((self.box.swipe_event_cn, cp))

    def obey(self, frame: Frame) -> None:
        """Take a valve order: accept it, move, report."""
        if frame.cn == self.box.valve_order_cn:
            task = asyncio.create_task(self.move_valve(frame))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def move_valve(self, order: Frame) -> None:
        """9011, then the valve moves, then 9012 and the state."""
        await self.client.send(encode.frame_bytes(encode.request_answer(order), self.box.crc))
        per = order.cp.get("Per", "000")
        self.is_open = int(per) > 5
        await self.client.send(encode.frame_bytes(encode.execution_answer(order), self.box.crc))
        cp = f"DataTime={self.clock():%Y%m%d%H%M%S};Per={per};OrderNo={order.cp.get('OrderNo')}"
        await self.say(self.box.valve_state_cn, cp)

    # --- its day ------------------------------------------------------------------------------

    async def ticks(self) -> AsyncIterator[datetime.datetime]:
        """The moments of real-time data, in the box's own time."""
        moment = self.clock()
        while True:
            yield moment
            moment += self.every
            while self.clock() < moment:
                await asyncio.sleep(0.05)

    async def run(self) -> None:
        """Live: real-time data, minutes, hours and sessions, as the clock goes."""
        await self.client.connect()
        started = minute = hour = begin = self.clock()
        minute, hour = floor(minute, 10 * MINUTE), floor(hour, HOUR)
        in_session = False
        async for moment in self.ticks():
            await self.upload("2011", moment, self.instant())
            while minute + 10 * MINUTE <= moment:
                await self.upload("2051", minute, self.amounts(10 * MINUTE))
                minute += 10 * MINUTE
            while hour + HOUR <= moment:
                # The first hour was not seen from its beginning.
                if hour >= started:
                    await self.close_hour(hour)
                hour += HOUR
            if not self.box.card_no or not self.is_open:
                continue
            if not in_session:
                in_session, begin = await self.open_session(), moment
            elif moment - begin >= 20 * MINUTE:
                await self.close_session(begin, moment)
                in_session = False


def decimal(whole: int, parts: int = 100) -> str:
    """A whole number of hundredths (or other parts) as plain digits with a point."""
    places = len(str(parts)) - 1
    return f"{whole // parts}.{whole % parts:0{places}d}"


def floor(moment: datetime.datetime, step: datetime.timedelta) -> datetime.datetime:
    """The last full step of the day before or at the moment."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // step * step


def fast_clock(
    start: datetime.datetime, *, speed: int, real: Clock, zone: datetime.tzinfo
) -> Clock:
    """A clock that begins at `start`, runs `speed` times as fast and never passes the real one."""
    began = real()

    def now() -> datetime.datetime:
        moment = real()
        return min(start + (moment - began) * speed, moment).astimezone(zone)

    return now
