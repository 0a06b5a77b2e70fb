"""The ledger, once Django is ready."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    """Registers the sources of the proof log that the ledger knows, and has them watched."""

    name = "ledger"

    def ready(self) -> None:
        from ledger import sources
        from parties.models import AccessRequest, Approval, Enterprise, User

        sources.register("ledger_operation", kind="operation")
        sources.register("ledger_sealedstatement", kind="statement")
        sources.register(sources.history_table(Approval), kind="approval")
        sources.register(
            sources.history_table(User),
            kind="history",
            personal=["username", "first_name", "last_name", "email", "display_name", "phone"],
        )
        sources.register(
            sources.history_table(Enterprise), kind="history", personal=["legal_representative"]
        )
        sources.register(
            sources.history_table(AccessRequest),
            kind="history",
            personal=["username", "display_name"],
        )
        post_migrate.connect(sources.watch, sender=self)
