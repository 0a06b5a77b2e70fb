"""Simulated controllers: real TCP clients that speak HJ 212 as our profile does.

Each box measures what its meter gives (seeded), uploads real-time, minute and hour data, swipes
its card and closes sessions; it sends again what is not acknowledged. Faults can be switched on;
whatever they do to the line, the ledger must end as if they had not been.
"""

import asyncio
import dataclasses
import datetime
import random
from collections.abc import AsyncIterator, Callable

from cardswipe.hj212 import encode
from cardswipe.hj212.frame import Frame
from cardswipe.simulated_line import Box, Client
from cardswipe.simulated_meter import EPOCH, SLOT, Meter, Period
from cardswipe.simulated_offline import Absence, Allowance, amounts_in

__all__ = ["Box", "Client", "Faults", "SimulatedBox", "fast_clock"]

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
Clock = Callable[[], datetime.datetime]
# When a card box works in a month at speed: begin (hour, minute) and length of each session.
SHIFTS = ((7, 10, 4 * HOUR), (13, 20, 5 * HOUR))
LONGEST_DELAY = 12  # messages that may overtake a delayed one
LET_GO_AFTER = 3  # tries of what debits nothing


@dataclasses.dataclass(frozen=True)
class Faults:
    """What goes wrong: on the line (of a thousand frames), in the box, at the meter."""

    lost: int = 0  # never leaves the box the first time
    repeated: int = 0  # sent twice
    bad_crc: int = 0  # garbled the first time
    restarts: int = 0  # the box loses its connection before the frame
    delayed: int = 0  # kept back until up to a dozen later ones have gone
    abnormal: int = 0  # of a thousand slots of ten minutes: a data mark other than N
    clock_shift_s: int = 0  # how far the box's clock is ahead (below zero: behind)
    offline: int = 0  # of a thousand shifts of a card box: without contact until it ends
    cheats_permille: int = 0  # how much of hours and sessions is kept silent; minutes are honest


@dataclasses.dataclass
class Held:
    """A message kept back, and how many may still overtake it."""

    cn: str
    cp: str
    overtaken_by: int


