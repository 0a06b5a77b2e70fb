"""Regulation of card-swipe discharge: a new row ends the one before, nothing is overwritten."""

import datetime
from typing import TypeVar

from django.db import transaction

from cardswipe.models import GasStateRule, LoadSourceRule
from cardswipe.models.dated import DatedRule
from cardswipe.models.estimates import Source
from cardswipe.refusals import (
    NoGasHere,
    OwnNeedsController,
    RuleEndsTooEarly,
    RuleHasEnded,
    RuleOverlaps,
)
from parties.models import Membership, Region
from parties.refusals import RegionOutOfReach
from parties.services import end_on_eve, record
from permits.models.sites import Medium

R = TypeVar("R", bound=DatedRule)


@transaction.atomic
def enter_rule(*, by: Membership, rule: R, reason: str) -> R:
    """Enter a row of regulation from its first day on; the alike row of the region that is
    open until then ends on the eve. C401 when another row already holds on one of its days."""
    check_reach(by, rule.region)
    # One writer per region at a time: two new rows never both find the days free.
    Region.objects.select_for_update().get(pk=rule.region_id)
    before = rule.alike().filter(valid_to__isnull=True, valid_from__lt=rule.valid_from).first()
    end_on_eve(row=before, first_day=rule.valid_from, by=by, reason=reason)
    for found in rule.alike().exclude(valid_to__lt=rule.valid_from):
        raise RuleOverlaps(first=found.valid_from, last=found.valid_to or "…")
    return record(rule, by=by, reason=reason)


@transaction.atomic
def end_rule(
    *, by: Membership, rule: R, last_day: datetime.date, reason: str, today: datetime.date
) -> R:
    """Let a row hold until a day and no longer. C402 for a day before today or before the row
    begins: what was warned of or loaded under it stands. C403 when it ends sooner already."""
    locked: R = type(rule).objects.select_for_update(of=("self",)).get(pk=rule.pk)
    check_reach(by, locked.region)
    if locked.valid_to is not None and locked.valid_to <= last_day:
        raise RuleHasEnded(day=locked.valid_to)
    if last_day < max(today, locked.valid_from):
        raise RuleEndsTooEarly(day=max(today, locked.valid_from))
    locked.valid_to = last_day
    return record(locked, by=by, reason=reason)


@transaction.atomic
def set_load_source(*, by: Membership, rule: LoadSourceRule, reason: str) -> LoadSourceRule:
    """Say which source of an outlet's hours and card sessions is debited from a day on; C408 for
    our integral where no controller stands."""
    if rule.source == Source.OWN and not rule.outlet.controllers.exists():
        raise OwnNeedsController
    return enter_rule(by=by, rule=rule, reason=reason)


@transaction.atomic
def set_gas_state(*, by: Membership, rule: GasStateRule, reason: str) -> GasStateRule:
    """Say in which state an outlet's analysers report from a day on; C409 at an outlet of water.
    Hours that were booked before stay as they are."""
    if rule.outlet.medium != Medium.AIR:
        raise NoGasHere
    return enter_rule(by=by, rule=rule, reason=reason)


def check_reach(by: Membership, region: Region | None) -> None:
    """A bureau regulates its own region and what lies below it."""
    if region is None or not region.code.startswith(by.region_prefix):
        raise RegionOutOfReach(code=region.code if region else "")
