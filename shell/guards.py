"""Last guards in PostgreSQL that any app may set: what is refused whole, and allowed steps.

Each refuses under the name of a constraint, so that a service can give it its own words.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pgtrigger


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


def refusing(name: str, condition: str, message: str) -> str:
    """A trigger body that refuses the row, under a constraint's name, when the condition holds."""
    return f"""
IF {condition} THEN
    RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
END IF;
RETURN NEW;
"""


def steps(name: str, table: Mapping[Any, Iterable[str]]) -> pgtrigger.Trigger:
    """The state moves only along this table of steps."""
    pairs = ", ".join(
        f"('{before}', '{after}')" for before, nexts in table.items() for after in sorted(nexts)
    )
    changed = "NEW.state <> OLD.state"
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=refusing(
            name,
            f"{changed} AND (OLD.state::text, NEW.state::text) NOT IN ({pairs})",
            "this step is not in the table of states",
        ),
    )
