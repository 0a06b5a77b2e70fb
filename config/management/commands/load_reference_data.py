"""Loads what every installation begins with: calendars, pollutants, kinds of operations."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.module_loading import import_string

# From the foot of the one-way graph up: an app may build on what a lower one loaded.
APPS = ("parties", "ledger", "permits", "cardswipe", "trading")


class Command(BaseCommand):
    """Calls each app's `services.load_reference_data`; repeatable, what officers changed stays."""

    help = __doc__

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for name in APPS:
            try:
                load = import_string(
                    f"{apps.get_app_config(name).name}.services.load_reference_data"
                )
            except ImportError:
                continue
            load()
            self.stdout.write(f"{name}: reference data stand")
