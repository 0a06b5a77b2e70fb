"""Every constraint that PostgreSQL knows of our tables is broken once, and refuses by its name.

The list comes from the catalogue, so a new constraint is under test the moment it is migrated: a
search over border values finds a row that it must refuse, and whatever else would refuse the row
first is dropped for the attempt. Triggers have test_triggers.py.
"""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from .catalogue import APPS, Guard, columns, guards, tables
from .rows import NotFound, Row, find, insert

pytestmark = pytest.mark.django_db


class Undo(Exception):
    """Takes back what an attempt has done."""


def refusal_of(act: Callable[[], None]) -> str:
    """The name of the constraint that refuses; what `act` did is undone."""
    try:
        with transaction.atomic():
            act()
            raise Undo
    except Undo:
        return "nothing: it was taken"
    except NotFound as error:
        return str(error)
    except DatabaseError as error:
        said = error.__cause__.diag
        return whole(said.constraint_name) or str(said.message_primary)


def whole(name: str | None) -> str | None:
    """A partition's index speaks for the one of the whole table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = to_regclass(%s)",
            [name],
        )
        found = cursor.fetchone()
    return found[0] if found else name


def run(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)


def clear_the_way(table: str, guard: Guard | None) -> None:
    """Nothing but the guard, if any, stands in the way of a row, until the attempt is undone."""
    run("SET LOCAL session_replication_role = replica")
    keys = "p" if guard is None or guard.kind != "f" else ""  # a table may point at itself
    for other in guards(table, "c", "u", "x", keys):
        if guard is None or other.name != guard.name:
            is_index = other.definition.startswith("CREATE")
            run(
                f"DROP INDEX {other.name}"
                if is_index
                else f"ALTER TABLE {table} DROP CONSTRAINT {other.name} CASCADE"
            )
    with connection.cursor() as cursor:
        cursor.execute("SELECT relkind FROM pg_class WHERE oid = %s::regclass", [table])
        if cursor.fetchone()[0] == "p":
            run(f"CREATE TABLE elsewhere PARTITION OF {table} DEFAULT")


def break_check(table: str, guard: Guard) -> None:
    """A row that the check calls false."""
    row = find(table, guard.columns, f"NOT ({guard.expression})")
    clear_the_way(table, guard)
    insert(table, row)


def break_unique(table: str, guard: Guard) -> None:
    """The same row twice."""
    inside = [c.name for c in columns(table) if guard.predicate and c.name in guard.predicate]
    empty = [name for name in guard.columns if f"({name} IS NULL)" in (guard.predicate or "")]
    full = [name for name in guard.columns if name not in empty]
    row = find(table, inside, guard.predicate or "true", full=full)
    clear_the_way(table, guard)
    insert(table, row)
    insert(table, row)


def break_foreign_key(table: str, guard: Guard) -> None:
    """A row that points at nothing."""
    (column,) = guard.columns
    row = find(table, [], "true", full=[column])
    clear_the_way(table, guard)
    insert(table, row | new_key(row))
    run("SET LOCAL session_replication_role = origin")
    run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    is_text = next(c.is_text for c in columns(table) if c.name == column)
    nowhere = "'0'" if is_text else "-9"
    run(f'UPDATE {table} SET "{column}" = {nowhere} WHERE "{column}" = %s', row[column])
    run(f"SET CONSTRAINTS {guard.name} IMMEDIATE")


def new_key(row: Row) -> Row:
    """A key that the reference data have not."""
    return {name: 10**6 for name in ("id", "history_id") if name in row}


BREAK = {
    "check": ("c", break_check),
    "unique": ("u", break_unique),
    "exclusion": ("x", break_unique),
    "foreign key": ("f", break_foreign_key),
}


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("kind", BREAK)
def test_every_constraint_refuses_by_its_name(app, kind):
    letter, break_it = BREAK[kind]
    wrong = [
        f"{table}.{guard.name}: {said}"
        for table in tables(app)
        for guard in guards(table, letter)
        if (said := refusal_of(lambda t=table, g=guard: break_it(t, g))) != guard.name
    ]
    if wrong:
        pytest.fail("not broken by its name:\n" + "\n".join(wrong), pytrace=False)


@pytest.mark.parametrize("app", APPS)
def test_the_catalogue_lists_what_the_models_declare(app):
    declared = {
        (model._meta.db_table, constraint.name)
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
    }
    listed = {(table, g.name) for table in tables(app) for g in guards(table, "c", "u", "x")}
    assert declared - listed == set()