class SimulatedBox:
    """One controller with its process: it lives until cancelled, or through a span at speed."""

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
        self.meter = Meter(
            seed=f"{seed}/{self.box.mn}",
            flow=self.box.flow,
            factors=self.box.factors,
            is_water=self.is_water,
            abnormal=self.faults.abnormal,
        )
        self.is_open = True
        self.sequence = self.box.sequence
        self.sent = 0
        self.booked: list[tuple[str, str]] = []  # (cn, cp) of every acknowledged event
        self.held: list[Held] = []
        self.allowance = Allowance()
        self.absence: Absence | None = None
        self.batches: list[int] = []  # numbers of the off-line batches stated and acknowledged
        client.on_command = self.obey
        self._tasks: set[asyncio.Task[None]] = set()

    # --- what the outlet does -------------------------------------------------------------

    @property
    def is_water(self) -> bool:
        return self.box.st == "32"

    @property
    def event_cn(self) -> str:
        """The command whose reports debit."""
        return self.box.swipe_event_cn if self.box.card_no else "2061"

    def amounts(
        self, begin: datetime.datetime, end: datetime.datetime, *, cheats: bool = False
    ) -> list[str]:
        """The fields of a period: volume in m³, loads in kg, with their means."""
        if not self.is_open:
            return self.fields(Period(0, 0, dict.fromkeys(self.box.factors, 0), []), "F", 0)
        period = self.meter.period(begin, end)
        told = 1000 - self.faults.cheats_permille if cheats else 1000
        return self.fields(period, period.mark(is_water=self.is_water), told)

    def fields(self, period: Period, mark: str, told: int) -> list[str]:
        code, meter = self.box.flow_code, self.meter
        flow = 0
        if period.seconds:
            flow = period.litres * (100 if self.is_water else 1) // period.seconds
            flow = flow if self.is_water else flow // 10
        litres = period.litres * told // 1000
        fields = [
            f"{code}-Avg={decimal(flow)},{code}-Cou={decimal(litres, 1000)},{code}-Flag={mark}"
        ]
        for code, mg in period.masses.items():
            mean = decimal(meter.mean(mg, period.litres))
            amount = decimal(mg * told // 1000, 10**6)
            zs = "" if self.is_water else f"{code}-ZsAvg={mean},"
            fields.append(f"{code}-Avg={mean},{zs}{code}-Cou={amount},{code}-Flag={mark}")
        return fields

    def instant(self) -> list[str]:
        """The fields of a real-time upload."""
        now = self.clock()
        slot = self.meter.slot((now - EPOCH) // SLOT)
        flow = decimal(slot.flow) if self.is_open else "0.00"
        fields = [f"{self.box.flow_code}-Rtd={flow},{self.box.flow_code}-Flag={slot.mark}"]
        fields += [
            f"{code}-Rtd={decimal(mean)},{code}-Flag={slot.mark}"
            for code, mean in slot.means.items()
        ]
        return fields

    # --- what the box says ------------------------------------------------------------------

    def chance(self, per_thousand: int) -> bool:
        return self.random.randrange(1000) < per_thousand

    def told_time(self) -> datetime.datetime:
        """The box's own clock, which may be wrong."""
        return self.clock() + datetime.timedelta(seconds=self.faults.clock_shift_s)

    async def say(self, cn: str, cp: str, *, tries: int = 0) -> Frame | None:
        """Upload until acknowledged, with the faults that are switched on."""
        qn = self.client.next_qn(self.told_time())
        frame, first = self.client.frame(cn, cp, qn), None
        if self.chance(self.faults.restarts):
            await self.client.close()
        if self.chance(self.faults.lost):
            first = b""
        elif self.chance(self.faults.bad_crc):
            first = frame[:-6] + (b"0000" if frame[-6:-2] != b"0000" else b"1111") + b"\r\n"
        elif self.chance(self.faults.repeated):
            first = frame + frame
        answer = await self.client.ask(cn, cp, qn, first=first, tries=tries)
        self.sent += 1
        if answer is not None and cn == self.event_cn:
            self.booked.append((cn, cp))
        return answer

    async def report(self, cn: str, cp: str) -> None:
        """Say it now, or keep it back and let later ones overtake; then what has waited enough."""
        if self.absence is not None:
            self.held.append(Held(cn, cp, 0))
            return
        if self.chance(self.faults.delayed):
            self.held.append(Held(cn, cp, self.random.randint(1, LONGEST_DELAY)))
        else:
            await self.say(cn, cp, tries=0 if cn == self.event_cn else LET_GO_AFTER)
        for late in self.held:
            late.overtaken_by -= 1
        due = [late for late in self.held if late.overtaken_by < 0]
        self.held = [late for late in self.held if late.overtaken_by >= 0]
        for late in due:
            await self.say(late.cn, late.cp)

    async def release(self) -> None:
        """Say everything that is still kept back."""
        while self.held:
            late = self.held.pop()
            await self.say(late.cn, late.cp)

    async def upload(self, cn: str, moment: datetime.datetime, fields: list[str]) -> None:
        await self.report(cn, ";".join([f"DataTime={moment:%Y%m%d%H%M%S}", *fields]))

    async def close_hour(self, begin: datetime.datetime) -> None:
        """The hour's data; for an hourly box this is what debits."""
        await self.upload("2061", begin, self.amounts(begin, begin + HOUR, cheats=True))

    async def open_session(self) -> bool:
        """Hold the card to the reader; True if the platform lets the session open."""
        self.sequence += 1
        cp = (
            f"DataTime={self.clock():%Y%m%d%H%M%S};CardNo={self.box.card_no};"
            f"SwipeNo={self.sequence}"
        )
        answer = await self.say(self.box.swipe_open_cn, cp)
        if answer is not None:
            self.allowance = Allowance.told(answer)
        return answer is not None and answer.cp.get("SwipeRtn") == "1"

    async def close_session(self, begin: datetime.datetime, end: datetime.datetime) -> None:
        """The session's event, said until it is acknowledged."""
        head = (
            f"BeginTime={begin:%Y%m%d%H%M%S};EndTime={end:%Y%m%d%H%M%S};"
            f"CardNo={self.box.card_no};SwipeNo={self.sequence}"
        )
        amounts = self.amounts(begin, end, cheats=True)
        await self.report(self.box.swipe_event_cn, ";".join([head, *amounts]))

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
        minute, hour = floor(minute, SLOT), floor(hour, HOUR)
        in_session = False
        async for moment in self.ticks():
            await self.upload("2011", self.told_time(), self.instant())
            while minute + SLOT <= moment:
                await self.upload("2051", minute, self.amounts(minute, minute + SLOT))
                minute += SLOT
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

    async def live_through(self, start: datetime.datetime, end: datetime.datetime) -> None:
        """A span of the past at speed: minutes and hours, a card box's sessions; nothing waits
        but for its acknowledgement. Ends when all that debits is acknowledged."""
        await self.client.connect()
        hour = floor(start, HOUR)
        while hour + HOUR <= end:
            self.clock = lambda at=hour + HOUR: at  # type: ignore[misc]
            await self.lose_contact(hour)
            minutes = [hour + part * SLOT for part in range(HOUR // SLOT)]
            await asyncio.gather(
                *(self.upload("2051", at, self.amounts(at, at + SLOT)) for at in minutes)
            )
            await self.close_hour(hour)
            await self.work(hour)
            hour += HOUR
        await self.release()
        await asyncio.gather(*self._tasks)
        await self.client.close()

    async def work(self, hour: datetime.datetime) -> None:
        """The session that ends in this hour, if the box has a card and the valve is open."""
        midnight = hour.replace(hour=0)
        for at_hour, at_minute, length in SHIFTS:
            begin = midnight + at_hour * HOUR + at_minute * MINUTE
            ends_now = floor(begin + length, HOUR) == hour
            if ends_now and self.absence is not None:
                await self.come_back(begin, begin + length, hour + HOUR)
            elif self.box.card_no and self.is_open and ends_now:
                self.clock = lambda at=begin: at  # type: ignore[misc]
                if await self.open_session():
                    await self.close_session(begin, begin + length)

    # --- without contact ----------------------------------------------------------------------

    async def lose_contact(self, hour: datetime.datetime) -> None:
        """Perhaps lose the line where a shift begins; only a box that was told what it may do."""
        begins = {hour.replace(hour=at_hour) for at_hour, _minute, _length in SHIFTS}
        can_go = self.box.card_no and self.allowance.hours and self.absence is None
        if hour in begins and can_go and self.chance(self.faults.offline):
            self.absence = Absence(hour, self.allowance)
            await self.client.close()

    async def come_back(
        self, begin: datetime.datetime, end: datetime.datetime, now: datetime.datetime
    ) -> None:
        """Keep the shift's sessions as far as the allowance goes, send all that was kept, each
        message late, then state the batch."""
        absence = self.absence
        assert absence is not None, "only a box without contact comes back"
        while self.is_open and begin + SLOT <= end:
            amounts = amounts_in(self.amounts(begin, begin + SLOT, cheats=True))
            if not absence.allows(amounts, begin + SLOT):
                break
            self.sequence += 1
            absence.keep(self.sequence, amounts)
            await self.close_session(begin, begin + SLOT)
            begin += SLOT
        self.absence = None
        self.clock = lambda at=now: at  # type: ignore[misc]
        await self.release()
        if absence.first:
            said = absence.statement(mn=self.box.mn, key=self.box.counter_key, until=now)
            if await self.say(self.box.offline_batch_cn, said, tries=LET_GO_AFTER):
                self.batches.append(absence.first)


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
