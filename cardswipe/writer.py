"""The gateway's writer: a thread that commits frames in groups and only then lets answer.

Frames gather while a commit runs; the next commit takes all of them (at most BATCH_MAX), and
they are read while PostgreSQL takes in the group before. If a group fails by one bad frame it is
split until that frame stands alone and is quarantined. If the database is away nothing is
answered; the group is tried again, then given up, and the devices send again.
"""

import collections
import datetime
import gc
import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from cardswipe.arrivals import Arrival, Heard, Outcome, arrival
from cardswipe.queries.registry import Registry
from cardswipe.services import frames, sessions, telemetry
from parties.models import Membership
from parties.services import system_actor

log = logging.getLogger(__name__)

BATCH_MAX = 2000
LINGER_S = 0.01  # a group gathers so long at most; under load the commit itself is the pause
RETRY_S = 0.5
GIVE_UP_S = 30
AWAY = (OperationalError, InterfaceError)


def spare_the_collector() -> None:
    """For a process that only writes: what was loaded at the start is never searched again.

    A search through all of it would stop every connection for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


class Closing(NamedTuple):
    """A connection ended, and its sessions with it."""

    link: int
    end: str


class Delivery(NamedTuple):
    """What a commit made: outcomes with their answers; or arrivals that were given up."""

    outcomes: Sequence[Outcome]
    given_up: Sequence[Arrival] = ()
    seconds: float = 0.0


class Writer(threading.Thread):
    """Takes arrivals from the event loop, delivers outcomes back to it after each commit."""

    def __init__(
        self,
        *,
        gateway: int,
        deliver: Callable[[Delivery], None],
        between: Callable[[Membership, datetime.datetime], None] | None = None,
    ) -> None:
        super().__init__(name="gateway-writer")
        self.gateway = gateway
        self.ready = threading.Event()
        self._deliver = deliver
        self._between = between
        self._waiting: collections.deque[Heard | Closing] = collections.deque()
        self._read: collections.deque[Arrival | Closing] = collections.deque()
        self._wake = threading.Event()
        self._stopping = self._is_lost = False
        self._registry = Registry()
        self._held: dict[tuple[int, int], int] = {}
        self._of_link: dict[int, list[int]] = {}  # the controllers of a connection
        self._months: set[tuple[int, int]] = set()
        self._by: Membership | None = None

    def put(self, *things: Heard | Closing) -> None:
        """Hand over what was heard, or the end of a connection, in their order."""
        self._waiting.extend(things)
        self._wake.set()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._read)

    def stop(self) -> None:
        """Commit and deliver everything handed over so far, then end."""
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        """Until stopped: gather, commit, deliver."""
        self._connect()
        self.ready.set()
        while len(self) or not self._stopping:
            self._wake.wait(timeout=0.5)
            self._wake.clear()
            if len(self) and not self._stopping:
                time.sleep(LINGER_S)
            self._work()
        self._guarded(lambda: self._end_sessions("STOPPED"))
        connection.close()

    def _work(self) -> None:
        now = timezone.now()
        by, between = self._by, self._between
        if by is not None and between is not None:
            self._guarded(lambda: between(by, now))
        while len(self):
            arrivals, closings = self._next_group()
            if arrivals:
                self._take(arrivals)
            if closings:
                self._close(closings)

    def _next_group(self) -> tuple[list[Arrival], list[Closing]]:
        """Frames, then ends of connections: a frame after an end belongs to the next group."""
        arrivals: list[Arrival] = []
        closings: list[Closing] = []
        self._read_on(BATCH_MAX)
        while self._read and len(arrivals) < BATCH_MAX:
            thing = self._read[0]
            if isinstance(thing, Closing):
                closings.append(thing)
            elif closings:
                break
            else:
                arrivals.append(thing)
            self._read.popleft()
        return arrivals, closings

    def _read_on(self, most: int) -> None:
        """Read so many of those that wait, at most one group ahead."""
        for _ in range(min(most, len(self._waiting), BATCH_MAX - len(self._read))):
            thing = self._waiting.popleft()
            self._read.append(thing if isinstance(thing, Closing) else arrival(*thing))

    def _guarded(self, act: Callable[[], None]) -> None:
        """Work beside the frames: if the database is away it may fail, and is tried again."""
        if self._is_lost and not self._reach():
            return
        try:
            act()
        except AWAY:
            log.warning("database is away")
            self._is_lost = True
        except Exception:
            # One command that cannot be sent must not end the thread that all frames wait for.
            log.exception("work beside the frames failed")

    def _connect(self) -> None:
        """Reach the database; waits until it works."""
        while not self._reach() and not self._stopping:
            time.sleep(RETRY_S)

    def _reach(self) -> bool:
        """Open the connection, take the lock, know who we are; False while the database is away."""
        try:
            connection.close()
            sessions.is_alive_lock(self.gateway)
            # Without the lock others may have ended our sessions: claim them anew.
            self._end_sessions("DIED")
            self._held.clear()
            self._of_link.clear()
            self._by = system_actor("gateway")
        except AWAY:
            self._is_lost = True
            return False
        self._is_lost = False
        return True

    def _take(self, arrivals: Sequence[Arrival]) -> None:
        """Commit a group, again and again while the database is away; then give it up."""
        until = time.monotonic() + GIVE_UP_S
        while time.monotonic() < until:
            if self._is_lost and not self._reach():
                time.sleep(RETRY_S)
                continue
            try:
                began = time.monotonic()
                outcomes = self._commit(arrivals)
                self._deliver(Delivery(outcomes, seconds=time.monotonic() - began))
                return
            except AWAY:
                log.warning("database is away; %s frames wait", len(arrivals))
                self._is_lost = True
            except Exception:
                log.exception("%s frames could not even be kept", len(arrivals))
                break  # unanswered, so they come again; all others go on
        self._deliver(Delivery((), arrivals))

    def _commit(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        now = timezone.now()
        try:
            self._make_months(now)
            assert self._by is not None, "the writer knows who it is before it writes"
            outcomes = frames.take_frames(
                by=self._by,
                arrivals=arrivals,
                registry=self._registry,
                held=self._held,
                gateway=self.gateway,
                now=now,
                meanwhile=self._read_on,
            )
            self._hold(outcomes)
            return outcomes
        except AWAY:
            raise
        except Exception as error:
            if len(arrivals) == 1:
                log.exception("a frame could not be processed")
                return [frames.quarantine(arrived=arrivals[0], reason=repr(error))]
            half = len(arrivals) // 2
            return self._commit(arrivals[:half]) + self._commit(arrivals[half:])

    def _make_months(self, now: datetime.datetime) -> None:
        """The partitions around now, once a month and at the start."""
        today = timezone.localdate(now)
        if (today.year, today.month) not in self._months:
            telemetry.ensure_partitions(months=telemetry.months_ahead(today, 1))
            self._months.add((today.year, today.month))

    def _hold(self, outcomes: Sequence[Outcome]) -> None:
        """Remember the sessions that this commit claimed."""
        for outcome in outcomes:
            if outcome.session_id is not None and outcome.device is not None:
                key = (outcome.arrival.link.number, outcome.device.id)
                if key not in self._held:
                    self._of_link.setdefault(key[0], []).append(key[1])
                self._held[key] = outcome.session_id

    def _close(self, closings: Sequence[Closing]) -> None:
        """End the sessions of connections that ended; thousands may end at once."""
        ends: dict[str, list[int]] = {}
        for closing in closings:
            for controller in self._of_link.pop(closing.link, ()):
                session_id = self._held.pop((closing.link, controller), None)
                if session_id is not None:
                    ends.setdefault(closing.end, []).append(session_id)
        now = timezone.now()
        for end, ids in ends.items():
            self._guarded(partial(sessions.close_sessions, ids=ids, end=end, now=now))

    def _end_sessions(self, end: str) -> None:
        sessions.close_all_sessions(gateway=self.gateway, end=end, now=timezone.now())
