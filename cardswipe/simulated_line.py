"""A simulated controller's registration and its line to the gateway, over real TCP."""

import asyncio
import dataclasses
import datetime
import itertools
from collections.abc import Callable, Mapping

from cardswipe.hj212 import encode
from cardswipe.hj212.frame import Frame, read_segment
from cardswipe.hj212.stream import FrameBuffer


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
    sequence: int = 0  # number of the last session, which a box keeps through restarts
    swipe_open_cn: str = "3901"
    swipe_answer_cn: str = "3902"
    swipe_event_cn: str = "3903"
    valve_order_cn: str = "3911"
    valve_state_cn: str = "3912"
    offline_batch_cn: str = "3905"
    counter_key: str = ""  # signs what the box states of its time off line


class Client:
    """One connection to the gateway, made again whenever it is lost."""

    def __init__(self, box: Box, host: str, port: int, *, over_time_s: float = 5) -> None:
        self.box, self.host, self.port, self.over_time_s = box, host, port, over_time_s
        self.answers: dict[str, asyncio.Future[Frame]] = {}
        self.on_command: Callable[[Frame], None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._last_qn = ""
        self._connecting = asyncio.Lock()  # two messages at once never make two connections

    async def connect(self) -> None:
        """Connect if there is no connection; waits and tries again until it works."""
        async with self._connecting:
            while self._writer is None or self._writer.is_closing():
                await self.close()
                try:
                    reader, self._writer = await asyncio.open_connection(self.host, self.port)
                    self._reading = asyncio.create_task(self._read(reader, self._writer))
                except OSError:
                    await asyncio.sleep(0.3)

    async def close(self) -> None:
        """Let the connection go."""
        writer, reading = self._writer, self._reading
        self._writer = self._reading = None
        if writer is not None:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        buffer = FrameBuffer()
        try:
            while data := await reader.read(65536):
                for piece in buffer.feed(data):
                    if piece.segment is not None:
                        self._heard(read_segment(piece.segment))
        except OSError:
            pass
        writer.close()
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
        writer = self._writer
        if writer is None:
            return  # closed again by another message: the time-out sends it once more
        try:
            writer.write(data)
            await writer.drain()
        except OSError:
            await self.close()

    async def ask(
        self, cn: str, cp: str, qn: str, *, first: bytes | None = None, tries: int = 0
    ) -> Frame | None:
        """Send a message until it is answered; `first` goes out instead the first time.

        With `tries` it is given up after so many (HJ 212: what fails three times is let go).
        """
        frame = self.frame(cn, cp, qn)
        data = frame if first is None else first
        for _attempt in itertools.count() if not tries else range(tries):
            self.answers[qn] = asyncio.get_running_loop().create_future()
            await self.send(data)
            try:
                return await asyncio.wait_for(self.answers[qn], self.over_time_s)
            except (TimeoutError, ConnectionResetError):
                data = frame
            finally:
                del self.answers[qn]
        return None
