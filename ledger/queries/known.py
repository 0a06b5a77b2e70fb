"""What an account held on a day, as was known at a moment: both times of every movement.

A movement counts from its effective date; it was known from its posting on. Nearly all take
effect on the day on which they are posted, so what an account held on a day is what it held at
that day's end in the journal, which is one look-up, put right by the few that cross the day:
posted after it for a day up to it (late), or posted up to it for a day after it (early).

Those few are looked for among the account's own movements within the longest delay and advance
ever booked by a kind that touches such an account, which is one more look-up
(index `operation_delay`). So the cost follows how late movements come, never how long the
history is.
"""

import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from ledger.models import Account

from .balances import BALANCE_AT

# Days between posting and effect, per kind; negative: it takes effect after its posting. The
# expression is that of the index, word for word.
DELAYS = """
SELECT coalesce(max(late.delay), 0), coalesce(min(early.delay), 0)
FROM (SELECT DISTINCT type_id AS kind FROM ledger_operationtypemovement
      WHERE source_purpose IN (%(purpose)s, 'ANY') OR target_purpose IN (%(purpose)s, 'ANY')) k
LEFT JOIN LATERAL (
    SELECT ((o.posted_at AT TIME ZONE 'Asia/Shanghai')::date - o.effective_date) AS delay
    FROM ledger_operation o
    WHERE o.kind = k.kind
      AND (o.posted_at AT TIME ZONE 'Asia/Shanghai')::date <> o.effective_date
      AND ((o.posted_at AT TIME ZONE 'Asia/Shanghai')::date - o.effective_date) > 0
    ORDER BY ((o.posted_at AT TIME ZONE 'Asia/Shanghai')::date - o.effective_date) DESC LIMIT 1
) late ON true
LEFT JOIN LATERAL (
    SELECT ((o.posted_at AT TIME ZONE 'Asia/Shanghai')::date - o.effective_date) AS delay
    FROM ledger_operation o
    WHERE o.kind = k.kind
      AND (o.posted_at AT TIME ZONE 'Asia/Shanghai')::date <> o.effective_date
      AND ((o.posted_at AT TIME ZONE 'Asia/Shanghai')::date - o.effective_date) < 0
    ORDER BY ((o.posted_at AT TIME ZONE 'Asia/Shanghai')::date - o.effective_date) LIMIT 1
) early ON true
"""

CROSSING = """
SELECT coalesce(sum(CASE WHEN l.posted_at > %(day_end)s THEN l.delta ELSE -l.delta END), 0)::bigint
FROM (
    SELECT operation_id, -amount AS delta, posted_at FROM ledger_transfer
    WHERE source_id = %(account)s AND posted_at > %(from)s AND posted_at <= %(to)s
    UNION ALL
    SELECT operation_id, amount, posted_at FROM ledger_transfer
    WHERE target_id = %(account)s AND posted_at > %(from)s AND posted_at <= %(to)s
) l JOIN ledger_operation o ON o.id = l.operation_id
WHERE (l.posted_at > %(day_end)s) = (o.effective_date <= %(day)s)
"""


def balance_on(account: Account, day: datetime.date, known_at: datetime.datetime) -> int:
    """What the account held at the end of the day, by effective date, as known at the moment."""
    assert settings.TIME_ZONE == "Asia/Shanghai", "the index counts days in this zone"
    next_day = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min)
    day_end = timezone.make_aware(next_day) - datetime.timedelta(microseconds=1)
    with connection.cursor() as cursor:
        cursor.execute(BALANCE_AT, {"account": account.pk, "moment": min(day_end, known_at)})
        held: int = cursor.fetchone()[0]
        cursor.execute(DELAYS, {"purpose": account.purpose})
        longest, earliest = cursor.fetchone()
        window = {
            "from": day_end + datetime.timedelta(days=earliest - 1),
            "to": min(known_at, day_end + datetime.timedelta(days=longest + 1)),
        }
        values: dict[str, Any] = {"account": account.pk, "day": day, "day_end": day_end}
        cursor.execute(CROSSING, values | window)
        crossing: int = cursor.fetchone()[0]
    return held + crossing
