"""`manage.py messages`: keep the Chinese texts whole."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import texts


class Command(BaseCommand):
    """Collects, checks or compiles the Chinese texts of code and templates."""

    help = "Collect the texts to translate, check that all are translated, or compile them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--update", action="store_true", help="write the .po file anew")
        what.add_argument("--check", action="store_true", help="fail if a text is not right")
        what.add_argument("--compile", action="store_true", help="write the .mo file")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["update"]:
            texts.update(settings.BASE_DIR)
        if options["compile"] or options["update"]:
            texts.compile_texts(settings.BASE_DIR / "locale")
        found = texts.faults(settings.BASE_DIR)
        for fault in found:
            self.stdout.write(fault)
        if found and options["check"]:
            raise CommandError(f"{len(found)} texts are not right in locale/")
