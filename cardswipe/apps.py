"""Card-swipe control, once Django is ready."""

from django.apps import AppConfig


class CardswipeConfig(AppConfig):
    """Tells the proof log which columns name persons."""

    name = "cardswipe"

    def ready(self) -> None:
        from cardswipe.models import Card
        from cardswipe.parts import certificate_parts
        from cardswipe.queries import recorded
        from cardswipe.queries.accounted import SENTENCES, unaccounted_events
        from ledger import fault_words, sources
        from ledger.queries import check_apps
        from permits import actuals, parts

        actuals.register(recorded.by_outlet)
        parts.register(certificate_parts)
        check_apps.register(unaccounted_events)
        fault_words.register(*SENTENCES)
        sources.register(sources.history_table(Card), kind="history", personal=["contact"])
