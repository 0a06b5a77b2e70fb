"""One migrated database that every test database is copied from.

Django renders its models anew for each migration step, which costs half a minute;
PostgreSQL copies the result in a second. The copy is named by what made it, so an edit
of a migration or a pinned library makes a new one, and a server that stays keeps only the
newest few. (A model that its migrations do not follow is found by `make check`.)
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "yizheng_template_"
KEPT = 12


def ensure_template(database_url: str) -> str:
    """The name of the migrated database on this server; makes it when it is not there."""
    name = PREFIX + _fingerprint()
    with psycopg.connect(_at(database_url, "postgres"), autocommit=True) as server:
        if name not in _templates(server):
            # One builder of each, xdist workers included; the others wait for it.
            server.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
            _build_unless_there(server, database_url, name)
    return name


def _fingerprint() -> str:
    parts = ["*/migrations/*.py", "*/sql/*.sql", "config/grants.py", "requirements.lock"]
    digest = hashlib.sha256()
    for file in sorted(path for part in parts for path in ROOT.glob(part)):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _build_unless_there(server: psycopg.Connection, database_url: str, name: str) -> None:
    if name not in _templates(server):
        _build(server, database_url, name)
        _forget_old_ones(server)


def _build(server: psycopg.Connection, database_url: str, name: str) -> None:
    """Migrate under another name first: a build cut short is never taken for a whole one."""
    half = f"{name}_half"
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(half)))
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": _at(database_url, half)},
        check=True,
    )
    server.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(half), sql.Identifier(name))
    )


def _forget_old_ones(server: psycopg.Connection) -> None:
    for name in _templates(server)[KEPT:]:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _templates(server: psycopg.Connection) -> list[str]:
    """Whole ones only, the newest first."""
    query = "SELECT datname FROM pg_database WHERE datname ~ %s ORDER BY oid DESC"
    return [name for (name,) in server.execute(query, [f"^{PREFIX}[0-9a-f]+$"])]


def _at(database_url: str, name: str) -> str:
    """The same server's address with another database in it."""
    return urlsplit(database_url)._replace(path=f"/{name}").geturl()
