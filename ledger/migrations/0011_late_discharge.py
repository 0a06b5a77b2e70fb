import datetime

from django.db import migrations
from django.utils import timezone

CARDS, OVERRUN, SINK = "CARD", "OVERRUN", "DISCHARGED"


def add_kind(apps, schema_editor):
    """A site that has its kinds gets the new one; a new site loads it with all others."""
    types = apps.get_model("ledger", "OperationType")
    if not types.objects.exists() or types.objects.filter(code="LATE_DISCHARGE").exists():
        return
    kind = types.objects.create(
        code="LATE_DISCHARGE",
        name_zh="补记排放",
        name_en="late discharge debit",
        starters=["adjust_ledger"],
        document_types=["discharge_event"],
        note="原配额期已关账的排放, 在未关账的配额期补记",
    )
    movements = apps.get_model("ledger", "OperationTypeMovement")
    for source in (CARDS, OVERRUN):
        movements.objects.create(type=kind, source_purpose=source, target_purpose=SINK)
    rule = apps.get_model("ledger", "OperationRule").objects.create(
        type=kind,
        valid_from=datetime.date(2000, 1, 1),
        needs_approval=True,
        reversible_days=400,
        backdate_days=0,
        legal_basis="浙江省刷卡排污总量控制制度",
    )
    note(apps, kind, "HistoricalOperationType")
    note(apps, rule, "HistoricalOperationRule")


def note(apps, row, history):
    """The first row of its history, without which the check of the ledger finds a fault."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    apps.get_model("ledger", history).objects.create(
        history_date=timezone.now(),
        history_type="+",
        history_change_reason="new kind of operation",
        **values,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0010_restricted_by_two"),
    ]

    operations = [migrations.RunPython(add_kind, migrations.RunPython.noop)]
