"""Checks of accounts, caps and holds: each one set-based query over small tables."""

from collections.abc import Iterator

from ledger.models.accounts import PURPOSE_NAMES
from ledger.rules import UNCOVERED

from .faults import Fault, faults

SOURCES = ", ".join(f"'{purpose}'" for purpose in sorted(UNCOVERED))
KNOWN = ", ".join(f"'{purpose}'" for purpose in sorted(PURPOSE_NAMES))


def every_asset_sums_to_zero() -> Iterator[Fault]:
    """V03: over all accounts of an asset the balances sum to zero (the cap equation)."""
    return faults(
        "V03",
        """
        SELECT 'asset ' || asset_id, 'its accounts sum to ' || sum(balance) || ' instead of 0'
        FROM ledger_account GROUP BY asset_id HAVING sum(balance) <> 0 ORDER BY asset_id
        """,
    )


def floors_hold() -> Iterator[Fault]:
    """V06: no account lies below its floor, and each has the floor of its purpose or its cap."""
    return faults(
        "V06",
        f"""
        SELECT 'account ' || a.id, CASE
            WHEN a.balance < a.min_balance THEN
                'balance ' || a.balance || ' lies below its floor ' || a.min_balance
            WHEN a.purpose NOT IN ({KNOWN}) THEN 'unknown purpose ' || a.purpose
            ELSE a.purpose || ' has the floor ' || coalesce(a.min_balance::text, 'none')
                 || ', expected ' || coalesce(w.floor::text, 'none') END
        FROM ledger_account a
        LEFT JOIN ledger_cap c ON c.region_id = a.region_id AND c.asset_id = a.asset_id
        CROSS JOIN LATERAL (SELECT CASE WHEN a.purpose = 'ISSUED' THEN -c.quantity
                                        WHEN a.purpose NOT IN ({SOURCES}) THEN 0 END) w (floor)
        WHERE a.balance < a.min_balance OR a.min_balance IS DISTINCT FROM w.floor
           OR a.purpose NOT IN ({KNOWN})
        ORDER BY a.id
        """,
    )


def restrictions_were_given() -> Iterator[Fault]:
    """V16: each account has the restriction that two persons gave it last, or none."""
    return faults(
        "V16",
        """
        SELECT 'account ' || a.id, 'restriction ' || a.restriction || ', two persons gave '
               || coalesce(given.word, 'none')
        FROM ledger_account a
        LEFT JOIN (SELECT DISTINCT ON (account_id) account_id, content ->> 'to' AS word
                   FROM ledger_ledgerrequest WHERE kind = 'RESTRICT' AND state = 'DONE'
                   ORDER BY account_id, done_at DESC, id DESC) given ON given.account_id = a.id
        WHERE a.restriction <> coalesce(given.word, 'OPEN')
        ORDER BY a.id
        """,
    )


def holds_agree_with_their_accounts() -> Iterator[Fault]:
    """V08: what is held lies in the hold's FROZEN account, and nothing after its end."""
    return faults(
        "V08",
        """
        SELECT coalesce('hold ' || h.id, 'account ' || a.id),
               CASE WHEN h.id IS NULL THEN 'freezes ' || a.balance || ' for a hold that is gone'
                    ELSE 'state ' || h.state || ', amount ' || h.amount
                         || ', frozen ' || coalesce(a.balance, 0) END
        FROM ledger_hold h
        FULL JOIN (SELECT id, reference_id, balance FROM ledger_account
                   WHERE purpose = 'FROZEN' AND reference_type = 'hold') a ON a.reference_id = h.id
        WHERE h.id IS NULL
           OR coalesce(a.balance, 0) <> h.amount - h.captured - h.released
        """,
    )


def accounts_fit_their_lots() -> Iterator[Fault]:
    """V11: a lot's accounts have its holder and pollutant, and every lot named exists."""
    return faults(
        "V11",
        """
        SELECT 'account ' || a.id, CASE
            WHEN l.id IS NULL THEN 'belongs to lot ' || a.reference_id || ', which is gone'
            WHEN a.enterprise_id IS DISTINCT FROM l.enterprise_id THEN
                'is held by enterprise ' || coalesce(a.enterprise_id::text, 'none') || ', lot '
                || l.id || ' by ' || coalesce(l.enterprise_id::text, 'none')
            ELSE 'and lot ' || l.id || ' differ in pollutant or region' END
        FROM ledger_account a
        JOIN ledger_asset s ON s.id = a.asset_id
        LEFT JOIN ledger_lot l ON l.id = a.reference_id
        WHERE a.reference_type = 'lot' AND a.purpose IN ('AVAILABLE', 'RESERVE')
          AND (l.id IS NULL OR a.enterprise_id IS DISTINCT FROM l.enterprise_id
               OR s.pollutant_id IS DISTINCT FROM l.pollutant_id OR a.region_id <> l.region_id)
        """,
    )


def approvals_were_given() -> Iterator[Fault]:
    """V10: what needs a second person has an approval that was granted, and it served once."""
    return faults(
        "V10",
        """
        SELECT 'operation ' || o.id,
               o.kind || ' by approval ' || coalesce(o.approval_id::text, 'none') || ', state '
               || coalesce(p.state, 'none')
        FROM ledger_operation o
        LEFT JOIN parties_approval p ON p.id = o.approval_id
        WHERE (o.approval_id IS NOT NULL
               OR o.kind IN (SELECT type_id FROM ledger_operationrule WHERE needs_approval)
                  AND (SELECT r.needs_approval
                       FROM ledger_operationrule r
                       JOIN ledger_transfer t
                         ON t.operation_id = o.id AND t.line = 0 AND t.posted_at = o.posted_at
                       JOIN ledger_account a ON a.id = t.source_id
                       WHERE r.type_id = o.kind
                         AND (r.region_id IS NULL
                              OR r.region_id IN (a.region_id, left(a.region_id, 4) || '00',
                                                 left(a.region_id, 2) || '0000'))
                         AND r.valid_from <= (o.posted_at AT TIME ZONE 'Asia/Shanghai')::date
                         AND (r.valid_to IS NULL
                              OR r.valid_to >= (o.posted_at AT TIME ZONE 'Asia/Shanghai')::date)
                       ORDER BY r.region_id DESC NULLS LAST LIMIT 1))
          AND (p.id IS NULL OR p.state NOT IN ('GRANTED', 'USED'))
        """,
    )


def numbers_go_on() -> Iterator[Fault]:
    """V14: no sequence stands below a number that it has already given."""
    return faults(
        "V14",
        """
        SELECT 'sequence ' || q.name, 'stands at ' || coalesce(s.last_value, 0)
               || ', but ' || q.used || ' is given'
        FROM (VALUES
            ('ledger_operation_id_seq', (SELECT max(id) FROM ledger_operation)),
            ('ledger_account_id_seq', (SELECT max(id) FROM ledger_account)),
            ('ledger_lot_id_seq', (SELECT max(id) FROM ledger_lot)),
            ('ledger_hold_id_seq', (SELECT max(id) FROM ledger_hold)),
            ('ledger_lot_no_seq', (SELECT max(split_part(lot_no, '-', 4)::bigint)
                                   FROM ledger_lot WHERE lot_no ~ '-[0-9]{6,18}$'))
        ) q (name, used)
        JOIN pg_sequences s ON s.schemaname = 'public' AND s.sequencename = q.name
        WHERE coalesce(s.last_value, 0) < q.used
        """,
    )
