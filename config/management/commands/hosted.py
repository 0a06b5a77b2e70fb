"""`manage.py hosted <command>`: run a command with the embedded servers at hand."""

import subprocess
import sys
from argparse import REMAINDER, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config import services
from config.console import in_words


class Command(BaseCommand):
    """Starts the embedded servers for one command, unless the system runs already."""

    help = "Run another command of manage.py, with the embedded servers started if need be."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("words", nargs=REMAINDER, help="the command and its options")

    @in_words
    def handle(self, *args: Any, **options: Any) -> None:
        with services.servers_at_hand():
            done = subprocess.run([*services.MANAGE, *options["words"]], check=False)
        sys.exit(done.returncode)
