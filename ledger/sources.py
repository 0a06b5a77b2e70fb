"""Which tables the proof log takes its records from.

The journal's operations and every history table are sources by themselves. Who owns another
table that only grows registers it once Django is ready:

    sources.register("trading_bid", kind="bid")

After every migration the tables get their trigger (`watch`), so that no row can be written
without waiting for its place in the log, and no migration has to remember it.
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection
from simple_history.models import HistoricalChanges

KINDS = ("operation", "approval", "permit", "bid", "statement", "history")


@dataclasses.dataclass(frozen=True)
class Source:
    """A table that only grows: what its records are called, and which columns name persons."""

    table: str
    kind: str = "history"
    personal: frozenset[str] = frozenset()
    key: str = "id"


REGISTERED: dict[str, Source] = {}


def register(table: str, *, kind: str, personal: Iterable[str] = ()) -> None:
    """Make a table a source, or say more of a history table than that it is one."""
    assert kind in KINDS
    REGISTERED[table] = Source(table, kind, frozenset(personal))


def sources() -> dict[str, Source]:
    """Every source by the name of its table."""
    found = dict(REGISTERED)
    for model in apps.get_models():
        if issubclass(model, HistoricalChanges):
            table = model._meta.db_table
            known = REGISTERED.get(table, Source(table))
            found[table] = dataclasses.replace(known, key="history_id")
    return found


def history_table(model: Any) -> str:
    """The history table of a model."""
    return str(model.history.model._meta.db_table)


WATCHED = """
SELECT c.relname, t.tgenabled IN ('O', 'A') AND t.tgtype & 5 = 4
FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'queue_for_proof'
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s)
"""


def unwatched() -> list[str]:
    """The sources whose trigger is missing or off."""
    with connection.cursor() as cursor:
        cursor.execute(WATCHED, [list(sources())])
        return sorted(table for table, is_on in cursor.fetchall() if not is_on)


def watch(**_signal: Any) -> None:
    """Give each source its trigger where it has none; its present rows wait for the log too.

    Called after every `migrate`, as the owner of the tables.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('ledger_watch(regclass, text)') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        known = sources()
        for table in unwatched():
            cursor.execute(
                "SELECT ledger_watch(%s::regclass, %s) WHERE NOT EXISTS (SELECT FROM pg_trigger"
                " WHERE tgrelid = %s::regclass AND tgname = 'queue_for_proof')",
                [table, known[table].key, table],
            )
