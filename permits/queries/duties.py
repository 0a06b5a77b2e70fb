"""What must be on file before an application is granted, and what of it is not."""

import dataclasses
import datetime
from typing import Any

from permits.models import Application
from permits.models.enquiries import DUTY_NAMES, EnquiryState
from permits.rules import Inquiry

from .regulation import review_duties

SITE_CHECK_BASIS = "《排污许可管理条例》第十条"


@dataclasses.dataclass(frozen=True)
class OwedDuty:
    """Something the file needs: its name, the article that asks for it, whether it is there."""

    code: str
    name: Any
    basis: str
    is_done: bool


def owed_duties(application: Application, day: datetime.date) -> list[OwedDuty]:
    """Everything asked for, in the order of the procedure; a site check once it was announced."""
    asked = {code: row.legal_basis for code, row in review_duties(application, day).items()}
    if application.has_site_check:
        asked.setdefault(Inquiry.SITE_CHECK, SITE_CHECK_BASIS)
    done = done_duties(application)
    return [
        OwedDuty(code, DUTY_NAMES[code], asked[code], code in done)
        for code in DUTY_NAMES
        if code in asked
    ]


def missing_duties(application: Application, day: datetime.date) -> list[OwedDuty]:
    """What is asked for and not on file."""
    return [duty for duty in owed_duties(application, day) if not duty.is_done]


def done_duties(application: Application) -> set[str]:
    """What is on file: answered enquiries, a closed collective review, verified quantities."""
    answered = application.enquiries.filter(state=EnquiryState.ANSWERED)
    done = set(answered.values_list("kind", flat=True))
    if application.panels.filter(closed_at__isnull=False).exists():
        done.add(Inquiry.PANEL)
    if application.verified_quantities.exists():
        done.add(Inquiry.VERIFICATION)
    return done
