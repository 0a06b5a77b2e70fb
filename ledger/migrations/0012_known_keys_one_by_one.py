from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_late_discharge")]

    operations = [
        # New databases make this function twice; those of before 0012 from an older text.
        migrations.RunSQL((SQL / "asking.sql").read_text(), migrations.RunSQL.noop),
    ]
