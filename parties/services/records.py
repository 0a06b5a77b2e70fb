"""Saving with a history row that says who, in which role, and why."""

import datetime
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection, models
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from parties.models import Membership, User
from parties.queries import changes_of
from parties.refusals import EntryChanged
from parties.rules import Role

T = TypeVar("T", bound=models.Model)


def record(obj: T, *, by: Membership, reason: str) -> T:
    """Save a business record; its history row names the person, the role and the reason."""
    sign(obj, by=by, reason=reason).save()
    return obj


def record_many(
    *, rows: Sequence[models.Model], by: Membership, reason: str, fields: Sequence[str] = ()
) -> None:
    """Enter many rows of one model at once, or write their changed fields; history for each."""
    if not rows:
        return
    said = {"default_user": by.user, "default_change_reason": told(by, reason)}
    if fields:
        bulk_update_with_history(rows, type(rows[0]), list(fields), **said)
    else:
        bulk_create_with_history(rows, type(rows[0]), **said)


def reserve_id(model: type[models.Model]) -> int:
    """The table's next id, taken ahead so that what comes first can already name the row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        return int(cursor.fetchone()[0])


def end_on_eve(*, row: Any, first_day: datetime.date, by: Membership, reason: str) -> None:
    """End a dated row, if there is one that began earlier, on the eve of the next one's first day:
    what it said until then stands."""
    if row is not None and row.valid_from < first_day:
        row.valid_to = first_day - datetime.timedelta(days=1)
        record(row, by=by, reason=reason)


def told(by: Membership, reason: str) -> str:
    """The reason as a history row keeps it, with the role in which it was done."""
    return f"{reason[: 97 - len(by.role)]} · {by.role}"


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
    historic._change_reason = told(by, reason)
    return obj


def check_seen(obj: models.Model, seen: int | None) -> None:
    """Refuse an edit of an entry that was saved after the editor opened it, with what changed
    since (A410). `seen` is the history row the editor saw; None comes from no page and passes.
    """
    history: Any = obj.history  # type: ignore[attr-defined]
    latest = history.order_by("-history_id").first()
    if seen is None or latest is None or latest.history_id == seen:
        return
    before = history.filter(history_id=seen).first()
    changes = changes_of(latest, before) if before else ""
    raise EntryChanged(who=latest.history_user or "–", changes=changes or "…")


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
