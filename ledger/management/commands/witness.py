"""`manage.py witness`: who cosigns this bureau's proof log, and whose logs this one cosigns.

witness ask VKEY URL     ask this witness to cosign each checkpoint from now on
witness stop NAME        ask it no more; what it signed stays
witness accept VKEY...   cosign the checkpoints of the log with these keys
witness list             both lists, and this installation's own line for others to `ask`
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger import services
from ledger.models import Witness, WitnessedLog
from parties.services import system_actor
from shell.refusals import Refusal


class Command(BaseCommand):
    """Changes the lists; both are empty until somebody is entered."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="what", required=True)
        ask = kinds.add_parser("ask")
        ask.add_argument("vkey")
        ask.add_argument("url")
        kinds.add_parser("stop").add_argument("name")
        kinds.add_parser("accept").add_argument("vkeys", nargs="+")
        kinds.add_parser("list")

    def handle(self, *args: Any, **options: Any) -> None:
        by, now = system_actor("setup"), timezone.now()
        try:
            if options["what"] == "ask":
                services.add_witness(by=by, vkey=options["vkey"], url=options["url"], now=now)
            elif options["what"] == "accept":
                services.accept_log(by=by, vkeys="\n".join(options["vkeys"]), now=now)
            elif options["what"] == "stop":
                services.stop_witness(by=by, name=options["name"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.show()

    def show(self) -> None:
        self.stdout.write(f"this installation's witness key: {services.own_witness().vkey}")
        for one in Witness.objects.all():
            state = one.trouble or ("asked" if one.is_active else "stopped")
            self.stdout.write(f"cosigns us: {one.name} {one.url} ({state})")
        for log in WitnessedLog.objects.all():
            self.stdout.write(f"cosigned by us: {log.origin}, {log.size} entries")
