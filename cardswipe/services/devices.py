"""Registering controllers and the profiles they speak."""

import datetime
import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from cardswipe.models import Controller, DeviceProfile
from cardswipe.models.devices import ControllerState
from cardswipe.passwords import weakness
from cardswipe.queries.devices import controllers_beside
from cardswipe.refusals import (
    WEAKNESS_NAMES,
    KeyNotAllowed,
    OutletHasController,
    PasswordNotAllowed,
    PasswordWeak,
)
from cardswipe.verdicts import MnTaken, PutInUseTwice
from parties.models import Membership
from parties.services import check_seen, record
from permits.models import Outlet
from shell.refusals import refused_by

from . import announcing


@transaction.atomic
def register_controller(
    *,
    by: Membership,
    outlet: Outlet,
    profile: DeviceProfile,
    mn: str,
    password: str,
    valid_from: datetime.date,
    now: datetime.datetime,
    reason: str = "",
    is_additional: bool = False,
    **details: Any,
) -> Controller:
    """Register a controller at an outlet; its frames count once it is put in use.

    Version and CRC come from the profile unless given. Refuses an MN that is taken (C150), a
    password that is easily guessed (C154), and a second controller at the outlet (C155) that is
    not said to be additional.
    """
    check_password(password, mn)
    controller = Controller(
        outlet=outlet,
        profile=profile,
        mn=mn,
        password=password,
        valid_from=valid_from,
        **{
            "protocol_version": profile.protocol_version,
            "crc_profile": profile.crc_profile,
            **details,
        },
    )
    _save(controller, by=by, reason=reason or gettext_noop("register controller"))
    if not is_additional:
        _check_alone(controller)
    return controller


@transaction.atomic
def change_controller(
    *,
    by: Membership,
    controller: Controller,
    reason: str,
    now: datetime.datetime,
    seen: int | None = None,
    **changes: Any,
) -> Controller:
    """Change a controller's registration; an unchanged password is given as "". A410 when the
    entry was saved after the history row `seen`; C154 for a new password easily guessed."""
    locked = Controller.objects.select_for_update().get(pk=controller.pk)
    check_seen(locked, seen)
    if changes.get("password"):
        check_password(changes["password"], locked.mn)
    for name, value in changes.items():
        if name in {"password", "sm4_key"} and not value:
            continue
        setattr(locked, name, value)
    return _save(locked, by=by, reason=reason)


@transaction.atomic
def put_in_use(
    *, by: Membership, controller: Controller, reason: str, now: datetime.datetime
) -> Controller:
    """From now on the controller's frames count and its events debit; C154 for a password easily
    guessed, which one registered before the rule may still have."""
    moved = _move(
        by, controller, ControllerState.IN_USE, reason or gettext_noop("put controller in use")
    )
    # Last: who repeats what is already so hears that, not of a password. Nothing is kept of it.
    check_password(moved.password, moved.mn)
    return moved


@transaction.atomic
def stop_controller(
    *, by: Membership, controller: Controller, reason: str, now: datetime.datetime
) -> Controller:
    """From now on the controller's frames are kept but count for nothing."""
    return _move(by, controller, ControllerState.STOPPED, reason or gettext_noop("stop controller"))


def check_password(password: str, mn: str) -> None:
    """Refuse a password that who knows the MN would soon guess (C154)."""
    _check_form(password)
    if found := weakness(password, mn):
        raise PasswordWeak(why=WEAKNESS_NAMES[found])


def _check_form(password: str) -> None:
    if not re.fullmatch(r"[0-9A-Za-z]{1,24}", password):
        raise PasswordNotAllowed


def _check_alone(controller: Controller) -> None:
    """Refuse while another controller stands at the outlet; one registration at a time."""
    outlet = Outlet.objects.select_for_update(no_key=True).get(pk=controller.outlet_id)
    other = controllers_beside(outlet.pk, own=controller.pk).first()
    if other is not None:
        raise OutletHasController(mn=other.mn)


def _move(by: Membership, controller: Controller, state: str, reason: str) -> Controller:
    locked = Controller.objects.select_for_update().get(pk=controller.pk)
    if locked.state == state:
        raise PutInUseTwice(mn=locked.mn, state=locked.get_state_display())
    locked.state = state
    return _save(locked, by=by, reason=reason)


def _save(controller: Controller, *, by: Membership, reason: str) -> Controller:
    _check_form(controller.password)
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{32})?", controller.sm4_key):
        raise KeyNotAllowed
    with refused_by(cardswipe_controller_mn_key=MnTaken):
        kept = record(controller, by=by, reason=reason)
    announcing.tell_device(kept)
    return kept
