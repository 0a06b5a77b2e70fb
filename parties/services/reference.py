"""What every installation begins with."""

import datetime

from parties.models import Membership

from .holidays import load_holidays

# Permits run five years (Regulations on permit administration, art. 14), so terms that are
# still open began at most so long ago.
YEARS_BACK = 6


def load_reference_data(*, by: Membership, now: datetime.datetime) -> str:
    """The State Council's calendar; repeatable. Says what was new."""
    count = load_holidays(by=by, first_year=now.year - YEARS_BACK)
    return f"holidays and make-up days: {count} new"
