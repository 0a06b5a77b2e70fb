"""What every installation begins with."""

from .holidays import load_holidays
from .records import system_actor

# Permits run five years (Regulations on permit administration, art. 14): a term that is
# still open, and the history that leads to it, does not begin earlier.
FIRST_YEAR = 2020


def load_reference_data() -> None:
    """The State Council's calendar; what officers corrected stays."""
    load_holidays(by=system_actor("setup"), first_year=FIRST_YEAR)
