"""V01: each account's movements are numbered without a gap, add up, and go on in time.

PostgreSQL links the movements of a block of operations account by account; what comes out is the
first and the last link of each account in the block, and every link that does not fit.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .faults import Fault, stream

# Numbers of operations are drawn while the accounts are locked, so for each account their order is
# the order of its versions. Moments come as seconds, exact to the microsecond, infinite ones too.
# A number so large that comparing it would overflow is left to Python.
MOST = 2**62 - 1
LINKS = f"""
SELECT account_id, version, balance, delta, date_part('epoch', posted_at), operation_id,
       (place >> 1)::int, before_version, before_balance, date_part('epoch', before_at), is_last
FROM (
    SELECT l.*, lag(version) OVER line AS before_version, lag(balance) OVER line AS before_balance,
           lag(posted_at) OVER line AS before_at, lead(version) OVER line IS NULL AS is_last
    FROM (
        SELECT source_id AS account_id, source_version AS version, source_balance AS balance,
               -greatest(amount, {-MOST}) AS delta, posted_at, operation_id,
               line::bigint * 2 AS place
        FROM ledger_transfer WHERE operation_id BETWEEN %(low)s AND %(high)s
        UNION ALL
        SELECT target_id, target_version, target_balance, amount, posted_at, operation_id,
               line::bigint * 2 + 1
        FROM ledger_transfer WHERE operation_id BETWEEN %(low)s AND %(high)s
    ) l
    WINDOW line AS (PARTITION BY account_id ORDER BY operation_id, place)
) linked
WHERE before_version IS NULL OR is_last OR CASE
    WHEN version BETWEEN {-MOST} AND {MOST} AND before_version BETWEEN {-MOST} AND {MOST}
     AND before_balance BETWEEN {-MOST} AND {MOST} AND delta BETWEEN {-MOST} AND {MOST}
    THEN version <> before_version + 1 OR balance <> before_balance + delta
         OR posted_at < before_at
    ELSE true END
"""

# Version, balance and moment of a link.
Link = tuple[int, int, Any]
START: Link = (0, 0, 0)


@dataclass
class Ends:
    """What a stretch of the journal says of each account: its first link there, and its last.

    The first one as the link it must follow, with its operation, line and amount.
    """

    first: dict[int, tuple[Link, int, int, int]] = field(default_factory=dict)
    last: dict[int, Link] = field(default_factory=dict)


def link_faults(low: int, high: int, ends: Ends) -> Iterator[Fault]:
    """Every broken link of the operations from `low` to `high`; `ends` goes on from before."""
    first, last = ends.first, ends.last
    for row in stream(LINKS, low=low, high=high):
        account, version, balance, delta, at, number, line, *before, is_last = row
        kept = last.get(account) if before[0] is None else tuple(before)
        if kept is None:
            first[account] = ((version - 1, balance - delta, at), number, line, delta)
        elif kept[0] + 1 != version or kept[1] + delta != balance or kept[2] > at:
            after = (version - 1, balance - delta, at)
            yield _broken(account, kept, (after, number, line, delta))
        if is_last:
            last[account] = (version, balance, at)


def join(ends: Ends, more: Ends) -> Iterator[Fault]:
    """Let a later stretch go on from an earlier one; what does not fit where they meet is told."""
    for account, first in more.first.items():
        before, after = ends.last.get(account, START), first[0]
        if after[:2] != before[:2] or (before[2] and after[2] < before[2]):
            yield _broken(account, before, first)
    ends.last.update(more.last)


def _broken(account: int, before: Link, first: tuple[Link, int, int, int]) -> Fault:
    """The link that does not go on from `before`."""
    after, number, line, delta = first
    row = f"transfer {number}.{line}"
    if before[:2] == after[:2]:
        return Fault("V01", row, f"account {account}: lies in time before version {before[0]}")
    return Fault(
        "V01",
        row,
        f"account {account}, version {after[0] + 1}: expected version {before[0] + 1} and balance"
        f" {before[1] + delta}, found balance {after[1] + delta}",
    )
