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

# Balances change inside the transfers' own trigger only (depth 2 and more); a direct UPDATE may
# change restriction and floor, and never what the account is.
ACCOUNT_MOVES_WITH_TRANSFERS = """
IF pg_trigger_depth() > 1 THEN
    RETURN NULL;
END IF;
SELECT n.id INTO bad
FROM new_rows n JOIN old_rows o USING (id)
WHERE (n.region_id, n.asset_id, n.purpose, n.reference_type, n.balance, n.version)
      IS DISTINCT FROM (o.region_id, o.asset_id, o.purpose, o.reference_type, o.balance, o.version)
   OR n.enterprise_id IS DISTINCT FROM o.enterprise_id
   OR n.reference_id IS DISTINCT FROM o.reference_id
   OR n.moved_at IS DISTINCT FROM o.moved_at
LIMIT 1;
IF FOUND THEN
    RAISE EXCEPTION 'account % moves with transfers only', bad.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'account_moves_with_transfers';
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
