"""Models of permits, by noun."""

from .applications import Application, ClockPause, DeadlineNotice, RequestedLimit, ReviewStep
from .attachments import Attachment, AttachmentRule
from .clocks import LegalAct, LegalClock, NumberSeries
from .endings import Certificate, Ending
from .enquiries import Enquiry, ReviewDuty
from .panels import Panel, PanelVote
from .parts import BasicChange, Duty, MonitoringItem, Project, RequestedYear, SpecialPeriod
from .permits import Decision, Limit, LimitYear, Permit, PermitVersion, RenewalNotice
from .sites import Outlet, Site

__all__ = [
    "Application",
    "Attachment",
    "AttachmentRule",
    "BasicChange",
    "Certificate",
    "ClockPause",
    "DeadlineNotice",
    "Decision",
    "Duty",
    "Ending",
    "Enquiry",
    "LegalAct",
    "LegalClock",
    "Limit",
    "LimitYear",
    "MonitoringItem",
    "NumberSeries",
    "Outlet",
    "Panel",
    "PanelVote",
    "Permit",
    "PermitVersion",
    "Project",
    "RenewalNotice",
    "RequestedLimit",
    "RequestedYear",
    "ReviewDuty",
    "ReviewStep",
    "Site",
    "SpecialPeriod",
]
