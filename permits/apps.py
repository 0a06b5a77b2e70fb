"""Permits, once Django is ready."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PermitsConfig(AppConfig):
    """Registers the acts on permits as sources of the proof log."""

    name = "permits"

    def ready(self) -> None:
        from ledger import lot_papers, sources
        from parties import personal
        from parties.models.keeping import Keeping
        from parties.queries import name_codes
        from permits import own_parts, parts, rights_parts
        from permits.models import (
            Decision,
            Ending,
            ExecutionReport,
            Permit,
            PermitVersion,
            Registration,
            RightsCertificate,
        )
        from permits.queries.clocks import act_word
        from permits.queries.registrations import struck_off_on

        name_codes({"permits.Application.clock_act": act_word})
        parts.register(own_parts.own_parts)
        parts.register(rights_parts.certificates_of_permit)
        lot_papers.register(rights_parts.papers_of_lot)
        sources.register("permits_reviewstep", kind="permit")
        sources.register("permits_certificate", kind="permit")
        sources.register("permits_opendataday", kind="permit")
        for act in (Decision, Permit, PermitVersion, Ending, ExecutionReport, RightsCertificate):
            sources.register(sources.history_table(act), kind="permit")
        sources.register(sources.history_table(Registration), kind="history", personal=["contact"])
        personal.register(
            personal.Datum(
                code="registration",
                name=_("contact person and telephone of a registration form"),
                number_name=_("registration number"),
                keeping=Keeping.REGISTRATION,
                model=Registration,
                number="registration_no",
                free_from=struck_off_on,
                marks=lambda _form: {"contact": personal.MARK},
            )
        )
