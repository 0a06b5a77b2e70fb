"""The last guards, in PostgreSQL: set-based, one check per statement (shared design, section 2).

Row-level triggers would cost 6 to 37 % of the posting rate; comparing transition tables
costs about nothing, so the checks below look at all rows of a statement at once.
"""

import pgtrigger

ACCOUNT_OPENS_EMPTY = """
IF EXISTS (SELECT 1 FROM new_rows WHERE balance <> 0 OR version <> 0) THEN
    RAISE EXCEPTION 'an account opens empty' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'account_opens_empty';
END IF;
RETURN NULL;
"""

# Each account that moved must show exactly the transfers between its old and new version,
# their sum must be the change of balance, and nothing that identifies it may change.
ACCOUNT_MOVES_WITH_TRANSFERS = """
SELECT n.id INTO bad
FROM new_rows n JOIN old_rows o USING (id)
WHERE (n.region_id, n.asset_id, n.purpose, n.reference_type)
      IS DISTINCT FROM (o.region_id, o.asset_id, o.purpose, o.reference_type)
   OR n.enterprise_id IS DISTINCT FROM o.enterprise_id
   OR n.reference_id IS DISTINCT FROM o.reference_id
   OR n.moved_at < o.moved_at
LIMIT 1;
IF FOUND THEN
    RAISE EXCEPTION 'account % may not change what it is', bad.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'account_moves_with_transfers';
END IF;
SELECT n.id INTO bad
FROM new_rows n
JOIN old_rows o USING (id)
LEFT JOIN LATERAL (
    SELECT count(*) AS legs, sum(delta) AS delta, max(version) AS version,
           max(balance) FILTER (WHERE version = n.version) AS balance
    FROM (
        SELECT -t.amount AS delta, t.source_version AS version, t.source_balance AS balance
        FROM ledger_transfer t
        WHERE t.source_id = n.id AND t.posted_at = n.moved_at AND t.source_version > o.version
        UNION ALL
        SELECT t.amount, t.target_version, t.target_balance
        FROM ledger_transfer t
        WHERE t.target_id = n.id AND t.posted_at = n.moved_at AND t.target_version > o.version
    ) legs_of_account
) s ON true
WHERE (n.balance, n.version) IS DISTINCT FROM (o.balance, o.version)
  AND (s.legs <> n.version - o.version
       OR s.delta IS DISTINCT FROM n.balance - o.balance
       OR s.version IS DISTINCT FROM n.version
       OR s.balance IS DISTINCT FROM n.balance)
LIMIT 1;
IF FOUND THEN
    RAISE EXCEPTION 'account % moved without its transfers', bad.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'account_moves_with_transfers';
END IF;
RETURN NULL;
"""

# Stands in for three row-level foreign keys, which would cost a third of the speed.
TRANSFERS_FIT = """
SELECT t.operation_id INTO bad
FROM new_rows t
LEFT JOIN ledger_account s ON s.id = t.source_id
LEFT JOIN ledger_account d ON d.id = t.target_id
LEFT JOIN ledger_operation o ON o.id = t.operation_id
WHERE s.id IS NULL OR d.id IS NULL OR o.id IS NULL
   OR s.asset_id <> d.asset_id OR o.posted_at <> t.posted_at
LIMIT 1;
IF FOUND THEN
    RAISE EXCEPTION 'a transfer of operation % does not fit its accounts', bad.operation_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'transfers_fit_their_accounts';
END IF;
RETURN NULL;
"""


def refuse(name: str, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    """A trigger that refuses a kind of statement outright, once per statement."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=operation,
        func=f"""
RAISE EXCEPTION '%', TG_TABLE_NAME || ' refuses ' || TG_OP
    USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
""",
    )


def keep_rows(noun: str) -> list[pgtrigger.Trigger]:
    """No row of the table is ever removed."""
    return [
        refuse(f"{noun}_is_not_deleted", pgtrigger.Delete),
        refuse(f"{noun}_is_not_truncated", pgtrigger.Truncate),
    ]


def append_only(noun: str) -> list[pgtrigger.Trigger]:
    """Rows of the table are neither changed nor removed."""
    return [refuse(f"{noun}_is_not_updated", pgtrigger.Update), *keep_rows(noun)]
