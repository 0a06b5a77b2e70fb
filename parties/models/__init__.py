"""Models of parties, by noun."""

from .approvals import Approval
from .calendar import Holiday
from .deliveries import Delivery, SmsProvider, SmsTemplate
from .enterprises import Enterprise
from .imports import SheetImport
from .notices import Notice
from .people import Membership, User
from .regions import Bureau, Region

__all__ = [
    "Approval",
    "Bureau",
    "Delivery",
    "Enterprise",
    "Holiday",
    "Membership",
    "Notice",
    "Region",
    "SheetImport",
    "SmsProvider",
    "SmsTemplate",
    "User",
]
