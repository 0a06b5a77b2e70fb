"""Each measurement begins on the tables as migrated: their order does not matter."""

import shutil

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

KEPT = "bench_fresh"


def prepare() -> None:
    """Migrate once and keep the result."""
    call_command("migrate", verbosity=0)
    call_command("load_reference_data", verbosity=0)
    _copy(settings.DATABASES["default"]["NAME"], KEPT)


def start_over() -> None:
    """The database as it was kept, and no proof log on disk."""
    shutil.rmtree(settings.PROOF_DIR, ignore_errors=True)
    _copy(KEPT, settings.DATABASES["default"]["NAME"])


def _copy(source: str, target: str) -> None:
    """Put a copy of one database in the place of another."""
    connection.close()
    params = connection.get_connection_params() | {"dbname": "postgres"}
    where = {name: params[name] for name in ("dbname", "user", "host") if name in params}
    with psycopg.connect(**where, autocommit=True) as server:
        names = sql.Identifier(target), sql.Identifier(source)
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(names[0]))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
