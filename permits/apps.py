"""Permits, once Django is ready."""

from django.apps import AppConfig


class PermitsConfig(AppConfig):
    """Registers the acts on permits as sources of the proof log."""

    name = "permits"

    def ready(self) -> None:
        from ledger import lot_papers, sources
        from parties.queries import name_codes
        from permits import own_parts, parts, rights_parts
        from permits.models import (
            Decision,
            Ending,
            ExecutionReport,
            Permit,
            PermitVersion,
            RightsCertificate,
        )
        from permits.queries.clocks import act_word

        name_codes({"permits.Application.clock_act": act_word})
        parts.register(own_parts.own_parts)
        parts.register(rights_parts.certificates_of_permit)
        lot_papers.register(rights_parts.papers_of_lot)
        sources.register("permits_reviewstep", kind="permit")
        sources.register("permits_certificate", kind="permit")
        sources.register("permits_opendataday", kind="permit")
        for act in (Decision, Permit, PermitVersion, Ending, ExecutionReport, RightsCertificate):
            sources.register(sources.history_table(act), kind="permit")
