from django.db import migrations

# Only operations that take effect on another day than that of their posting: they are few, so
# the index costs the posting of the others nothing. See ledger/queries/known.py.
INDEX = """
CREATE INDEX operation_delay ON ledger_operation
    (kind, ((posted_at AT TIME ZONE 'Asia/Shanghai')::date - effective_date))
WHERE (posted_at AT TIME ZONE 'Asia/Shanghai')::date <> effective_date
"""


class Migration(migrations.Migration):
    """An index over an expression with a condition, which the models cannot say as plainly."""

    dependencies = [("ledger", "0004_lots_holds_and_requests")]

    operations = [migrations.RunSQL(INDEX, "DROP INDEX operation_delay")]
