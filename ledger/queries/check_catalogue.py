"""The database still guards itself: its catalogue is compared with what migrations make.

What should stand comes from the same two sources as the migrations: the models (each table is
made once more as an empty temporary one and the two are compared) and the files in `sql/`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connection, models, transaction

from ledger.sources import sources

from .faults import Fault

CODE = "V12"
FUNCTION = re.compile(
    r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(.*?\bAS (\$\w*\$)(.*?)\2", re.DOTALL | re.IGNORECASE
)
TRIGGER = re.compile(r"^CREATE TRIGGER (\w+)\s[^;]*?\bON (\w+)", re.MULTILINE)

# Whatever an index or a constraint says, without the schema it stands in.
GUARDS = """
SELECT c.conrelid = to_regclass('pg_temp.' || %(table)s), c.conname::text,
       pg_get_constraintdef(c.oid), c.convalidated
FROM pg_constraint c
WHERE c.conrelid IN (to_regclass('public.' || %(table)s), to_regclass('pg_temp.' || %(table)s))
  AND c.contype IN ('c', 'p', 'u', 'x')
UNION ALL
SELECT i.indrelid = to_regclass('pg_temp.' || %(table)s), x.relname::text,
       regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING', 'UNIQUE INDEX'), i.indisvalid
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
WHERE i.indrelid IN (to_regclass('public.' || %(table)s), to_regclass('pg_temp.' || %(table)s))
  AND i.indisunique
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
UNION ALL
SELECT a.attrelid = to_regclass('pg_temp.' || %(table)s), a.attname::text,
       a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
       || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, true
FROM pg_attribute a
WHERE a.attrelid IN (to_regclass('public.' || %(table)s), to_regclass('pg_temp.' || %(table)s))
  AND a.attnum > 0 AND NOT a.attisdropped
"""

# The journal's table comes from sql/journal.sql, not from its model.
JOURNAL_GUARDS = {
    "transfer_amount_is_positive": "CHECK ((amount > 0))",
    "transfer_moves_between_two_accounts": "CHECK ((source_id <> target_id))",
    "ledger_transfer_pkey": "PRIMARY KEY (operation_id, line, posted_at)",
    "transfer_by_source": "UNIQUE INDEX btree (source_id, posted_at, source_version)",
    "transfer_by_target": "UNIQUE INDEX btree (target_id, posted_at, target_version)",
}


def catalogue_is_as_migrated() -> Iterator[Fault]:
    """V12: every constraint, trigger and guarding function stands as the migrations made it."""
    tables = plain_tables()
    for model in apps.get_models():
        if model._meta.db_table in tables:
            yield from _table_faults(model)
    yield from _guard_faults("ledger_transfer", JOURNAL_GUARDS, _guards("ledger_transfer")[1])
    yield from _foreign_key_faults(tables)
    yield from _trigger_faults()
    yield from _function_faults()


def plain_tables() -> set[str]:
    """The tables that are no partitions and have none."""
    return {row[0] for row in _rows("SELECT relname FROM pg_class WHERE relkind = 'r'")}


def _rows(sql: str, params: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _table_faults(model: type[models.Model]) -> list[Fault]:
    """Where the model's table differs from an empty one made from the model just now."""
    table = model._meta.db_table
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in _making(model):
                cursor.execute(statement)
        expected, found = _guards(table)
        transaction.set_rollback(True)
    return list(_guard_faults(table, {name: text for name, (text, _) in expected.items()}, found))


def _making(model: type[models.Model]) -> Iterator[str]:
    """The statements that make the model's table and its partial unique indexes, as temporary."""
    editor = connection.SchemaEditorClass(connection, collect_sql=True)
    editor.deferred_sql = []
    sql, _params = editor.table_sql(model)
    yield sql.replace("CREATE TABLE", "CREATE TEMP TABLE", 1)
    yield from (str(s) for s in editor.deferred_sql if str(s).startswith("CREATE UNIQUE INDEX"))


