"""`python -m bench [--quick]`: a throw-away PostgreSQL with fsync on, every figure, one table.

The results also go to bench/results.json (not in git): a list of
{"id", "value", "unit", "goal", "note"} with machine, versions and settings in one further row.
"""

import argparse
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench import report


def main() -> None:
    """Start the server, fill it, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, in about a minute")
    parser.add_argument(
        "--only",
        nargs="*",
        default=[],
        help="codec gateway watched connections debits checks batch single hordak live growth"
        " register",
    )
    parser.add_argument("--long", type=int, help="transfers of the long journal")
    asked = parser.parse_args()
    long = asked.long or (200_000 if asked.quick else 10_000_000)
    folder = Path(tempfile.mkdtemp(prefix="yizheng-bench-"))
    folder.chmod(0o755)
    from config import addresses, embedded

    server = embedded.start_postgres(folder)
    try:
        sockets = addresses.place(folder, "run")
        os.environ["DATABASE_URL"] = f"postgres://{addresses.SUPERUSER}@/yizheng?host={sockets}"
        # The log of this throw-away book is signed by a key of its own.
        os.environ["PROOF_DIR"] = str(folder / "proof")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        logging.disable(logging.INFO)  # else each measured request writes two lines into the table
        run(quick=asked.quick, only=set(asked.only), long=long)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run(*, quick: bool, only: set[str], long: int) -> None:
    """Every measurement in turn, each on the tables as the migrations make them."""
    from bench import fresh, report

    fresh.prepare()
    rows: list[report.Figure] = []
    for name, figures in parts(rows, quick=quick, long=long):
        if not only or name in only:
            fresh.start_over()
            for row in figures():
                report.tell(row)
                rows.append(row)
    report.show(rows)


def parts(
    rows: "list[report.Figure]", *, quick: bool, long: int
) -> "Iterator[tuple[str, Callable[[], Iterable[report.Figure]]]]":
    """The measurements by name; the peer's come after ours, which they are divided by."""
    from bench import codec, gateway, growth, hours, live, peer, posting, register, single

    def value(name: str) -> float:
        return next((row.value for row in rows if row.id == name), float("nan"))

    accounts = 20_000 if quick else 100_000
    yield "codec", lambda: codec.measure(quick=quick)
    yield "gateway", lambda: gateway.rate(quick=quick)
    yield "watched", lambda: gateway.watched(quick=quick)
    yield "connections", lambda: gateway.crowd(quick=quick)
    yield "debits", lambda: gateway.burst(quick=quick)
    yield "batch", lambda: posting.measure(quick=quick)
    yield "checks", lambda: hours.measure(quick=quick)
    yield "single", lambda: single.measure(quick=quick, accounts=accounts)
    yield (
        "hordak",
        lambda: peer.measure(
            quick=quick,
            single=value("post_single_events_per_s"),
            batch={
                1000: value("post_batch_events_per_s_1k"),
                accounts: value("post_batch_events_per_s"),
            },
        ),
    )
    yield "live", lambda: live.measure(quick=quick)
    yield "growth", lambda: growth.measure(quick=quick, long=long)
    # After the book was verified: its permits come without the history that would be missed.
    yield "register", lambda: register.measure(quick=quick)


if __name__ == "__main__":
    main()
