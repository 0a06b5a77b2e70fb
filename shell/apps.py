"""Loads every app's sentences and live topics once, so that a rule's number finds its words."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ShellConfig(AppConfig):
    """The lowest room of the house."""

    name = "shell"

    def ready(self) -> None:
        autodiscover_modules("sentences", "refusals", "topics")
