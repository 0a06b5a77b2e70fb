"""Prints a link on which somebody sets a password, when no second person can be asked.

    manage.py password_link wang.fang --reason "only administrator, phone lost"

For the console of the server alone: on the pages a link needs two persons. The person and the
bureau are told at once, and the account's history keeps the reason.
"""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from parties import services
from parties.models import User


class Command(BaseCommand):
    """Prints a link on which somebody sets a password."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="stands in the history for ever")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"There is no account {options['username']}.")
        link = services.console_link(
            by=services.system_actor("setup"),
            person=person,
            reason=options["reason"],
            now=timezone.now(),
        )
        self.stdout.write(f"For {person.username}, once and within three days:")
        self.stdout.write(f"{settings.PUBLIC_ADDRESS}{link}")
