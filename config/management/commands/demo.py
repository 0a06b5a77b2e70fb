"""Fills an empty database with the demo city 清源市 (Qingyuan).

    manage.py demo                 build it; called again it says that it is there
    manage.py demo --scale small   a smaller one, in seconds
    manage.py demo --seed other    other figures

It never touches the books of a real bureau.
"""

import argparse
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo import city
from config.demo.people import PASSWORD
from config.demo.stage import SCALES


class Command(BaseCommand):
    """Builds the demo city, once."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("--scale", choices=sorted(SCALES), default="full")
        parser.add_argument("--seed", default="qingyuan", help="the same seed gives the same city")

    def handle(self, *args: Any, **options: Any) -> None:
        if city.stands():
            self.stdout.write("The demo city is there already.")
            return
        other = city.other_bureau()
        if other:
            raise CommandError(
                f"The books of {other.name_zh} are in this database. The demo city needs an "
                "empty one: set DATABASE_URL or YIZHENG_DATA_DIR to another place."
            )
        call_command("load_reference_data", stdout=self.stdout)
        sign_ins = city.build(
            now=timezone.now(),
            seed=options["seed"],
            scale=options["scale"],
            tell=self.say,
        )
        self.stdout.write(f"Demo sign-ins, all with the password {PASSWORD}:")
        for one in sign_ins:
            self.stdout.write(f"  {one.username:18} {one.name}  {one.role} · {one.place}")

    def say(self, line: str) -> None:
        """A line of progress, at once."""
        self.stdout.write(line)
        self.stdout.flush()
