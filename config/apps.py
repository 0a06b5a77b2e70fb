"""The app that sees all others."""

from django.apps import AppConfig


class ConfigApp(AppConfig):
    """Registers the checks of the machine and the documents once Django is ready."""

    name = "config"

    def ready(self) -> None:
        from config import checks, contents, documents, histories  # noqa: F401 checks register themselves

        contents.register_all()
        documents.register_all()
        histories.register_all()
