"""`manage.py prepare_database`: bring the tables up to date and give the rights, as owner."""

from typing import Any

from django.core.management.base import BaseCommand

from config import grants
from config.console import in_words


class Command(BaseCommand):
    """Migrates, then gives the application's role its rights where it has a role of its own."""

    help = "Migrate as the owner and give the application's role its rights."

    @in_words
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(grants.prepare(self.stdout, verbosity=options["verbosity"]))
