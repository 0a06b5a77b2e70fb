"""Card-swipe control, once Django is ready."""

from django.apps import AppConfig
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


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
        from parties import personal
        from parties.models.keeping import Keeping
        from permits import actuals, parts

        actuals.register(recorded.by_outlet)
        parts.register(certificate_parts)
        check_apps.register(unaccounted_events)
        fault_words.register(*SENTENCES)
        sources.register(sources.history_table(Card), kind="history", personal=["contact"])
        personal.register(
            personal.Datum(
                code="card_contact",
                name=_("contact at the enterprise for an IC card"),
                number_name=_("card number"),
                keeping=Keeping.CARD,
                model=Card,
                number="card_no",
                free_from=lambda card: card.closed_at and timezone.localdate(card.closed_at),
                marks=lambda card: {"contact": personal.MARK if card.contact else ""},
            )
        )
