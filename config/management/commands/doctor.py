"""`manage.py doctor`: is everything as it must be, and what to do where it is not."""

import sys
import unicodedata
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from config import doctor
from config.console import speak_plainly
from config.requirements import State

STATES = {
    State.OK: lambda: _("ok"),
    State.NOTE: lambda: _("note"),
    State.FAULT: lambda: _("fault"),
}


def padded(text: str, width: int) -> str:
    """The text with spaces to the width; Chinese characters take two columns."""
    taken = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * (width - taken)


class Command(BaseCommand):
    """Prints every check as a row; ends with 1 when one is a fault."""

    help = "Check the machine, the database, the queue and the tables; say what to do."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        speak_plainly()
        faults = 0
        for found in doctor.findings():
            faults += found.state == State.FAULT
            row = f"{padded(STATES[found.state](), 6)} {padded(_(found.name), 20)} {found.said}"
            self.stdout.write(row if found.state == State.OK else f"{row} → {found.advice}")
        if faults:
            sys.exit(1)
