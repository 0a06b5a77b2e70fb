"""Single postings: one event, four transfers, one transaction each, by one and by eight clients.

Beside them PostgreSQL's own load tool, pgbench, with a hand-written script that makes the same
writes statement by statement, as a program without batches would: the same columns and indexes,
eight balances, and the row by which an operation waits for the proof log.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

from django.db import connection

from bench.books import fill
from bench.report import Figure
from config import embedded
from ledger.models import Account

SECONDS, QUICK_SECONDS, ROUNDS = 4, 2, 3
TABLES = """
DROP TABLE IF EXISTS single_operation, single_transfer, single_balance, single_queue;
CREATE TABLE single_operation (LIKE ledger_operation INCLUDING INDEXES);
CREATE TABLE single_transfer (LIKE ledger_transfer);
ALTER TABLE single_transfer ADD PRIMARY KEY (operation_id, line, posted_at);
CREATE UNIQUE INDEX ON single_transfer (source_id, posted_at, source_version);
CREATE UNIQUE INDEX ON single_transfer (target_id, posted_at, target_version);
CREATE TABLE single_queue (LIKE ledger_proofqueue INCLUDING INDEXES INCLUDING IDENTITY);
CREATE TABLE single_balance (LIKE ledger_account INCLUDING INDEXES) WITH (fillfactor = 50);
INSERT INTO single_balance (id, region_id, asset_id, purpose, reference_type, reference_id,
                            balance, version, restriction)
SELECT n, '339900', 1, 'DISCHARGED', 'bench', n, 0, 0, 'OPEN'
FROM generate_series(0, {accounts} - 1) n;
CREATE SEQUENCE IF NOT EXISTS single_id_seq;
"""
LINES = range(4)


def script(enterprises: int) -> str:
    """One event in pgbench's language: lock and read, write five rows, move eight balances."""
    reads = ", ".join(
        f"max({column}) FILTER (WHERE id = :e::int * 8 + {n}) AS {column[0]}{n}"
        for n in range(8)
        for column in ("balance", "version")
    )
    transfers = "".join(
        "INSERT INTO single_transfer VALUES"
        f" (:o, {n}, :e::int * 8 + {2 * n}, :e::int * 8 + {2 * n + 1}, 1, :x,"
        f" :v{2 * n}::bigint + 1, :b{2 * n}::bigint - :x::bigint,"
        f" :v{2 * n + 1}::bigint + 1, :b{2 * n + 1}::bigint + :x::bigint, now());\n"
        for n in LINES
    )
    moves = ", ".join(f"({n}, {'-' if n % 2 == 0 else ''}:x::bigint)" for n in range(8))
    return (
        f"\\set e random(0, {enterprises - 1})\n\\set x random(1, 1000000)\n"
        "BEGIN;\n"
        "SELECT nextval('single_id_seq') AS o \\gset\n"
        f"SELECT {reads} FROM (SELECT * FROM single_balance"
        " WHERE id BETWEEN :e::int * 8 AND :e::int * 8 + 7"
        " ORDER BY id FOR NO KEY UPDATE) b \\gset\n"
        "INSERT INTO single_operation (id, kind, scope, key, body_hash, by_id, reason,"
        " effective_date, posted_at, document_type, document_id) VALUES (:o, 'DISCHARGE',"
        " 'DISCHARGE', md5(:o::text), '\\x00', 1, '', '2026-06-01', now(), 'event', 1);\n"
        f"{transfers}"
        "UPDATE single_balance b SET balance = balance + n.x, version = version + 1,"
        " moved_at = now()"
        f" FROM (VALUES {moves}) n (place, x) WHERE b.id = :e::int * 8 + n.place;\n"
        "INSERT INTO single_queue (table_name, row_ids, xid, queued_at) VALUES"
        " ('ledger_operation', ARRAY[:o::bigint], pg_current_xact_id()::text::bigint, now());\n"
        "COMMIT;\n"
    )


def measure(*, quick: bool, accounts: int) -> Iterator[Figure]:
    """Postings per second of our clients and of pgbench, by turns; medians of the rounds."""
    seconds = QUICK_SECONDS if quick else SECONDS
    if not Account.objects.filter(purpose="OVERRUN").exists():
        fill(accounts)
    with connection.cursor() as cursor:
        cursor.execute(TABLES.format(accounts=accounts))
        cursor.execute("VACUUM ANALYZE single_balance")
    text = script(accounts // 8)
    for count in (1, 8):
        with clients(count) as post:
            rounds = [(post(seconds), pgbench(text, count, seconds)) for _ in range(ROUNDS)]
        ours, theirs = (statistics.median(column) for column in zip(*rounds, strict=True))
        spread = ", ".join(f"{a:.0f}/{b:.0f}" for a, b in rounds)
        note = (
            f"ours in {count} processes / pgbench, events/s by turns: {spread}; both write the same"
            " rows with the same indexes, ours in 4 round trips with every rule and guard"
        )
        yield Figure(f"post_single_vs_pgbench_{count}", ours / theirs, "ratio", ">= 0.4", note)
        if count == 1:
            yield Figure("post_single_events_per_s", ours, "events/s", "", "one client")


@contextmanager
def clients(count: int) -> Iterator[Callable[[float], float]]:
    """Processes that wait, ready, until they are told for how long to post; gives their rate."""
    command = [sys.executable, "-m", "bench.child", "post_singly"]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    for process in started:
        assert process.stdout.readline() == "ready\n"

    def post(seconds: float) -> float:
        for process in started:
            process.stdin.write(f"{seconds}\n")
            process.stdin.flush()
        return sum(float(process.stdout.readline()) for process in started)

    try:
        yield post
    finally:
        for process in started:
            process.communicate()


def pgbench(text: str, clients: int, seconds: int) -> float:
    """Transactions per second as pgbench counts them, without connecting."""
    where = urlsplit(os.environ["DATABASE_URL"])
    host = parse_qs(where.query).get("host", [where.hostname or ""])[0]
    programs = embedded.postgres_bin(None)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "event.sql"
        path.write_text(text)
        command = [str(programs / "pgbench"), "-n", "-f", str(path), "-T", str(seconds)]
        command += ["-c", str(clients), "-j", str(min(clients, 2)), "-M", "prepared"]
        command += ["-h", host, "-p", str(where.port or 5432), "-U", where.username or ""]
        done = subprocess.run(
            [*command, where.path.lstrip("/")], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    (line,) = [x for x in done.stdout.splitlines() if x.startswith("tps = ")]
    return float(line.split()[2])
