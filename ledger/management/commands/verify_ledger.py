"""`manage.py verify_ledger`: recompute the whole ledger and name every faulty row."""

import sys
import time

from django.core.management.base import BaseCommand
from django.db import connection

from ledger.queries import CHECKS, verify


class Command(BaseCommand):
    """Exit code 0: no fault; 1: faults, each on a line of its own."""

    help = __doc__

    def handle(self, **options: object) -> None:
        started = time.monotonic()
        faults = 0
        for fault in verify():
            faults += 1
            self.stdout.write(f"{fault.check}  {fault.row}  {fault.text}")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ledger_transfer")
            transfers = cursor.fetchone()[0]
        seconds = time.monotonic() - started
        self.stdout.write(
            f"{len(CHECKS)} checks over {transfers} transfers in {seconds:.1f} s: {faults} faults"
        )
        if faults:
            sys.exit(1)
