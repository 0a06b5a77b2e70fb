"""Saving with a history row that says who, in which role, and why."""

import datetime
from typing import Any, TypeVar

from django.db import models

from parties.models import Membership, User
from parties.rules import Role

T = TypeVar("T", bound=models.Model)


def record(obj: T, *, by: Membership, reason: str) -> T:
    """Save a business record; its history row names the person, the role and the reason."""
    sign(obj, by=by, reason=reason).save()
    return obj


def strike(obj: models.Model, *, by: Membership, reason: str) -> None:
    """Remove a record of a dated table; its history keeps what stood there, who and why."""
    sign(obj, by=by, reason=reason).delete()


def sign(obj: T, *, by: Membership, reason: str) -> T:
    """Put person, role and reason on the record, for the history row of its next save.

    Reasons of our own are English phrases in the texts file, spoken in the reader's language
    by `queries.timeline`; a person's reason stays as it was typed.
    """
    historic: Any = obj
    historic._history_user = by.user
    historic._change_reason = f"{reason[: 97 - len(by.role)]} · {by.role}"
    return obj


def system_actor(name: str) -> Membership:
    """The membership under which a process acts: "gateway", "clock", "demo", "setup"."""
    user, _ = User.objects.get_or_create(
        username=f"system-{name}", defaults={"display_name": name, "password": "!"}
    )
    membership, _ = Membership.objects.get_or_create(
        user=user,
        role=Role.SYSTEM,
        bureau=None,
        enterprise=None,
        defaults={"valid_from": datetime.date(2000, 1, 1)},
    )
    return membership
