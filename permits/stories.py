"""What belongs to the history of permits and applications."""

from django.utils.translation import gettext_lazy as _

from ledger.stories import Acts, Approvals, Documents, Records, Story, related

PERMIT = Story(
    "permit",
    _("permit"),
    (
        Records("permits.Permit", "id"),
        Records("permits.PermitVersion", "permit_id"),
        Records("permits.Ending", "permit_id"),
        Records("permits.ExecutionReport", "permit_id"),
        Approvals("permit"),
        Approvals("application", related("permits.Application", site_id="site_id")),
        Documents("permit_version", related("permits.PermitVersion", permit_id="pk")),
        Documents("permit_ending", related("permits.Ending", permit_id="pk")),
    ),
)
APPLICATION = Story(
    "application",
    _("application"),
    (
        Records("permits.Application", "id"),
        Records("permits.RequestedLimit", "application_id"),
        Records("permits.Project", "application_id"),
        Records("permits.BasicChange", "application_id"),
        Records("permits.Classification", "application_id"),
        Records("permits.ClassAnswer", "application_id"),
        Records("permits.MonitoringItem", "application_id"),
        Records("permits.Duty", "application_id"),
        Records("permits.Replacement", "application_id"),
        Records("permits.Attachment", "application_id"),
        Records("permits.Enquiry", "application_id", is_inner=True),
        Records("permits.VerifiedQuantity", "application_id"),
        Records("permits.ClockPause", "application_id"),
        Records("permits.Panel", "application_id", is_inner=True),
        Records("permits.PanelVote", "panel__application_id", is_inner=True),
        Records("permits.Decision", "application_id", is_inner=True),
        Acts(
            "permits.ReviewStep",
            "application_id",
            at="at",
            by="by",
            what=lambda step: str(step.get_step_display()),
            why=lambda step: " · ".join(filter(None, [step.opinion, step.legal_basis])),
        ),
        Approvals("application"),
    ),
)
