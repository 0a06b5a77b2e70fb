"""Permits, once Django is ready."""

from django.apps import AppConfig


class PermitsConfig(AppConfig):
    """Registers the acts on permits as sources of the proof log."""

    name = "permits"

    def ready(self) -> None:
        from ledger import sources
        from permits import own_parts, parts
        from permits.models import Decision, Ending, ExecutionReport, Permit, PermitVersion

        parts.register(own_parts.own_parts)
        sources.register("permits_reviewstep", kind="permit")
        sources.register("permits_certificate", kind="permit")
        for act in (Decision, Permit, PermitVersion, Ending, ExecutionReport):
            sources.register(sources.history_table(act), kind="permit")
