"""What devices ask the platform for by themselves: the time (1013), a new key (1014 of 2025)."""

import datetime
from collections.abc import Iterable

from django.utils.translation import gettext_noop

from cardswipe.hj212.requests import Kind
from cardswipe.models import Controller, DeviceCommand
from parties.models import Membership

from .commands import kept, key_for

ASKED_EVERY = datetime.timedelta(minutes=10)
KEY_ASKED = gettext_noop("the controller asked for a new key (1014)")
CLOCK_ASKED = gettext_noop("the controller asked for the time (1013)")


def renew_keys(*, by: Membership, controllers: Iterable[int], now: datetime.datetime) -> None:
    """Devices have asked for a new key (1014): give them one, unless that is under way."""
    rows = Controller.objects.filter(pk__in=list(controllers)).order_by("pk")
    under_way = set(recent(controllers, Kind.SET_KEY, now))
    for controller in rows:
        if controller.sm4_key and controller.pk not in under_way:
            command = DeviceCommand(
                controller=controller,
                kind=Kind.SET_KEY,
                secret=key_for(controller),
                reason=KEY_ASKED,
                asked_by=by,
                asked_at=now,
            )
            kept(command, by, KEY_ASKED)


def recent(controllers: Iterable[int], kind: Kind, now: datetime.datetime) -> Iterable[int]:
    """The controllers for which such a command was asked a moment ago."""
    found = DeviceCommand.objects.filter(
        controller_id__in=list(controllers), kind=kind, asked_at__gt=now - ASKED_EVERY
    )
    return found.values_list("controller_id", flat=True)


def calibrate_clocks(*, by: Membership, controllers: Iterable[int], now: datetime.datetime) -> None:
    """Devices have asked for the time (1013): set it, unless that was done a moment ago."""
    done = set(recent(controllers, Kind.SET_TIME, now))
    for controller in set(controllers) - done:
        command = DeviceCommand(
            controller_id=controller,
            kind=Kind.SET_TIME,
            reason=CLOCK_ASKED,
            asked_by=by,
            asked_at=now,
        )
        kept(command, by, CLOCK_ASKED)
