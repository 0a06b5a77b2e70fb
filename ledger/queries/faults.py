"""What a check of the whole ledger says, and how it reads without holding the journal in memory."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

Tell = Callable[[str], None]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Fault:
    """A fault and the row it sits in: the table's noun and its id."""

    check: str
    row: str
    text: str


@dataclass(frozen=True)
class Check:
    """One run over the data and the numbers of the rules that it proves."""

    codes: tuple[str, ...]
    # Called with the crew and whom to tell when it is shared out; V34 with the kept note.
    run: Callable[..., Iterator[Fault]]
    is_shared: bool = False


def stream(sql: str, *params: object, **named: object) -> Iterator[tuple[Any, ...]]:
    """The rows of a query through a server-side cursor; the caller holds the transaction.

    Each has a name of its own: while one is read, another may be asked about its rows.
    """
    with connection.connection.cursor(name=f"verify_{next(_numbers)}") as cursor:
        cursor.itersize = 5000
        yield from cursor.execute(sql, params or named or None, binary=True)


def faults(code: str, sql: str, *params: object) -> Iterator[Fault]:
    """A fault for each row of a query that gives the faulty row's name and what is wrong."""
    for row, text in stream(sql, *params):
        yield Fault(code, row, text)
