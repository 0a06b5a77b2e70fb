"""Work on one snapshot, alone or by processes beside each other."""

import contextlib
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import django
from django.db import connection, transaction

Asked = TypeVar("Asked")
Said = TypeVar("Said")

# Joins of whole blocks: compiling them, or sharing them out, costs more than it saves.
SETTINGS = (
    "SET LOCAL work_mem = '64MB'",
    "SET LOCAL jit = off",
    "SET LOCAL cursor_tuple_fraction = 1",
    "SET LOCAL max_parallel_workers_per_gather = 0",
)


@dataclass
class Crew:
    """Up to so many processes that all see the snapshot of the caller's transaction."""

    jobs: int = 1
    _pool: ProcessPoolExecutor | None = field(default=None, repr=False)
    _place: tuple[dict[str, Any], str] = field(default=({}, ""), repr=False)

    def map(self, act: Callable[[Asked], Said], asked: Sequence[Asked]) -> Iterator[Said]:
        """What `act` says of each, in their order; one process is enough for a single question."""
        if self.jobs == 1 or len(asked) == 1:
            yield from map(act, asked)
            return
        if self._pool is None:
            # Django must be ready before anything of ours is so much as named in the process.
            spawned = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.jobs, spawned, initializer=django.setup)
            self._place = _place()
        yield from self._pool.map(partial(_beside, self._place, act), asked)

    def leave(self) -> None:
        """End the processes."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


@contextlib.contextmanager
def crew_of(jobs: int) -> Iterator[Crew]:
    """A crew for as long as the caller's transaction is open; processes start when needed."""
    crew = Crew(jobs)
    try:
        yield crew
    finally:
        crew.leave()


def runs_of(items: Sequence[Asked], count: int) -> list[Sequence[Asked]]:
    """The items as at most so many stretches of about the same length."""
    size = max(1, -(-len(items) // max(1, count)))
    return [items[at : at + size] for at in range(0, len(items), size)]


def tune() -> None:
    """Settings for the rest of the transaction."""
    _execute(SETTINGS)


def _execute(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _place() -> tuple[dict[str, Any], str]:
    """Where the others find the snapshot of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    return {name: connection.settings_dict[name] for name in names}, snapshot


def _beside(place: tuple[dict[str, Any], str], act: Callable[[Asked], Said], asked: Asked) -> Said:
    """In a process of the crew: look at the snapshot, and at nothing else until it ends."""
    address, snapshot = place
    if connection.connection is None:
        connection.settings_dict.update(address)
        transaction.set_autocommit(False)
        _execute(
            (
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                f"SET TRANSACTION SNAPSHOT '{snapshot}'",
                *SETTINGS,
            )
        )
    return act(asked)
