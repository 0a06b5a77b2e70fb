"""Fills an empty database with the demo city 清源市 (Qingyuan).

    manage.py demo                        build it; called again it says that it is there
    manage.py demo --scale small          a smaller one, in seconds
    manage.py demo --seed other           other figures
    manage.py demo --reset --yes-delete   delete the demo city and build it anew

It never touches the books of a real bureau.
"""

import argparse
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.console import in_words
from config.demo import city, reset
from config.demo.sign_ins import PASSWORD
from config.demo.stage import SCALES


class Command(BaseCommand):
    """Builds the demo city, once."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("--scale", choices=sorted(SCALES), default="full")
        parser.add_argument("--seed", default="qingyuan", help="the same seed gives the same city")
        parser.add_argument("--reset", action="store_true", help="delete the demo city first")
        parser.add_argument("--yes-delete", action="store_true", help="say that you mean it")

    @in_words
    def handle(self, *args: Any, **options: Any) -> None:
        if options["reset"]:
            self.empty(is_meant=options["yes_delete"])
        reset.refuse_other_books()
        if city.stands():
            self.stdout.write("The demo city is there already.")
            return
        if city.is_begun():
            raise CommandError(
                "The building of a demo city broke off here. "
                "Delete it and build it anew: manage.py demo --reset --yes-delete"
            )
        call_command("load_reference_data", stdout=self.stdout)
        sign_ins = city.build(
            now=timezone.now(), seed=options["seed"], scale=options["scale"], tell=self.say
        )
        self.stdout.write(f"Demo sign-ins, all with the password {PASSWORD}:")
        for one in sign_ins:
            self.stdout.write(f"  {one.username:18} {one.name}  {one.role} · {one.place}")

    def empty(self, *, is_meant: bool) -> None:
        """Delete the demo city, if it is meant."""
        if not is_meant:
            raise CommandError(
                "--reset deletes everything in this database. If you mean it: "
                "manage.py demo --reset --yes-delete"
            )
        reset.empty(self.stdout)
        self.say("everything in this database was deleted")

    def say(self, line: str) -> None:
        """A line of progress, at once."""
        self.stdout.write(line)
        self.stdout.flush()
