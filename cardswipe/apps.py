"""Card-swipe control, once Django is ready."""

from django.apps import AppConfig


class CardswipeConfig(AppConfig):
    """Tells the proof log which columns name persons."""

    name = "cardswipe"

    def ready(self) -> None:
        from cardswipe.models import Card
        from ledger import sources

        sources.register(sources.history_table(Card), kind="history", personal=["contact"])
