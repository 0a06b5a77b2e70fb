"""A pytest plugin: tests find a PostgreSQL of their own when DATABASE_URL is not set.

Loaded by `-p config.testing` before Django's settings are read. One throw-away server
serves a whole run, all xdist workers included, and ends with it, even by kill -9.
"""

import os
import shutil
import tempfile
from pathlib import Path

import environ
import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from config import addresses, embedded, texts
from config.faults import Fault

# How fast a machine under load makes examples says nothing about the code.
hypothesis_settings.register_profile(
    "yizheng", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("yizheng")

ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start the server unless another is named; workers inherit its address."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    texts.compile_texts(ROOT / "locale")
    if os.environ.get("DATABASE_URL"):
        _refuse_silent_server(os.environ["DATABASE_URL"])
        return
    folder = Path(tempfile.mkdtemp(prefix="yizheng-test-"))
    folder.chmod(0o755)
    early_config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    try:
        server = embedded.start_postgres(folder, settings=embedded.TEST_SETTINGS)
    except Fault as fault:
        pytest.exit(str(fault), returncode=4)
    early_config.add_cleanup(server.stop)
    os.environ["YIZHENG_UNSAFE_DATABASE"] = "1"
    sockets = addresses.place(folder, "run")
    os.environ["DATABASE_URL"] = f"postgres://{addresses.SUPERUSER}@/yizheng?host={sockets}"


def _refuse_silent_server(url: str) -> None:
    """Say at once that the server is down, where Django would only warn of a detour."""
    address = environ.Env.db_url_config(url)
    options = {"host": address["HOST"], "port": address["PORT"], "user": address["USER"]}
    options |= {"password": address["PASSWORD"]} | address.get("OPTIONS", {})
    given = {name: value for name, value in options.items() if value}
    try:
        psycopg.connect(dbname="postgres", connect_timeout=10, **given).close()
    except psycopg.OperationalError as error:
        pytest.exit(f"The server in DATABASE_URL does not answer: {error}", returncode=4)
