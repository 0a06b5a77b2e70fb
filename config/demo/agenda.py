"""What happens in the city, in the order of its moments."""

import datetime
import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from simple_history.signals import pre_create_historical_record

Act = Callable[[datetime.datetime], Any]


class Agenda:
    """A list of things to do, each at its moment; what is done may put more on it."""

    def __init__(self, begin: datetime.datetime) -> None:
        self.moment = begin
        self.waiting: list[tuple[datetime.datetime, int, Act]] = []
        self.serial = itertools.count()

    def add(self, moment: datetime.datetime, act: Act) -> None:
        """Do it at the moment; of two at the same moment the one added first comes first."""
        heapq.heappush(self.waiting, (moment, next(self.serial), act))

    def run(self, until: datetime.datetime) -> Iterator[datetime.datetime]:
        """Do all that is due by then; yields the moment of each act once it is done."""
        while self.waiting and self.waiting[0][0] <= until:
            self.moment, _serial, act = heapq.heappop(self.waiting)
            act(self.moment)
            yield self.moment

    @contextmanager
    def dating_history(self) -> Iterator[None]:
        """History rows made meanwhile bear the agenda's moment, not the clock's."""

        def date(sender: Any, history_instance: Any, **_more: Any) -> None:
            history_instance.history_date = self.moment

        pre_create_historical_record.connect(date)
        try:
            yield
        finally:
            pre_create_historical_record.disconnect(date)
