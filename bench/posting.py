"""Batched posting through `ledger.services.post` beside hand-written SQL for the same rows."""

import cProfile
import datetime
import pstats
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

import psycopg
from django.db import connection
from django.utils import timezone

from bench.books import Book, fill
from bench.hand import Hand
from bench.report import Figure
from bench.timing import by_turns
from ledger import services
from ledger.rules import Posting

BATCH = 1000


def measure(*, quick: bool) -> Iterator[Figure]:
    """At two sizes of book: events per second, and the ratio to SQL by hand and to bare COPY."""
    rounds = 6 if quick else 16
    for accounts, name in ((1000, "1k"), (20_000 if quick else 100_000, "100k")):
        book = fill(accounts)
        hand = Hand(book)
        (ours, spread), (sql, sql_spread), (copied, copy_spread) = by_turns(
            [
                (
                    poster(book, book.batch(BATCH)),
                    hand.prepared(book.batch(BATCH)),
                    hand.prepared(book.batch(BATCH), is_copy_only=True),
                )
                for _ in range(rounds)
            ],
            BATCH,
        )
        note = (
            f"ours {ours:.0f} ({spread}), by hand {sql:.0f} ({sql_spread}) events/s by turns, into"
            " tables of the same columns and indexes, the proof log's queue among them"
        )
        yield Figure(f"post_batch_vs_sql_{name}", ours / sql, "ratio", ">= 0.5", note)
        note = f"two bare COPYs {copied:.0f} ({copy_spread}) events/s"
        suffix = "" if name == "100k" else f"_{name}"
        yield Figure(f"post_batch_vs_copy{suffix}", ours / copied, "ratio", "", note)
        note = f"{accounts} accounts, {spread}"
        yield Figure(f"post_batch_events_per_s{suffix}", ours, "events/s", "", note)
    yield from profile(book)


def poster(
    book: Book, batch: list[Posting], now: datetime.datetime | None = None
) -> Callable[[], object]:
    """A prepared batch; the call posts it."""
    return lambda: services.post(by=book.by, postings=batch, now=now or timezone.now())


# --- where the time goes -------------------------------------------------------------------


def profile(book: Book) -> Iterator[Figure]:
    """The share of a batch that each statement takes, and the Python functions that take most."""
    acts = [poster(book, book.batch(BATCH)) for _ in range(12)]
    began = perf_counter()
    with statements() as spent:
        for act in acts:
            act()
    whole = perf_counter() - began
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        share = 100 * seconds / whole
        note = f"of {1000 * whole / len(acts):.1f} ms a batch of {BATCH}"
        yield Figure(f"profile_{name}", share, "%", "", note)
    rest = 100 * (whole - sum(spent.values())) / whole
    yield Figure("profile_python", rest, "%", "", heaviest(book))


@contextmanager
def statements() -> Iterator[dict[str, float]]:
    """Seconds spent waiting for each kind of statement, COPY and COMMIT included."""
    spent: dict[str, float] = {}
    copy, commit = psycopg.Cursor.copy, connection._commit

    def timed(execute, sql, params, many, context):
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            _add(spent, _name(str(sql)), began)

    @contextmanager
    def timed_copy(self, statement, *args, **kwargs):
        began = perf_counter()
        with copy(self, statement, *args, **kwargs) as stream:
            yield stream
        _add(spent, f"copy_{str(statement).split()[1]}", began)

    def timed_commit():
        began = perf_counter()
        commit()
        _add(spent, "commit", began)

    connection._commit = timed_commit
    psycopg.Cursor.copy = timed_copy
    try:
        with connection.execute_wrapper(timed):
            yield spent
    finally:
        del connection._commit
        psycopg.Cursor.copy = copy


def _name(sql: str) -> str:
    return "lock_and_ask" if "ledger_ask" in sql else "other"


def _add(spent: dict[str, float], name: str, began: float) -> None:
    spent[name] = spent.get(name, 0.0) + perf_counter() - began


def heaviest(book: Book, count: int = 5) -> str:
    """The functions with most time of their own, by cProfile."""
    profiler = cProfile.Profile()
    for act in [poster(book, book.batch(BATCH)) for _ in range(4)]:
        profiler.runcall(act)
    stats = pstats.Stats(profiler)
    own = sorted(stats.stats.items(), key=lambda item: -item[1][2])
    python = [(name, row[2]) for (file, _line, name), row in own if file != "~"][:count]
    whole = stats.total_tt
    return "heaviest: " + ", ".join(f"{name} {100 * own / whole:.0f} %" for name, own in python)
