"""What every installation begins with: pollutants and kinds of operation."""

import datetime

from django.db import transaction

from ledger.hold_purposes import HOLD_PURPOSES
from ledger.kinds import KINDS, KindRow
from ledger.models import (
    HoldPurpose,
    LatenessLimit,
    OperationRule,
    OperationType,
    OperationTypeMovement,
    Pollutant,
    ReplacementRatio,
)
from ledger.refusals import RatiosOverlap, RulesOverlap
from parties.models import Membership, Region
from parties.services import end_on_eve, record
from shell.refusals import refused_by

# Kinds are loaded as always having been there, so that a bureau can enter its past years.
BEGINNING = datetime.date(2000, 1, 1)

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


# What no standard fixes: ours is the promise of 10 s for a checkpoint and 60 s for a cosignature.
LATENESS_NOTE = (
    "平台自定指标，无标准规定：正常情况下检查点 10 秒内、见证 60 秒内完成；"
    "长时间的事务会使检查点推迟，故限值放宽。"
)
LATENESS = (("LOG", 60), ("WITNESS", 300))


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
        load_kind(row)
    for what, seconds in LATENESS:
        if not LatenessLimit.objects.filter(what=what).exists():
            LatenessLimit.objects.create(
                what=what,
                seconds=seconds,
                valid_from=BEGINNING,
                basis="平台默认值",
                note=LATENESS_NOTE,
            )
    for purpose in HOLD_PURPOSES:
        HoldPurpose.objects.get_or_create(
            code=purpose.code,
            defaults={
                "name_zh": purpose.name_zh,
                "name_en": purpose.name_en,
                "kind_id": purpose.kind,
                "rank": purpose.rank,
                "longest_days": purpose.longest_days,
                "legal_basis": purpose.basis,
            },
        )


def load_kind(row: KindRow) -> None:
    """A kind with its movements and the rule that holds everywhere, as far as missing."""
    kind, is_new = OperationType.objects.get_or_create(
        code=row.code,
        defaults={
            "name_zh": row.name_zh,
            "name_en": row.name_en,
            "starters": [str(act) for act in row.starters],
            "document_types": list(row.documents),
            "must_correct": row.must_correct,
            "note": row.note,
        },
    )
    if is_new:
        OperationTypeMovement.objects.bulk_create(
            OperationTypeMovement(type=kind, source_purpose=source, target_purpose=target)
            for source, target in row.movements
        )
    if not kind.rules.exists():
        OperationRule.objects.create(
            type=kind,
            valid_from=BEGINNING,
            needs_approval=row.needs_approval,
            cool_off_workdays=row.cool_off,
            reversible_days=row.reversible,
            backdate_days=row.backdate,
            legal_basis=row.basis,
        )


@transaction.atomic
def set_operation_rule(
    *,
    by: Membership,
    type: OperationType,  # noqa: A002  # the column's name
    region: Region | None,
    valid_from: datetime.date,
    needs_approval: bool,
    cool_off_workdays: int,
    reversible_days: int,
    legal_basis: str,
    backdate_days: int | None = None,
) -> OperationRule:
    """Say how a kind is handled in a region from a day on; the row in force until then ends on
    its eve. Refuses days that another row of the region already covers (L502)."""
    rule = OperationRule(
        type=type,
        region=region,
        valid_from=valid_from,
        needs_approval=needs_approval,
        cool_off_workdays=cool_off_workdays,
        reversible_days=reversible_days,
        backdate_days=backdate_days,
        legal_basis=legal_basis,
    )
    before = OperationRule.objects.filter(type=type, region=region, valid_to__isnull=True).first()
    end_on_eve(row=before, first_day=valid_from, by=by, reason=legal_basis[:80])
    with refused_by(operation_rules_do_not_overlap=RulesOverlap):
        return record(rule, by=by, reason=legal_basis[:80])


@transaction.atomic
def set_replacement_ratio(
    *,
    by: Membership,
    region: Region,
    pollutant: Pollutant,
    ratio_permille: int,
    valid_from: datetime.date,
    legal_basis: str,
) -> ReplacementRatio:
    """Say from a day on how much must be bought to own one part, in thousandths; the row before
    ends on its eve (L503 on overlap)."""
    ratio = ReplacementRatio(
        region=region,
        pollutant=pollutant,
        ratio_permille=ratio_permille,
        valid_from=valid_from,
        legal_basis=legal_basis,
    )
    own = ReplacementRatio.objects.filter(region=region, pollutant=pollutant)
    before = own.filter(valid_to__isnull=True).first()
    end_on_eve(row=before, first_day=valid_from, by=by, reason=legal_basis[:80])
    with refused_by(replacement_ratios_do_not_overlap=RatiosOverlap):
        return record(ratio, by=by, reason=legal_basis[:80])