def _guards(table: str) -> tuple[dict[str, tuple[str, bool]], dict[str, tuple[str, bool]]]:
    """Columns, constraints and unique indexes: of the temporary table, and of the real one."""
    expected: dict[str, tuple[str, bool]] = {}
    found: dict[str, tuple[str, bool]] = {}
    for is_expected, name, text, is_valid in _rows(GUARDS, {"table": table}):
        (expected if is_expected else found)[name] = (text, is_valid)
    return expected, found


def _guard_faults(
    table: str, expected: dict[str, str], found: dict[str, tuple[str, bool]]
) -> Iterator[Fault]:
    standing = {text for text, is_valid in found.values() if is_valid}
    for name, text in expected.items():
        if text not in standing:
            other = found.get(name)
            how = f"found {other[0]}{'' if other[1] else ', not valid'}" if other else "is gone"
            yield Fault(CODE, f"table {table}, {name}", f"expected {text}; {how}")


FOREIGN_KEYS = """
SELECT c.conrelid::regclass::text, a.attname::text, c.confrelid::regclass::text
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.convalidated AND cardinality(c.conkey) = 1
  AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = c.oid AND t.tgenabled <> 'O')
"""


def _foreign_key_faults(tables: set[str]) -> Iterator[Fault]:
    """Foreign keys that are gone, unchecked or switched off."""
    standing = set(_rows(FOREIGN_KEYS))
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if not isinstance(field, models.ForeignKey) or not vars(field)["db_constraint"]:
                continue
            table, into = model._meta.db_table, field.remote_field.model._meta.db_table
            if table in tables and (table, field.column, into) not in standing:
                text = f"the foreign key into {into} is gone or switched off"
                yield Fault(CODE, f"table {table}, {field.column}", text)


TRIGGERS = """
SELECT t.tgrelid::regclass::text, t.tgname::text, t.tgenabled = 'O', p.prosrc
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND t.tgparentid = 0
"""


def _trigger_faults() -> Iterator[Fault]:
    """Triggers that are gone, off or do something else, and strange ones on the ledger."""
    found = {(table, name): (on, body) for table, name, on, body in _rows(TRIGGERS)}
    expected = dict(_expected_triggers())
    for (table, name), body in expected.items():
        is_on, real = found.get((table, name), (None, ""))
        if is_on is None:
            yield Fault(CODE, f"table {table}, trigger {name}", "is gone")
        elif not is_on:
            yield Fault(CODE, f"table {table}, trigger {name}", "is switched off")
        elif body is not None and body.split() != real.split():
            yield Fault(CODE, f"table {table}, trigger {name}", "does something else")
    for table, name in found.keys() - expected.keys():
        if table.startswith("ledger_") and not table.startswith("ledger_transfer_"):
            yield Fault(CODE, f"table {table}, trigger {name}", "was not made by a migration")


def _expected_triggers() -> Iterator[tuple[tuple[str, str], str | None]]:
    for model, trigger in pgtrigger.registered():
        compiled = trigger.compile(model).install_sql
        body = str(compiled).split("$$")[3]
        yield (model._meta.db_table, trigger.get_pgid(model)), body
    for text in sql_files():
        for name, table in TRIGGER.findall(text):
            yield (table, name), None
    for table in sources():
        yield (table, "queue_for_proof"), None


def _function_faults() -> Iterator[Fault]:
    """Functions of the files in `sql/` that are gone or do something else."""
    found = dict(_rows("SELECT proname::text, prosrc FROM pg_proc"))
    expected = {name: body for text in sql_files() for name, _, body in FUNCTION.findall(text)}
    for name, body in expected.items():
        if name not in found:
            yield Fault(CODE, f"function {name}", "is gone")
        elif found[name].split() != body.split():
            yield Fault(CODE, f"function {name}", "does something else than its file says")


def sql_files() -> list[str]:
    """What the migrations run from files, in the order of their names."""
    folders = [Path(config.path) / "sql" for config in apps.get_app_configs()]
    paths = sorted(path for folder in folders for path in folder.glob("*.sql"))
    return [path.read_text() for path in paths]
