"""`manage.py grant_app_role`: the last step of every migration on a real site."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config import grants
from config.console import in_words


class Command(BaseCommand):
    """Gives the application's role its rights: rows, never tables, and journals only to add to."""

    help = "Give the application's role its rights (run as the owner, after migrate)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", default=settings.APP_ROLE, help="default: of DATABASE_URL")

    @in_words
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(grants.grant(options["role"]))
