"""`manage.py prepare_database`: tables up to date, rights given, the proof log's key made."""

from typing import Any

from django.core.management.base import BaseCommand

from config import grants
from config.console import in_words
from ledger.services import make_first_key
from shell.signing import make_demo_key


class Command(BaseCommand):
    """Migrates, then gives the application's role its rights where it has a role of its own."""

    help = "Migrate as the owner and give the application's role its rights."

    @in_words
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(grants.prepare(self.stdout, verbosity=options["verbosity"]))
        make_first_key()
        make_demo_key()
