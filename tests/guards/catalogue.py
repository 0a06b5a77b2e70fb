"""What PostgreSQL itself says it guards: constraints, unique indexes and triggers of our tables."""

from dataclasses import dataclass

from django.apps import apps
from django.db import connection

APPS = ("parties", "ledger", "permits", "cardswipe", "trading", "config")

COLUMNS = """
SELECT attname, format_type(atttypid, NULL), attnotnull, atttypmod,
       attgenerated <> '', attnum
FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""

CONSTRAINTS = """
SELECT c.conname, c.contype, pg_get_constraintdef(c.oid),
       array(SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)),
       pg_get_expr(i.indpred, i.indrelid), pg_get_expr(c.conbin, c.conrelid)
FROM pg_constraint c
LEFT JOIN pg_index i ON i.indexrelid = c.conindid AND c.contype = 'x'
WHERE c.conrelid = %s::regclass AND c.contype = ANY('{c,u,x,f,p}') AND c.conparentid = 0
UNION ALL
SELECT x.relname, 'u', pg_get_indexdef(i.indexrelid),
       array(SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey::int2[])),
       pg_get_expr(i.indpred, i.indrelid), NULL
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
WHERE i.indrelid = %s::regclass AND i.indisunique AND NOT i.indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
ORDER BY 2, 1
"""

TRIGGERS = """
SELECT tgname, tgtype, tgenabled, tgfoid::regproc::text FROM pg_trigger
WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgparentid = 0
  -- These refuse nothing: tests/ledger/proof/test_sequencer.py, tests/permits/test_register.py
  AND tgname <> 'queue_for_proof' AND tgname NOT LIKE 'pgtrigger_permit_keeps_its_names_%%'
ORDER BY tgname
"""


@dataclass(frozen=True)
class Column:
    """A column as PostgreSQL has it."""

    name: str
    type: str
    is_required: bool
    modifier: int
    is_made: bool
    position: int

    @property
    def is_text(self) -> bool:
        return self.type in {"text", "character varying", "character"}

    @property
    def room(self) -> int:
        """How many characters, or digits before the point, fit in."""
        if self.modifier < 0:
            return 999 if self.is_text else 4
        size = self.modifier - 4
        return size if self.is_text else (size >> 16) - (size & 0xFFFF)


@dataclass(frozen=True)
class Guard:
    """A constraint or unique index: `kind` is c(heck), u(nique), x (exclusion) or f(oreign key)."""

    name: str
    kind: str
    definition: str
    columns: tuple[str, ...]
    predicate: str | None
    expression: str | None


@dataclass(frozen=True)
class Trigger:
    """A trigger, the bits that say when it fires, and the function that refuses."""

    name: str
    bits: int
    enabled: str
    function: str

    @property
    def noun(self) -> str:
        """The name it was given, without what pgtrigger puts around it."""
        if not self.name.startswith("pgtrigger_"):
            return self.name
        return self.name.removeprefix("pgtrigger_").rpartition("_")[0]


def tables(app: str) -> list[str]:
    """The tables of an app, many-to-many and history tables included."""
    models = apps.get_app_config(app).get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models})


def _rows(sql: str, *params: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def columns(table: str) -> list[Column]:
    return [Column(*row) for row in _rows(COLUMNS, table)]


def guards(table: str, *kinds: str) -> list[Guard]:
    """The table's constraints and unique indexes of these kinds."""
    rows = _rows(CONSTRAINTS, table, table)
    found = [Guard(n, k, d, tuple(c), p, e) for n, k, d, c, p, e in rows]
    return [guard for guard in found if guard.kind in kinds]


def triggers(table: str) -> list[Trigger]:
    return [Trigger(*row) for row in _rows(TRIGGERS, table)]
