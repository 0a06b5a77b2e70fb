"""What the system asks of its machine, its database and its queue, checked before it starts.

Each check gives a finding: fine, worth knowing, or a fault with what to do. `manage.py up`,
the web process and the gateway refuse to start on a fault; `manage.py doctor` shows all.
"""

import dataclasses
import enum
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from config.faults import Fault

LEAST_FREE_MB = 500
LEAST_POSTGRES = 160000
LEAST_REDIS = (6, 2)


class State(enum.StrEnum):
    """How bad a finding is."""

    OK = "ok"
    NOTE = "note"
    FAULT = "fault"


@dataclasses.dataclass(frozen=True)
class Finding:
    """One check's outcome; `advice` says what to do about anything but OK."""

    name: str
    state: State
    said: str
    advice: str = ""


def ok(name: str, said: str) -> Finding:
    return Finding(name, State.OK, said)


def note(name: str, said: str, advice: str) -> Finding:
    return Finding(name, State.NOTE, said, advice)


def fault(name: str, said: str, advice: str) -> Finding:
    return Finding(name, State.FAULT, said, advice)


def refuse(findings: list[Finding]) -> None:
    """Raise Fault with the faults among them, a line each, if there are any."""
    faults = [f for f in findings if f.state == State.FAULT]
    if faults:
        raise Fault("\n".join(f"{f.said} {f.advice}" for f in faults))


# --- the machine -----------------------------------------------------------------------------


def disk() -> Finding:
    """Room for the data."""
    folder = next(p for p in [settings.DATA_DIR, *settings.DATA_DIR.parents] if p.exists())
    free = shutil.disk_usage(folder).free // 1024**2
    said = _("%(free)s MB free in %(folder)s.") % {"free": free, "folder": folder}
    if free >= LEAST_FREE_MB:
        return ok("disk", said)
    advice = _("Make room for at least %(least)s MB.") % {"least": LEAST_FREE_MB}
    return fault("disk", said, advice)


def _installed(name: str, path: Path) -> Finding:
    if path.exists():
        return ok(name, str(path))
    said = _("%(path)s is missing.") % {"path": path}
    return fault(name, said, _("Run: make setup"))


def font() -> Finding:
    """The Chinese font of every certificate and bill."""
    return _installed("font", settings.FONT_DIR / "400Regular" / "NotoSansSC_400Regular.ttf")


def browser_assets() -> Finding:
    """Bootstrap, htmx and ECharts from npm."""
    return _installed("browser assets", settings.NODE_MODULES / "htmx.org" / "dist")


def static_files() -> Finding:
    """The collected static files."""
    return _installed("static files", Path(settings.STATIC_ROOT))


def texts() -> Finding:
    """The compiled Chinese texts."""
    path = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES" / "django.mo"
    return _installed("Chinese texts", path)


MACHINE: tuple[Callable[[], Finding], ...] = (disk, font, browser_assets, static_files, texts)


def port(name: str, host: str, number: int, variable: str) -> Finding:
    """Whether nobody else listens there."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, number))
        except OSError as error:
            said = _("Port %(port)s on %(host)s cannot be used (%(error)s).") % {
                "port": number,
                "host": host,
                "error": error.strerror,
            }
            advice = _("Stop the program that uses it, or choose another: %(variable)s=%(other)s")
            return fault(name, said, advice % {"variable": variable, "other": number + 1})
    return ok(name, f"{host}:{number}")


def ports() -> list[Finding]:
    return [
        port("web port", settings.WEB_HOST, settings.WEB_PORT, "WEB_PORT"),
        port("gateway port", settings.GATEWAY_HOST, settings.GATEWAY_PORT, "GATEWAY_PORT"),
    ]


# --- PostgreSQL -----------------------------------------------------------------------------------


def database() -> list[Finding]:
    """Whether PostgreSQL is new enough and keeps what it has acknowledged."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, setting FROM pg_settings WHERE name IN ('server_version_num',"
                " 'server_version', 'fsync', 'full_page_writes', 'synchronous_commit',"
                " 'data_checksums')"
            )
            facts: dict[str, str] = dict(cursor.fetchall())
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            (is_superuser,) = cursor.fetchone()
    except DatabaseError as error:
        said = _("The database does not answer: %(error)s") % {"error": str(error).strip()}
        return [fault("database", said, _("Start it, or correct DATABASE_URL."))]
    return [_version(facts), *_durable(facts), _checksums(facts), _role(is_superuser=is_superuser)]


def _version(facts: dict[str, str]) -> Finding:
    said = f"PostgreSQL {facts['server_version']}."
    if int(facts["server_version_num"]) >= LEAST_POSTGRES:
        return ok("database version", said)
    return fault("database version", said, _("Move to PostgreSQL 16 or newer."))


def _durable(facts: dict[str, str]) -> list[Finding]:
    found = []
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        said = f"{name} = {facts[name]}."
        if facts[name] != "off":
            found.append(ok(name, said))
        elif settings.UNSAFE_DATABASE:
            found.append(note(name, said, _("Allowed by YIZHENG_UNSAFE_DATABASE, for tests.")))
        else:
            advice = _("A power cut could lose booked rights. Turn it on in postgresql.conf.")
            found.append(fault(name, said, advice))
    return found


def _checksums(facts: dict[str, str]) -> Finding:
    said = f"data_checksums = {facts['data_checksums']}."
    if facts["data_checksums"] == "on":
        return ok("data checksums", said)
    advice = _("Turn them on while PostgreSQL is stopped: pg_checksums --enable")
    return note("data checksums", said, advice)


def _role(*, is_superuser: bool) -> Finding:
    name = str(connection.settings_dict["USER"])
    if not is_superuser:
        return ok("database role", name)
    said = _("%(role)s is a superuser.") % {"role": name}
    return note("database role", said, _("Use a role that only has the rights it needs."))


# --- Redis ---------------------------------------------------------------------------------


def broker() -> Finding:
    """Whether the queue answers and is new enough."""
    url = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://")
    if not url.startswith(("redis://", "rediss://", "unix://")):
        return note("queue", url.split(":")[0], _("Redis 6.2 or newer is what is tested."))
    try:
        facts: Any = redis.Redis.from_url(url, socket_connect_timeout=5).info("server")
    except redis.RedisError as error:
        said = _("Redis does not answer: %(error)s") % {"error": error}
        return fault("queue", said, _("Start it, or correct CELERY_BROKER_URL."))
    version = str(facts["redis_version"])
    if tuple(int(part) for part in version.split(".")[:2]) < LEAST_REDIS:
        return fault("queue", f"Redis {version}.", _("Move to Redis 6.2 or newer."))
    return ok("queue", f"Redis {version}.")


def servers() -> list[Finding]:
    """Everything about the database and the queue."""
    return [*database(), broker()]
