"""`python -m bench [--quick]`: a throw-away PostgreSQL with fsync on, every figure, one table.

The results also go to bench/results.json (not in git): a list of
{"id", "value", "unit", "goal", "note"} with machine, versions and settings in one further row.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path


def main() -> None:
    """Start the server, fill it, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, in about a minute")
    quick = parser.parse_args().quick
    folder = Path(tempfile.mkdtemp(prefix="yizheng-bench-"))
    folder.chmod(0o755)
    from config import addresses, embedded

    server = embedded.start_postgres(folder)
    try:
        sockets = addresses.place(folder, "run")
        os.environ["DATABASE_URL"] = f"postgres://{addresses.SUPERUSER}@/yizheng?host={sockets}"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        run(quick=quick)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run(*, quick: bool) -> None:
    """Every measurement in turn, on the tables as the migrations make them."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_reference_data", verbosity=0)
    from bench import codec, posting, report

    rows = [*posting.measure(quick=quick), *codec.measure(quick=quick)]
    report.show(rows)


if __name__ == "__main__":
    main()
