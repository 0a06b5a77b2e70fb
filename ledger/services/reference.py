"""What every installation begins with: pollutants and kinds of operation."""

from django.db import transaction

from ledger.kinds import KINDS
from ledger.models import OperationType, OperationTypeMovement, Pollutant

POLLUTANTS = (
    ("COD", "化学需氧量", "COD", "WATER", "MG"),
    ("NH3N", "氨氮", "ammonia nitrogen", "WATER", "MG"),
    ("TP", "总磷", "total phosphorus", "WATER", "MG"),
    ("TN", "总氮", "total nitrogen", "WATER", "MG"),
    ("SO2", "二氧化硫", "sulphur dioxide", "AIR", "MG"),
    ("NOX", "氮氧化物", "nitrogen oxides", "AIR", "MG"),
    ("VOCS", "挥发性有机物", "VOCs", "AIR", "MG"),
    ("WATER", "废水量", "waste water", "WATER", "L"),
)


@transaction.atomic
def load_reference_data() -> None:
    """Load what is missing; rows that a site has changed stay as they are."""
    for position, (code, name_zh, name_en, medium, unit) in enumerate(POLLUTANTS):
        Pollutant.objects.get_or_create(
            code=code,
            defaults={
                "name_zh": name_zh,
                "name_en": name_en,
                "medium": medium,
                "unit": unit,
                "position": position,
            },
        )
    for row in KINDS:
        kind, is_new = OperationType.objects.get_or_create(
            code=row.code,
            defaults={
                "name_zh": row.name_zh,
                "name_en": row.name_en,
                "needs_approval": row.needs_approval,
                "reversible_days": row.reversible_days,
                "document_type": row.document_type,
                "note": row.note,
            },
        )
        if is_new:
            OperationTypeMovement.objects.bulk_create(
                OperationTypeMovement(type=kind, source_purpose=source, target_purpose=target)
                for source, target in row.movements
            )
