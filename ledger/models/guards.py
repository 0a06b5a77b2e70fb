"""The last guards, in PostgreSQL: set-based, one check per statement (shared design, section 2).

Row-level triggers would cost 6 to 37 % of the posting rate; comparing transition tables
costs about nothing, so the checks below look at all rows of a statement at once.
"""

from collections.abc import Iterable

import pgtrigger
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Cast, Coalesce

from shell.guards import append_only, keep_rows, refuse

__all__ = [
    "append_only",
    "fixed_columns",
    "keep_rows",
    "refuse",
    "region_range",
    "text_range",
]

ACCOUNT_OPENS_EMPTY = """
IF EXISTS (SELECT 1 FROM new_rows WHERE balance <> 0 OR version <> 0 OR restriction <> 'OPEN') THEN
    RAISE EXCEPTION 'an account opens empty' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'account_opens_empty';
END IF;
RETURN NULL;
"""

# Balances change inside the transfers' own trigger only (a depth of one and more); a direct UPDATE
# may name restriction and floor, and nothing else. It looks at the columns named, not at rows:
# collecting the rows before and after for a comparison cost each batch a tenth.
FIXED_ON_ACCOUNTS = (
    "id",
    "region_id",
    "enterprise_id",
    "asset_id",
    "purpose",
    "reference_type",
    "reference_id",
    "balance",
    "version",
    "moved_at",
)
ACCOUNT_MOVES_WITH_TRANSFERS = """
RAISE EXCEPTION 'an account moves with transfers only'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'account_moves_with_transfers';
"""

# A restriction is what two persons gave: a request that is being carried out, with exactly these
# words, whose approval is used. It looks at rows only when a statement names the column.
ACCOUNT_IS_RESTRICTED_BY_TWO = """
IF NEW.restriction IS DISTINCT FROM OLD.restriction AND NOT EXISTS (
    SELECT 1 FROM ledger_ledgerrequest r JOIN parties_approval a ON a.id = r.approval_id
    WHERE r.account_id = NEW.id AND r.kind = 'RESTRICT' AND r.state = 'WAITING'
      AND r.content ->> 'from' = OLD.restriction AND r.content ->> 'to' = NEW.restriction
      AND a.state = 'USED' AND a.subject_type = 'ledger_request' AND a.subject_id = r.id)
THEN
    RAISE EXCEPTION 'two persons restrict an account' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'account_is_restricted_by_two';
END IF;
RETURN NEW;
"""

# A hold that is over never comes back, and neither does anything it has given out.
HOLD_OVER_STAYS_OVER = """
IF (OLD.state <> 'HELD' AND ROW(NEW.*) IS DISTINCT FROM ROW(OLD.*))
   OR NEW.captured < OLD.captured OR NEW.released < OLD.released
   OR (NEW.account_id, NEW.amount) IS DISTINCT FROM (OLD.account_id, OLD.amount) THEN
    RAISE EXCEPTION 'a hold goes one way only' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'hold_over_stays_over';
END IF;
RETURN NEW;
"""

CLOSED_PERIOD_STAYS_CLOSED = """
IF OLD.state = 'CLOSED' AND NEW.state <> 'CLOSED' THEN
    RAISE EXCEPTION 'a closed quota period stays closed' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'closed_period_stays_closed';
END IF;
RETURN NEW;
"""


def fixed_columns(name: str, columns: Iterable[str]) -> pgtrigger.Trigger:
    """These columns of a row of a dated table never change; a new row replaces an old one."""
    changes = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
IF {changes} THEN
    RAISE EXCEPTION 'this is fixed and cannot change'
        USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
END IF;
RETURN NEW;
""",
    )


def text_range(column: str) -> Func:
    """A code as a range over its hash: the embedded PostgreSQL has no btree_gist.

    Should two codes ever share a hash, a row too many is refused, never one too few.
    """
    hashed = Func(F(column), Value(0), function="hashtextextended")
    return Func(hashed, hashed, Value("[]"), function="int8range")


def region_range(column: str) -> Func:
    """A region's six digits as a range; no region is a region of its own."""
    digits = Cast(Coalesce(F(column), Value("0")), models.IntegerField())
    return Func(digits, digits, Value("[]"), function="int4range")
