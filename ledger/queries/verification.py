"""The whole-ledger check: a list of check functions, each naming every faulty row it finds.

Every check is one streaming query; memory does not grow with the journal.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction


@dataclass(frozen=True)
class Fault:
    """A fault and the row it sits in."""

    check: str
    row: str
    text: str


def _stream(check: str, sql: str) -> Iterator[Fault]:
    with transaction.atomic(), connection.connection.cursor(name=f"verify_{check}") as cursor:
        for row, text in cursor.execute(sql):
            yield Fault(check, row, text)


def chain_is_whole() -> Iterator[Fault]:
    """V01: the movements of each account are numbered without a gap and add up, one by one."""
    return _stream(
        "V01",
        """
        SELECT 'transfer ' || operation_id || '.' || line,
               'account ' || account_id || ', version ' || version || ': expected version '
               || last_version + 1 || ' and balance ' || last_balance + delta
               || ', found balance ' || balance
        FROM (
            SELECT legs.*,
                   coalesce(lag(version) OVER chain, 0) AS last_version,
                   coalesce(lag(balance) OVER chain, 0) AS last_balance
            FROM ledger_leg legs
            WINDOW chain AS (PARTITION BY account_id ORDER BY version, operation_id, line)
        ) walked
        WHERE version <> last_version + 1 OR balance <> last_balance + delta
        """,
    )


def accounts_end_where_their_chain_ends() -> Iterator[Fault]:
    """V02: version and balance of each account are those of its last movement."""
    return _stream(
        "V02",
        """
        SELECT 'account ' || a.id,
               'shows version ' || a.version || ' and balance ' || a.balance
               || ', its movements end at version ' || coalesce(l.version, 0)
               || ' and balance ' || coalesce(l.balance, 0)
        FROM ledger_account a
        LEFT JOIN (
            SELECT DISTINCT ON (account_id) account_id, version, balance FROM ledger_leg legs
            ORDER BY account_id, version DESC
        ) l ON l.account_id = a.id
        WHERE a.version <> coalesce(l.version, 0) OR a.balance <> coalesce(l.balance, 0)
        """,
    )


def every_asset_sums_to_zero() -> Iterator[Fault]:
    """V03: over all accounts of an asset the balances sum to zero (the cap equation)."""
    return _stream(
        "V03",
        """
        SELECT 'asset ' || asset_id, 'its accounts sum to ' || sum(balance) || ' instead of 0'
        FROM ledger_account GROUP BY asset_id HAVING sum(balance) <> 0
        """,
    )


def operations_and_transfers_belong_together() -> Iterator[Fault]:
    """V04: each operation has its transfers, numbered from 0, and each transfer its operation."""
    return _stream(
        "V04",
        """
        SELECT 'operation ' || coalesce(o.id, t.operation_id),
               CASE WHEN o.id IS NULL THEN 'has transfers but no row of its own'
                    WHEN t.operation_id IS NULL THEN 'has no transfer'
                    WHEN t.posted_at <> o.posted_at THEN 'and its transfers differ in time'
                    ELSE 'lacks a transfer between its first and last line' END
        FROM ledger_operation o
        FULL JOIN (
            SELECT operation_id, count(*) AS lines, min(line) AS first, max(line) AS last,
                   min(posted_at) AS posted_at
            FROM ledger_transfer GROUP BY operation_id
        ) t ON t.operation_id = o.id
        WHERE o.id IS NULL OR t.operation_id IS NULL OR t.posted_at <> o.posted_at
           OR t.first <> 0 OR t.last <> t.lines - 1
        """,
    )


def transfers_stay_within_an_asset() -> Iterator[Fault]:
    """V05: both accounts of a transfer exist and count the same asset."""
    return _stream(
        "V05",
        """
        SELECT 'transfer ' || t.operation_id || '.' || t.line,
               'its accounts ' || t.source_id || ' and ' || t.target_id
               || ' are missing or count different assets'
        FROM ledger_transfer t
        LEFT JOIN ledger_account s ON s.id = t.source_id
        LEFT JOIN ledger_account d ON d.id = t.target_id
        WHERE s.id IS NULL OR d.id IS NULL OR s.asset_id <> d.asset_id OR t.amount <= 0
        """,
    )


def floors_hold() -> Iterator[Fault]:
    """V06: no account lies below its floor, and none that must be covered has lost its floor."""
    return _stream(
        "V06",
        """
        SELECT 'account ' || id, 'balance ' || balance || ', floor '
               || coalesce(min_balance::text, 'none')
        FROM ledger_account
        WHERE balance < min_balance
           OR (min_balance IS DISTINCT FROM 0
               AND purpose NOT IN ('ISSUED', 'OVERRUN', 'BANK', 'RECEIVABLE'))
        """,
    )


def movements_are_allowed() -> Iterator[Fault]:
    """V07: each transfer moves between purposes that its kind of operation allows."""
    return _stream(
        "V07",
        """
        SELECT 'transfer ' || t.operation_id || '.' || t.line,
               o.kind || ' may not move from ' || s.purpose || ' to ' || d.purpose
        FROM ledger_transfer t
        JOIN ledger_operation o ON o.id = t.operation_id
        JOIN ledger_account s ON s.id = t.source_id
        JOIN ledger_account d ON d.id = t.target_id
        LEFT JOIN ledger_operationtypemovement m ON m.type_id = o.kind
            AND m.source_purpose IN (s.purpose, 'ANY') AND m.target_purpose IN (d.purpose, 'ANY')
        WHERE m.id IS NULL
        """,
    )


def holds_agree_with_their_accounts() -> Iterator[Fault]:
    """V08: what is held lies in the hold's FROZEN account, and nothing after its end."""
    return _stream(
        "V08",
        """
        SELECT 'hold ' || h.id, 'state ' || h.state || ', amount ' || h.amount
               || ', frozen ' || coalesce(a.balance, 0)
        FROM ledger_hold h
        LEFT JOIN ledger_account a ON a.purpose = 'FROZEN'
            AND a.reference_type = 'hold' AND a.reference_id = h.id
        WHERE coalesce(a.balance, 0) <> CASE h.state WHEN 'HELD' THEN h.amount ELSE 0 END
        """,
    )


CHECKS: tuple[Callable[[], Iterator[Fault]], ...] = (
    chain_is_whole,
    accounts_end_where_their_chain_ends,
    every_asset_sums_to_zero,
    operations_and_transfers_belong_together,
    transfers_stay_within_an_asset,
    floors_hold,
    movements_are_allowed,
    holds_agree_with_their_accounts,
)


def verify() -> Iterator[Fault]:
    """Run every check and give every fault, check by check."""
    connection.ensure_connection()
    for check in CHECKS:
        yield from check()
