"""`manage.py verify_ledger`: recompute the whole ledger and name every faulty row."""

import os
import sys
import time

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from ledger.queries import CODES, verify
from ledger.queries.faults import Tell

TELL_EVERY_S = 5


class Command(BaseCommand):
    """Exit code 0: no fault; 1: faults, each on a line of its own; progress goes to stderr."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        cores = len(os.sched_getaffinity(0))
        parser.add_argument(
            "--jobs", type=int, default=cores, help=f"processes beside each other ({cores})"
        )

    def handle(self, **options: object) -> None:
        started = time.monotonic()
        faults = 0
        for fault in verify(jobs=max(1, int(str(options["jobs"]))), tell=self.teller()):
            faults += 1
            self.stdout.write(f"{fault.check}  {fault.row}  {fault.text}")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ledger_transfer")
            transfers = cursor.fetchone()[0]
        seconds = time.monotonic() - started
        self.stdout.write(
            f"{len(CODES)} checks over {transfers} transfers in {seconds:.1f} s: {faults} faults"
        )
        if faults:
            sys.exit(1)

    def teller(self) -> Tell:
        """Says how far the run is, every few seconds."""
        last = [time.monotonic()]

        def tell(text: str) -> None:
            if time.monotonic() - last[0] >= TELL_EVERY_S:
                last[0] = time.monotonic()
                self.stderr.write(text)

        return tell
