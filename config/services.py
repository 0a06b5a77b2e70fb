"""Which services one machine runs, and how they are brought up in order."""

import contextlib
import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import get_commands
from django.db import connection, connections
from django.utils.translation import gettext as _

from config import children, embedded, grants, places, requirements
from config.embedded import Server
from config.supervisor import Say, Service, Supervisor, only_one, run_once, runs_here
from ledger.services import make_first_key
from shell.signing import make_demo_key

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]
CELERY = [sys.executable, "-m", "celery", "--app", "config"]


def log(name: str) -> Path:
    return Path(settings.DATA_DIR) / "logs" / f"{name}.log"


def child(name: str, command: list[str], **more: Any) -> Service:
    """A service that is a command run in the project's folder."""
    start = partial(children.spawn, command, log=log(name), cwd=settings.BASE_DIR)
    return Service(name, start, log(name), **more)


def web() -> Service:
    host, port = settings.WEB_HOST, settings.WEB_PORT
    command = [
        *(sys.executable, "-m", "uvicorn", "config.asgi:application"),
        *("--host", host, "--port", str(port), "--no-access-log"),
        # Event streams stay open for hours; nobody waits for them at the end.
        *("--timeout-graceful-shutdown", "3"),
    ]
    return child("web", command, address=settings.PUBLIC_ADDRESS, listens_on=(host, port))


def gateway() -> Service:
    host, port = settings.GATEWAY_HOST, settings.GATEWAY_PORT
    address = f"{host}:{port} (HJ 212)"
    command = [*MANAGE, "gateway"]
    return child("gateway", command, address=address, listens_on=(host, port))


def queue() -> list[Service]:
    worker = [*CELERY, "worker", "--loglevel", "INFO", "--concurrency", "2"]
    beat = [*CELERY, "beat", "--loglevel", "INFO", "--pidfile="]
    return [
        child("worker", worker, address=_("background work"), patience_s=30),
        child("beat", beat, address=_("the timetable")),
    ]


def embedded_servers() -> list[Service]:
    """The embedded servers that nothing else replaces."""
    found = []
    if settings.EMBEDDED_DATABASE:
        found.append(_server("postgres", embedded.start_postgres))
    if settings.EMBEDDED_BROKER:
        found.append(_server("redis", embedded.start_redis))
    return found


def _server(name: str, start: Callable[[Path], Server]) -> Service:
    data_dir = Path(settings.DATA_DIR)

    def make() -> "subprocess.Popen[bytes]":
        return start(data_dir).process

    return Service(
        name,
        make,
        log(name),
        address=_("embedded, in %(folder)s") % {"folder": data_dir},
        stop_signal=embedded.STOP_SIGNALS[name],
        patience_s=embedded.STOP_PATIENCE_S,
    )


def bring_up(supervisor: Supervisor, *, demo: bool, simulate: bool, say: Say) -> None:
    """Everything in order: servers, tables, the first filling, then the services."""
    supervisor.end_leftovers()
    requirements.refuse([check() for check in requirements.MACHINE] + requirements.ports())
    for service in embedded_servers():
        supervisor.add(service)
    requirements.refuse(requirements.servers())
    prepare()
    is_demo = fill(say) if demo and settings.EMBEDDED_DATABASE else False
    connections.close_all()
    supervisor.add(web())
    for service in [*known("gateway", gateway, say), *queue()]:
        supervisor.add(service)
    if simulate and is_demo:
        for service in known("simulate", simulators, say):
            supervisor.add(service)


def prepare() -> None:
    """Tables and rights; what migrations say goes to a log."""
    with log("prepare").open("a") as out:
        out.write(f"{grants.prepare(out)}\n")
    make_first_key()
    make_demo_key()


def known(command: str, make: Callable[[], Service], say: Say) -> list[Service]:
    """The service of a command, if the project has that command."""
    if command in get_commands():
        return [make()]
    say(f"  {command:<12} " + _("is not part of this version"))
    return []


def simulators() -> Service:
    return child("simulators", [*MANAGE, "simulate"], address=_("devices of the demo city"))


# --- the first filling ---------------------------------------------------------------------------


def fill(say: Say) -> bool:
    """Fill an empty database with the demo city; whether the database holds it.

    A filling that broke off is begun anew: nothing of worth can stand in it yet.
    """
    begun, done = (Path(settings.DATA_DIR) / name for name in ("demo-begun", "demo-done"))
    if done.exists():
        return True
    if not begun.exists() and not is_empty():
        return False
    if "demo" not in get_commands():
        say("  demo         " + _("is not part of this version"))
        return False
    if begun.exists():
        connections.close_all()
        embedded.empty_database(Path(settings.DATA_DIR))
        prepare()
    begun.touch()
    say("  demo         " + _("the demo city is built, once; this takes a while …"))
    run_once([*MANAGE, "demo"], log=log("demo"), cwd=settings.BASE_DIR)
    begun.rename(done)
    return True


def is_empty() -> bool:
    """Whether no region has been entered yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT 1 FROM parties_region)")
        return bool(cursor.fetchone()[0])


def sign_ins() -> list[tuple[str, str, str]]:
    """Name, password and role of the demo city's people: `config.demo.SIGN_INS`."""
    if not find_spec("config.demo"):
        return []
    return list(getattr(importlib.import_module("config.demo"), "SIGN_INS", []))


# --- the servers alone, for a command -------------------------------------------------------------


@contextlib.contextmanager
def servers_at_hand() -> Iterator[None]:
    """The embedded servers for the length of a block: those that run, else own ones."""
    data_dir = Path(settings.DATA_DIR)
    places.make_data_dir(data_dir)
    if runs_here(data_dir):
        yield
        return
    with only_one(data_dir), contextlib.ExitStack() as stack:
        for wanted, start in (
            (settings.EMBEDDED_DATABASE, embedded.start_postgres),
            (settings.EMBEDDED_BROKER, embedded.start_redis),
        ):
            if wanted:
                server: Server = start(data_dir)
                stack.callback(server.stop)
        yield
