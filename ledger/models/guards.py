"""The last guards, in PostgreSQL: set-based, one check per statement (shared design, section 2).

Row-level triggers would cost 6 to 37 % of the posting rate; comparing transition tables
costs about nothing, so the checks below look at all rows of a statement at once.
"""

from collections.abc import Iterable

import pgtrigger
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Cast, Coalesce

ACCOUNT_OPENS_EMPTY = """
IF EXISTS (SELECT 1 FROM new_rows WHERE balance <> 0 OR version <> 0) THEN
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
