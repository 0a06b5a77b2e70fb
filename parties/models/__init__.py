"""Models of parties, by noun."""

from .access_requests import AccessRequest
from .approvals import Approval
from .calendar import Holiday
from .deliveries import Delivery, SmsProvider, SmsTemplate
from .enterprises import Enterprise
from .imports import SheetImport
from .keeping import PersonalKeeping
from .notices import Notice, NoticeReading
from .people import Membership, User
from .regions import Bureau, Region

__all__ = [
    "AccessRequest",
    "Approval",
    "Bureau",
    "Delivery",
    "Enterprise",
    "Holiday",
    "Membership",
    "Notice",
    "NoticeReading",
    "PersonalKeeping",
    "Region",
    "SheetImport",
    "SmsProvider",
    "SmsTemplate",
    "User",
]
