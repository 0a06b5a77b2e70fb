"""Models of permits, by noun."""

from .applications import Application, ClockPause, DeadlineNotice, RequestedLimit, ReviewStep
from .clocks import LegalAct, LegalClock, NumberSeries
from .endings import Certificate, Ending
from .panels import Panel, PanelVote
from .permits import Decision, Limit, Permit, PermitVersion
from .sites import Outlet, Site

__all__ = [
    "Application",
    "Certificate",
    "ClockPause",
    "DeadlineNotice",
    "Decision",
    "Ending",
    "LegalAct",
    "LegalClock",
    "Limit",
    "NumberSeries",
    "Outlet",
    "Panel",
    "PanelVote",
    "Permit",
    "PermitVersion",
    "RequestedLimit",
    "ReviewStep",
    "Site",
]
