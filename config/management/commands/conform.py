"""`manage.py conform <check>`: JSON lines in, JSON lines out, for auditors and our own tests.

A check is a pure function from the parsed object of a line to the answer's object. An app
offers its checks in `<app>/conform.py` as `CHECKS = {"permit-no": check_permit_no}`; this
command finds them, so a new one needs no change here.
"""

import importlib.util
import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from shell.rules import RuleBroken

Check = Callable[[dict[str, Any]], dict[str, Any]]

LINE_LIMIT = 4_000_000


def checks() -> dict[str, Check]:
    """Every check the installed apps offer, by name."""
    found: dict[str, Check] = {}
    for app in settings.INSTALLED_APPS:
        # Only our own apps, which stand at the top level, offer checks.
        if "." not in app and importlib.util.find_spec(f"{app}.conform"):
            found |= importlib.import_module(f"{app}.conform").CHECKS
    return found


def no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def answer(check: Check, line: bytes) -> dict[str, Any]:
    """The check's answer to one line, or why the line cannot be used."""
    try:
        if len(line) > LINE_LIMIT:
            raise ValueError("the line is too long")
        # Decimal keeps a number as it was typed; a float would already have changed it.
        asked = json.loads(line.decode(), parse_constant=no_constant, parse_float=Decimal)
        if not isinstance(asked, dict):
            raise TypeError("the line is not a JSON object")
        return check(asked)
    except RuleBroken as error:
        return {"error": error.code, **{key: str(value) for key, value in error.params.items()}}
    except KeyError as error:
        return {"error": f"the field {error} is missing"}
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


class Command(BaseCommand):
    """Answers every line read with exactly one line, in order."""

    help = "Conformance checks: one JSON object per line in, one per line out"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("check", choices=sorted(checks()))

    def handle(self, *args: Any, **options: Any) -> None:
        check = checks()[options["check"]]
        for line in sys.stdin.buffer:
            # ASCII escapes: a lone surrogate in the input must not break the output.
            self.stdout.write(json.dumps(answer(check, line.rstrip(b"\r\n")), default=str))
            self.stdout.flush()
