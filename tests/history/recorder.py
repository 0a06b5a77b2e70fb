"""A history: what each process asked and what it heard, in real time, as JSON lines."""

import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

INVOKE, OK, FAIL, INFO = "invoke", "ok", "fail", "info"


@dataclass(frozen=True)
class Event:
    """One line: an act is asked (`invoke`) and answered (`ok`, `fail`), or its end is unknown."""

    act: int
    process: int
    type: str
    what: str
    value: Any
    at: int  # monotonic nanoseconds


@dataclass(frozen=True)
class Done:
    """An act from its asking to its answer; without an answer it may end at any later time."""

    what: str
    asked: Any
    type: str
    answer: Any
    began: int
    ended: int

    @property
    def is_ok(self) -> bool:
        return self.type == OK


@dataclass
class Recorder:
    """Collects the events of all threads; `act` writes an asking and its answer."""

    events: list[Event] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, act: int, process: int, type_: str, what: str, value: Any) -> None:
        """Add a line; the time is taken under the lock, so lines stand in their order."""
        with self._lock:
            self.events.append(Event(act, process, type_, what, value, time.monotonic_ns()))

    @contextmanager
    def act(self, process: int, what: str, value: Any) -> Iterator[Any]:
        """Write the asking; the block says `answer(type, value)` as soon as it knows."""
        with self._lock:
            number = next(self._numbers)
        self.write(number, process, INVOKE, what, value)
        yield lambda type_, answer: self.write(number, process, type_, what, answer)

    def save(self, path: Path) -> None:
        path.write_text("".join(json.dumps(vars(event)) + "\n" for event in self.events))


def load(path: Path) -> list[Event]:
    """The events of a file."""
    return [Event(**json.loads(line)) for line in path.read_text().splitlines()]


def acts(events: list[Event]) -> list[Done]:
    """Each asking with its answer; one never answered is unknown for ever."""
    asked: dict[int, Event] = {}
    answered: dict[int, Event] = {}
    for event in events:
        (asked if event.type == INVOKE else answered)[event.act] = event
    never = 2**63
    return [
        Done(e.what, e.value, a.type, a.value, e.at, never if a.type == INFO else a.at)
        if (a := answered.get(number))
        else Done(e.what, e.value, INFO, None, e.at, never)
        for number, e in asked.items()
    ]
