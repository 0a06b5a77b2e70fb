"""Reads of registration forms."""

import datetime

from permits.models import Registration
from permits.models.registrations import RegistrationState


def struck_off_on(form: Registration) -> datetime.date | None:
    """The day on which the form was struck off; None while it stands."""
    return form.valid_to if form.state == RegistrationState.ENDED else None
