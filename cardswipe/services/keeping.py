"""Giving up months of raw frames and readings that no rule keeps any longer."""

import datetime
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from cardswipe.models import GivenUpMonth, KeepingRule, StrangerHour
from cardswipe.models.keeping import FRAMES, READINGS
from parties.models import Membership
from parties.services import record

from .telemetry import RAW_FRAMES
from .telemetry import READINGS as READING_TABLE

TABLES = {FRAMES: RAW_FRAMES, READINGS: READING_TABLE}
MONTHS = """
SELECT to_date(right(inhrelid::regclass::text, 6), 'YYYYMM') FROM pg_inherits
WHERE inhparent = %s::regclass ORDER BY 1
"""


def rule_in_force(kept: str, today: datetime.date) -> KeepingRule | None:
    """The rule that keeps longest today; a region's own rules go before the country's."""
    field = "frame_months" if kept == FRAMES else "reading_months"
    rules = KeepingRule.objects.on_day(today).order_by(f"-{field}", "pk")
    return rules.filter(region__isnull=False).first() or rules.first()


def kept_months(kept: str) -> Sequence[datetime.date]:
    """The months of which there is a partition, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(MONTHS, [TABLES[kept]])
        return [row[0] for row in cursor.fetchall()]


def give_up_months(
    *, by: Membership, today: datetime.date, now: datetime.datetime
) -> list[GivenUpMonth]:
    """Drop every month older than its rule keeps, each with an entry that stays for ever.

    Without any rule in force nothing is dropped. Safe to call again.
    """
    made = []
    for kept, table in TABLES.items():
        rule = rule_in_force(kept, today)
        if rule is None:
            continue
        months = rule.frame_months if kept == FRAMES else rule.reading_months
        first = today.year * 12 + today.month - 1 - months
        oldest = datetime.date(first // 12, first % 12 + 1, 1)
        made += [
            _give_up(by, kept, table, month, rule, now)
            for month in kept_months(kept)
            if month < oldest
        ]
        if kept == FRAMES:  # the counts of strangers go with the frames they speak of
            StrangerHour.objects.filter(hour__lt=timezone.make_aware(midnight(oldest))).delete()
    return made


def midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time())


@transaction.atomic
def _give_up(
    by: Membership,
    kept: str,
    table: str,
    month: datetime.date,
    rule: KeepingRule,
    now: datetime.datetime,
) -> GivenUpMonth:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardswipe_give_up_month(%s, %s)", [table, month])
        rows = cursor.fetchone()[0] or 0
    # Late data may have made the month anew after it was given up once.
    known = GivenUpMonth.objects.filter(kept=kept, month=month).first()
    entry = known or GivenUpMonth(kept=kept, month=month, rows=0)
    entry.rows, entry.rule, entry.given_up_at = entry.rows + rows, rule, now
    return record(entry, by=by, reason=gettext_noop("kept as long as the rule asks"))
