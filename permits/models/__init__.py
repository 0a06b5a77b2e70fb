"""Models of permits, by noun."""

from .admission import (
    AdmissionCheck,
    NegativeItem,
    PurchaseObligation,
    Replacement,
    VerificationMethod,
    VerifiedQuantity,
    Zone,
)
from .applications import Application, ClockPause, DeadlineNotice, RequestedLimit, ReviewStep
from .attachments import Attachment, AttachmentRule
from .catalogue import CatalogueEntry, ClassAnswer, Classification
from .clocks import LegalAct, LegalClock, NumberSeries
from .endings import Certificate, Ending
from .enquiries import Enquiry, ReviewDuty
from .facilities import Facility, FacilityOutlet
from .open_data import OpenDataDay
from .panels import Panel, PanelVote
from .parts import BasicChange, Duty, MonitoringItem, Project, RequestedYear, SpecialPeriod
from .permits import Decision, Limit, LimitYear, Permit, PermitVersion, RenewalNotice
from .registrations import Registration
from .reports import ExecutionReport, ReportLine, ReportReminder
from .rights import RightsCertificate, RightsRule
from .sites import Outlet, Site
from .totals import TotalSnapshot

__all__ = [
    "CatalogueEntry",
    "ClassAnswer",
    "Classification",
    "Facility",
    "FacilityOutlet",
    "AdmissionCheck",
    "NegativeItem",
    "PurchaseObligation",
    "Registration",
    "Replacement",
    "VerificationMethod",
    "VerifiedQuantity",
    "Zone",
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
    "ExecutionReport",
    "LegalAct",
    "LegalClock",
    "Limit",
    "LimitYear",
    "MonitoringItem",
    "NumberSeries",
    "OpenDataDay",
    "Outlet",
    "Panel",
    "PanelVote",
    "Permit",
    "PermitVersion",
    "Project",
    "RenewalNotice",
    "ReportLine",
    "ReportReminder",
    "RequestedLimit",
    "RequestedYear",
    "ReviewDuty",
    "ReviewStep",
    "RightsCertificate",
    "RightsRule",
    "Site",
    "SpecialPeriod",
    "TotalSnapshot",
]
