"""How busy a factory is on a day: pure, in thousandths of an ordinary day."""

import datetime
import random
from collections.abc import Mapping

# By division of GB/T 4754, January to December. Dyeing has its seasons before summer and
# winter wear; fish processing rests with the summer fishing ban; paper runs evenly.
MONTHS = {
    "13": (1150, 900, 1100, 1150, 500, 350, 350, 450, 1250, 1400, 1350, 1250),
    "17": (800, 600, 1200, 1300, 1200, 850, 750, 900, 1250, 1300, 1200, 950),
    "19": (850, 650, 950, 950, 900, 850, 900, 1100, 1250, 1300, 1250, 1100),
    "22": (950, 850, 1050, 1050, 1050, 1000, 950, 950, 1050, 1050, 1050, 1050),
    "26": (1000, 850, 1100, 1100, 1050, 1000, 800, 850, 1050, 1100, 1100, 1050),
    "33": (850, 650, 1050, 1100, 1050, 1000, 950, 950, 1050, 1100, 1100, 1050),
}
# Monday to Sunday; paper and chemicals run around the week.
WEEKDAYS = {
    "13": (1050, 1000, 1000, 1000, 1050, 1000, 700),
    "17": (950, 1050, 1100, 1100, 1050, 1000, 550),
    "19": (950, 1100, 1100, 1100, 1050, 900, 350),
    "22": (1000, 1000, 1000, 1000, 1000, 1000, 980),
    "26": (1000, 1020, 1020, 1020, 1000, 980, 930),
    "33": (1000, 1100, 1100, 1100, 1050, 850, 300),
}
SPRING_FESTIVAL = "春节"
HOLIDAY, SPRING_FESTIVAL_DAY = 450, 60
SLOWEST, BUSIEST = 820, 1180


def weight(
    trade: str, day: datetime.date, days_off: Mapping[datetime.date, str], dice: random.Random
) -> int:
    """How much of an ordinary day's discharge falls on the day, in thousandths."""
    parts = (
        MONTHS[trade][day.month - 1],
        WEEKDAYS[trade][day.weekday()],
        festive(day, days_off),
        dice.randint(SLOWEST, BUSIEST),
    )
    product = 1000
    for part in parts:
        product = product * part // 1000
    return product


def festive(day: datetime.date, days_off: Mapping[datetime.date, str]) -> int:
    """Holidays slow a factory down, the Spring Festival stops nearly all of it."""
    if day not in days_off:
        return 1000
    return SPRING_FESTIVAL_DAY if SPRING_FESTIVAL in days_off[day] else HOLIDAY
