"""Device profiles: how a make of controller speaks, entered, changed and ended by the engineer."""

import datetime
from typing import Any

from django.db import transaction

from cardswipe.models import Controller, DeviceProfile
from cardswipe.refusals import (
    ProfileEndsTooEarly,
    ProfileInUse,
    ProfileNameTaken,
    ProfileNumbersAlike,
)
from parties.models import Membership
from parties.services import check_seen, record
from shell.refusals import refused_by


@transaction.atomic
def enter_profile(*, by: Membership, reason: str, **values: Any) -> DeviceProfile:
    """A new profile; controllers may be given it from its first day on. Refuses a name that is
    taken (C170) and numbers that are alike (C171)."""
    return _save(DeviceProfile(**values), by=by, reason=reason)


@transaction.atomic
def change_profile(
    *,
    by: Membership,
    profile: DeviceProfile,
    reason: str,
    seen: int | None = None,
    **changes: Any,
) -> DeviceProfile:
    """Change a profile: it counts at once for every controller that speaks it, and what stood
    there stays in its history. A410 when it was saved after the history row `seen`."""
    locked = DeviceProfile.objects.select_for_update().get(pk=profile.pk)
    check_seen(locked, seen)
    for name, value in changes.items():
        setattr(locked, name, value)
    return _save(locked, by=by, reason=reason)


@transaction.atomic
def end_profile(
    *,
    by: Membership,
    profile: DeviceProfile,
    last_day: datetime.date,
    reason: str,
    today: datetime.date,
) -> DeviceProfile:
    """After its last day no controller is given the profile any more. Refuses a day gone by
    (C173), and one after which controllers in use still speak it (C172)."""
    locked = DeviceProfile.objects.select_for_update().get(pk=profile.pk)
    earliest = max(today, locked.valid_from)
    if last_day < earliest:
        raise ProfileEndsTooEarly(day=earliest)
    speakers = Controller.objects.in_use().filter(profile=locked)
    if count := speakers.exclude(valid_to__lte=last_day).count():
        raise ProfileInUse(count=count, day=last_day)
    locked.valid_to = last_day
    return _save(locked, by=by, reason=reason)


def _save(profile: DeviceProfile, *, by: Membership, reason: str) -> DeviceProfile:
    with refused_by(
        cardswipe_deviceprofile_name_key=ProfileNameTaken,
        profile_commands_differ=ProfileNumbersAlike,
    ):
        return record(profile, by=by, reason=reason)
