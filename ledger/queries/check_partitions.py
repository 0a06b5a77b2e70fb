"""The months of the journal: each where it belongs, attached and guarded."""

from collections.abc import Iterator

from django.db import connection

from .faults import Fault, faults

CODE = "V15"

STRAYS = """
SELECT 'table ' || c.relname, 'is not attached to the journal' FROM pg_class c
WHERE c.relkind = 'r' AND c.relname ~ '^ledger_transfer_[0-9]{6}$'
  AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
"""
MISSING = """
SELECT 'table ledger_transfer_' || month, 'is gone, and operations were posted in that month'
FROM (SELECT DISTINCT to_char(posted_at AT TIME ZONE 'UTC', 'YYYYMM') AS month
      FROM ledger_operation WHERE isfinite(posted_at)) m
WHERE to_regclass('public.ledger_transfer_' || month) IS NULL ORDER BY 1
"""
UNGUARDED = """
SELECT 'table ' || c.relname || ', trigger ' || w.name, 'is gone or switched off'
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid,
     (VALUES ('refuse_direct'), ('refuse_truncate')) w (name)
WHERE i.inhparent = 'public.ledger_transfer'::regclass
  AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = w.name
                  AND t.tgenabled = 'O' AND t.tgfoid = 'ledger_refuse_direct'::regproc)
"""
PARTITIONS = """
SELECT c.relname::text, substring(pg_get_expr(c.relpartbound, c.oid) FROM 'FROM \\(''([^'']+)'''),
       substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''([^'']+)''')
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'public.ledger_transfer'::regclass ORDER BY 1
"""
OUTSIDE = """
SELECT 'transfer ' || operation_id || '.' || line, 'posted at ' || posted_at || ' lies in {part}'
FROM {part} WHERE posted_at < %s OR posted_at >= %s
"""


def months_are_in_their_place() -> Iterator[Fault]:
    """V15: no month is missing, detached, unguarded or holds a transfer of another month."""
    yield from faults(CODE, STRAYS)
    yield from faults(CODE, MISSING)
    yield from faults(CODE, UNGUARDED)
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS)
        months = cursor.fetchall()
        # The planner would believe the bounds that are under test.
        cursor.execute("SET LOCAL constraint_exclusion = off")
    for part, low, high in months:
        yield from faults(CODE, OUTSIDE.format(part=part), low, high)
