"""Finds, by trying border values, a row that a constraint refuses, or that an index looks at."""

import hashlib
import json
import random
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import connection

from .catalogue import Column, columns

Row = dict[str, Any]


class NotFound(Exception):
    """The search ended without a row."""


TRIES = 2000
MOMENTS = [f"2026-0{month}-01T00:00:00Z" for month in (1, 2, 3, 4)]
DATES = ["2026-01-01", "2026-01-03", "2026-02-02", "2026-03-02", "2026-12-31"]
NOTHING = "\\x"
HASHES = [f"\\x{hashlib.sha256(b'').hexdigest()}", f"\\x{'00' * 32}"]
NUMBERS = [1, 0, -1, 2, 3, 50, 100, 101]
VALUES: dict[str, list[Any]] = {
    "boolean": [False, True],
    "timestamp with time zone": MOMENTS,
    "date": DATES,
    "bytea": [NOTHING, *HASHES],
    "jsonb": [{}, []],
    "inet": ["127.0.0.1"],
    "uuid": ["00000000-0000-0000-0000-000000000001"],
    "interval": ["1 day"],
}
# Words that the formats asked for by checks take, and words that they do not.
WORDS = [
    *(
        "339900",
        "x",
        "",
        "A B;",
        "a\u200bb",
        "001",
        "0001",
        "2017",
        "330000",
        "339901",
        "DW001",
        "DA001",
    ),
    *("MF0001", "TW001", "TA001", "TN001", "TS001", "17"),
    *(
        "339901-2026-PZ-00001",
        "PWX001P",
        "9133990012345678XY",
        "9133990012345678XY001P",
        "010000A8900016F000169DC0",
    ),
    hashlib.sha256(b"").hexdigest(),
]


def choices(table: str) -> dict[str, list[Any]]:
    """The values that the model offers, by column."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            fields = [f for f in model._meta.concrete_fields if f.choices]
            return {f.column: [value for value, _name in f.flatchoices] for f in fields}
    return {}


def values(column: Column, offered: dict[str, list[Any]]) -> list[Any]:
    """What is worth trying in a column; the first one is its usual value."""
    own = offered.get(column.name, [])
    if column.type.endswith("[]"):
        found: list[Any] = ["{}"]
    elif column.type in VALUES:
        found = VALUES[column.type]
    elif column.is_text:
        found = [word for word in [*own, *WORDS] if len(word) <= column.room]
    else:
        found = [n for n in [*own, *NUMBERS] if abs(n) < 10**column.room]
    return found if column.is_required else [None, *found]


def usual(table: str) -> Row:
    """A row of usual values; what may be empty is empty."""
    offered = choices(table)
    return {c.name: values(c, offered)[0] for c in columns(table) if not c.is_made}


def find(table: str, names: Sequence[str], wish: str, *, full: Sequence[str] = ()) -> Row:
    """A row for which the expression, which looks at the columns `names`, is true.

    Columns in `full` are not left empty. Raises NotFound when two thousand tries find none.
    """
    offered, draw = choices(table), random.Random(0)
    tried = {
        c.name: [v for v in values(c, offered) if v is not None or c.name not in full]
        for c in columns(table)
        if c.name in {*names, *full}
    }
    base = usual(table) | {name: tried[name][0] for name in full}
    rows = [base]
    rows += [base | {n: draw.choice(v) for n, v in tried.items()} for _ in range(TRIES)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce({wish}, false)".replace("%", "%%")
            + f" FROM jsonb_populate_recordset(NULL::{table}, %s)",
            [json.dumps(rows)],
        )
        verdicts = [row[0] for row in cursor.fetchall()]
    if True not in verdicts:
        raise NotFound(f"no row found with {wish}")
    return rows[verdicts.index(True)]


def insert(table: str, row: Row) -> None:
    """Put the row into the table."""
    names = ", ".join(f'"{name}"' for name in row)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names})"
            f" SELECT {names} FROM jsonb_populate_record(NULL::{table}, %s)",
            [json.dumps(row)],
        )
