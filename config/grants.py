"""The rights of the role under which everything but migrations runs.

It reads and writes rows, and makes, alters or empties no table. Journals and histories
take new rows only; of an account only the columns that an app's `grants.py` names change.
A month's partition it may read, as the nightly check of the ledger does, month by month.
"""

import contextlib
import dataclasses
import importlib
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from psycopg import sql
from simple_history.models import HistoricalChanges

from config.faults import Fault

OWN_APPS = ("parties", "ledger", "permits", "cardswipe", "trading")

TABLES = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
  AND NOT c.relispartition
ORDER BY c.relname
"""

MONTHS = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relispartition AND c.relkind = 'r'
"""


@dataclasses.dataclass(frozen=True)
class Limits:
    """The tables in which the role may do less than in others."""

    append_only: frozenset[str]
    kept: frozenset[str]
    update_columns: dict[str, tuple[str, ...]]


def limits() -> Limits:
    """What the apps' `grants.py` name, every history table, and what triggers keep."""
    append_only, columns = set(), {}
    for app in OWN_APPS:
        if find_spec(f"{app}.grants"):
            module = importlib.import_module(f"{app}.grants")
            append_only.update(module.APPEND_ONLY)
            columns.update(module.UPDATE_COLUMNS)
    histories = {m._meta.db_table for m in apps.get_models() if issubclass(m, HistoricalChanges)}
    kept = {model._meta.db_table for model in apps.get_models() if is_kept(model)}
    return Limits(frozenset(append_only | histories), frozenset(kept), columns)


def is_kept(model: type[Model]) -> bool:
    """Whether a trigger keeps the model's rows from being deleted."""
    return any("DELETE" in str(t.operation) for t in getattr(model._meta, "triggers", []))


def rights(table: str, limits: Limits) -> str:
    """What the role may do in the table, as GRANT names it."""
    if table == "django_migrations":
        return "SELECT"
    if table in limits.append_only:
        return "SELECT, INSERT"
    if table in limits.update_columns:
        return f"SELECT, INSERT, UPDATE ({', '.join(limits.update_columns[table])})"
    return "SELECT, INSERT, UPDATE" if table in limits.kept else "SELECT, INSERT, UPDATE, DELETE"


@transaction.atomic
def grant(role: str) -> str:
    """Give the role exactly these rights in every table; says so in a line.

    Raises Fault when the role is missing, owns the tables or is named in vain.
    """
    found = limits()
    name = sql.Identifier(role)
    with connection.cursor() as cursor:
        refuse_wrong_role(role)
        cursor.execute(TABLES)
        tables = [row[0] for row in cursor.fetchall()]
        unknown = (found.append_only | set(found.update_columns)) - set(tables)
        if unknown:
            raise Fault(f"grants.py names tables that do not exist: {', '.join(sorted(unknown))}")
        cursor.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(name))
        cursor.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM {}").format(name))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        for table in tables:
            allowed = sql.SQL(rights(table, found))  # type: ignore[arg-type]  # our own words
            statement = sql.SQL("GRANT {} ON {} TO {}")
            cursor.execute(statement.format(allowed, sql.Identifier(table), name))
        cursor.execute(
            sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name)
        )
        let_read_months(cursor, name)
    return f"{role}: rights in {len(tables)} tables"


def let_read_months(cursor: Any, role: sql.Identifier) -> None:
    """Reading of the partitions that are there and of those that the clock will make."""
    cursor.execute(MONTHS)
    for (month,) in cursor.fetchall():
        cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(month), role))
    later = sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {}")
    cursor.execute(later.format(role))


def refuse_wrong_role(role: str) -> None:
    """The role must exist and be another than the owner, or no right could be kept from it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolname = current_user FROM pg_roles WHERE rolname = %s", [role]
        )
        found = cursor.fetchone()
    if found is None:
        raise Fault(
            f"PostgreSQL has no role “{role}”. Make it (CREATE ROLE {role} LOGIN PASSWORD …) "
            "and run this again."
        )
    if found[0]:
        raise Fault(
            f"The role “{role}” owns the tables or is a superuser, so nothing can be kept from it. "
            "Set DATABASE_URL to a role of its own and DATABASE_OWNER_URL to the owner."
        )


@contextlib.contextmanager
def acting_as_owner() -> Iterator[None]:
    """The default connection under the owner's role, for the length of a block."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(settings.OWNER_DATABASE)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def prepare(out: Any, *, verbosity: int = 1) -> str:
    """Migrate as the owner, then give the application's role its rights; says so in a line."""
    with acting_as_owner():
        try:
            call_command("migrate", interactive=False, verbosity=verbosity, stdout=out)
        except DatabaseError as error:
            raise Fault(f"The tables could not be brought up to date: {error}") from error
        if settings.OWNER_DATABASE["USER"] != settings.APP_ROLE:
            return grant(settings.APP_ROLE)
    return (
        "One role owns the tables and runs the application, so only triggers guard the "
        "journal. For a real site set DATABASE_OWNER_URL to a second role."
    )
