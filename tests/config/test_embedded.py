"""The embedded PostgreSQL and Redis: durable, private, and never blocked by leftovers."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from config import addresses, embedded, secret
from config.faults import Fault
from config.places import LONGEST_SOCKET_FOLDER

ROOT = Path(__file__).resolve().parents[2]
# A second process that starts the server and waits to be killed.
SUPERVISE = """
import sys, time
from pathlib import Path
from config import embedded
embedded.start_postgres(Path(sys.argv[1]))
embedded.start_redis(Path(sys.argv[1]))
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder that the services' account can reach, as pytest's own folders are not."""
    with tempfile.TemporaryDirectory(prefix="yizheng-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "data"


# Durability has its own test; the others need not wait for the disk.
quick = partial(embedded.postgres, settings=embedded.TEST_SETTINGS)
start_quickly = partial(embedded.start_postgres, settings=embedded.TEST_SETTINGS)


def connect(data_dir: Path, user: str = addresses.SUPERUSER) -> psycopg.Connection:
    sockets = addresses.place(data_dir, "run")
    return psycopg.connect(host=str(sockets), user=user, dbname=addresses.DATABASE)


def test_database_is_durable_and_private(data_dir):
    with embedded.postgres(data_dir), connect(data_dir) as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert connection.execute(f"SHOW {name}").fetchone() == ("on",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        owner = connection.execute(
            "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert owner == (addresses.OWNER,)
    for name in ("run", "postgres"):
        assert stat.S_IMODE(addresses.place(data_dir, name).stat().st_mode) == 0o700


def test_application_role_makes_no_tables(data_dir):
    with (
        quick(data_dir),
        connect(data_dir, addresses.APP) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE loot (id int)")


def test_data_outlive_kill_of_supervisor_and_nothing_blocks_the_next_start(data_dir):
    command = [sys.executable, "-c", SUPERVISE, str(data_dir)]
    supervisor = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout.readline() == "up\n"
    with connect(data_dir) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    with quick(data_dir), connect(data_dir) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    embedded.start_redis(data_dir).stop()


def test_running_orphan_and_stale_lock_file_do_not_block(data_dir):
    first = start_quickly(data_dir)
    second = start_quickly(data_dir)
    assert first.process.poll() is not None
    second.process.send_signal(signal.SIGKILL)
    second.process.wait()
    lock = addresses.place(data_dir, "postgres") / "cluster" / "postmaster.pid"
    lock.write_text(lock.read_text().replace(str(second.process.pid), str(os.getpid()), 1))
    with quick(data_dir), connect(data_dir) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_interrupted_initdb_is_begun_anew(data_dir):
    start_quickly(data_dir).stop()
    cluster = addresses.place(data_dir, "postgres") / "cluster"
    cluster.rename(cluster.with_name("cluster.half"))
    with quick(data_dir), connect(data_dir) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_long_path_gets_a_short_private_folder_for_sockets(data_dir):
    deep = data_dir / ("d" * LONGEST_SOCKET_FOLDER)
    with quick(deep), connect(deep) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    sockets = addresses.place(deep, "run")
    assert len(str(sockets)) < LONGEST_SOCKET_FOLDER
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    sockets.rmdir()


def test_data_of_another_version_are_refused_in_words(data_dir):
    start_quickly(data_dir).stop()
    (addresses.place(data_dir, "postgres") / "cluster" / "PG_VERSION").write_text("16\n")
    with pytest.raises(Fault, match="PostgreSQL 16"):
        start_quickly(data_dir)


def test_secret_key_is_made_once_and_private(data_dir):
    first = secret.key(data_dir)
    assert len(first) >= 50
    assert secret.key(data_dir) == first
    assert stat.S_IMODE((data_dir / "secret-key").stat().st_mode) == 0o600


def test_redis_answers_and_ends(data_dir):
    server = embedded.start_redis(data_dir)
    began = time.monotonic()
    server.stop()
    assert server.process.poll() is not None
    assert time.monotonic() - began < 10
