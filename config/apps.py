"""The app that sees all others."""

from django.apps import AppConfig


class ConfigApp(AppConfig):
    """Registers the checks of the machine once Django is ready."""

    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401 registers itself
