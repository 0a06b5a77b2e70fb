"""Dated tables of permits: a new row ends the one before on its eve; nothing is overwritten."""

import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_noop as said

from parties.models import Membership, Region
from parties.refusals import RegionOutOfReach
from parties.services import end_on_eve, record
from permits.models import (
    AttachmentRule,
    CatalogueEntry,
    LegalClock,
    NegativeItem,
    ReviewDuty,
    RightsRule,
    VerificationMethod,
    Zone,
)
from permits.work_refusals import RuleOverlaps

from .deadlines import recount_deadlines

R = TypeVar(
    "R",
    LegalClock,
    AttachmentRule,
    CatalogueEntry,
    ReviewDuty,
    RightsRule,
    Zone,
    NegativeItem,
    VerificationMethod,
)
# What makes two rows of a table alike, beside their region.
ALIKE: dict[type[Any], tuple[str, ...]] = {
    LegalClock: ("act_id",),
    AttachmentRule: (),
    CatalogueEntry: ("row_no", "industry", "text_zh"),
    ReviewDuty: ("kind", "management_class", "duty"),
    RightsRule: (),
    Zone: ("code",),
    NegativeItem: ("zone_kind", "industry"),
    VerificationMethod: ("rank",),
}


@transaction.atomic
def enter_permit_rule(*, by: Membership, rule: R, reason: str) -> R:
    """Enter a row of the own region from its first day on; P164 when a later one holds. After a
    legal term every running deadline is counted anew."""
    check_own(by, rule.region)
    # One writer per region at a time: two new rows never both find the days free.
    Region.objects.select_for_update().get(pk=rule.region_id)
    alike = type(rule)._default_manager.filter(
        region_id=rule.region_id, **{name: getattr(rule, name) for name in ALIKE[type(rule)]}
    )
    later = alike.filter(valid_from__gte=rule.valid_from).order_by("valid_from").first()
    if later:
        raise RuleOverlaps(day=later.valid_from)
    for before in alike.filter(valid_from__lt=rule.valid_from):
        if before.valid_to is None or before.valid_to >= rule.valid_from:
            end_on_eve(row=before, first_day=rule.valid_from, by=by, reason=reason)
    record(rule, by=by, reason=reason)
    if isinstance(rule, LegalClock):
        recount_deadlines(by=by, reason=said("deadline counted anew"))
    return rule


def check_own(by: Membership, region: Region | None) -> None:
    """A bureau sets rules for its own area, never for the country or a neighbour."""
    if region is None or not region.code.startswith(by.region_prefix):
        raise RegionOutOfReach(code=region.code if region else "–")


@transaction.atomic
def end_permit_rule(*, by: Membership, rule: R, last_day: datetime.date, reason: str) -> R:
    """Let a row of the own region end on a day."""
    check_own(by, rule.region)
    locked = type(rule)._default_manager.select_for_update().get(pk=rule.pk)
    if last_day < locked.valid_from:
        raise RuleOverlaps(day=locked.valid_from)
    locked.valid_to = last_day
    return record(locked, by=by, reason=reason)
