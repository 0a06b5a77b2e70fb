"""Reads about parties."""

import datetime
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db import models
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from simple_history.models import DeletedObject

from parties.models import Approval, Holiday, Membership, User
from parties.models.calendar import HolidayKind
from parties.models.people import ROLE_NAMES
from parties.rules import ROLES, Role, lock_key
from shell.figures import NOTHING, second
from shell.workdays import due_date

HISTORY_SHOWN = 50
UNTOLD = frozenset({"password", "last_login", "content", "content_hash"})


def add_workdays(start: datetime.date, days: int) -> datetime.date:
    """The day on which a term of so many working days that begins after `start` ends."""
    # Twelve weeks of reserve cover the longest break of the State Council's calendar.
    horizon = start + datetime.timedelta(days=days * 2 + 84)
    rows = Holiday.objects.filter(date__gt=start, date__lte=horizon).values_list("date", "kind")
    return due_date(
        start,
        days,
        holidays={day for day, kind in rows if kind == HolidayKind.DAY_OFF},
        make_up_days={day for day, kind in rows if kind == HolidayKind.MAKE_UP},
    )


def last_calendar_year() -> int | None:
    """The last year whose days off are entered; terms beyond it count Monday to Friday."""
    last = Holiday.objects.filter(kind=HolidayKind.DAY_OFF).order_by("-date").first()
    return last.date.year if last else None


def years_not_entered(today: datetime.date, deadlines: Iterable[datetime.date | None]) -> list[int]:
    """The years from this one to that of the last deadline whose days off nobody has entered:
    terms that run into them count Monday to Friday only."""
    last = max((day for day in deadlines if day), default=today)
    days_off = Holiday.objects.filter(kind=HolidayKind.DAY_OFF, date__year__gte=today.year)
    entered = {day.year for day in days_off.dates("date", "year")}
    return [year for year in range(today.year, last.year + 1) if year not in entered]


def roles_of(person: User) -> "QuerySet[Membership]":
    """All roles a person holds or held, the newest first."""
    found: QuerySet[Membership] = (
        Membership.objects.filter(user=person)
        .select_related("user", "bureau", "enterprise")
        .order_by("-valid_from", "-id")
    )
    return found


@dataclass(frozen=True)
class Event:
    """One line of an object's timeline."""

    at: datetime.datetime
    who: str
    what: str
    why: str
    role: str = ""
    tone: str = "neutral"


def timeline(obj: models.Model, *, limit: int = HISTORY_SHOWN) -> list[Event]:
    """What happened to a record, the newest first: who, which fields from what to what, why."""
    history: Any = obj.history  # type: ignore[attr-defined]
    rows = list(history.select_related("history_user").order_by("-history_id")[: limit + 1])
    pairs = list(zip(rows, [*rows[1:], None], strict=True))[:limit]
    return [event_of(row, before) for row, before in pairs if is_told(row, before)]


def is_told(row: Any, before: Any | None) -> bool:
    """Whether the row says anything: a sign-in only notes its time, which nobody asks here."""
    return row.history_type != "~" or bool(row.history_change_reason or changes_of(row, before))


def event_of(row: Any, before: Any | None) -> Event:
    """A history row in words, against the row before it."""
    reason, role = reason_and_role(row)
    what = _("Entered") if row.history_type == "+" else changes_of(row, before)
    if not what:  # an act that changes no field, such as a link made: the reason says it all
        what, reason = reason or _("No field changed"), ""
    return Event(
        at=row.history_date,
        who=str(row.history_user or _("system")),
        what=what,
        why=reason,
        role=str(ROLE_NAMES[Role(role)]) if role else "",
        tone="active" if row.history_type == "+" else "neutral",
    )


def reason_and_role(row: Any) -> tuple[str, str]:
    """Why, in the reader's language, and the code of the role in which it was done."""
    reason, _sign, role = (row.history_change_reason or "").rpartition(" · ")
    if role not in ROLE_NAMES:
        reason, role = row.history_change_reason or "", ""
    return reason_words(reason), role


# Reasons that the system writes, alone or before a number, such as "bill 339900-FD2024-000013".
REASON_WORDS: dict[str, Any] = {}


def name_reasons(words: dict[str, Any]) -> None:
    """How reasons that the system writes read; a number after one of them stays as it is."""
    REASON_WORDS.update(words)


def reason_words(reason: str) -> str:
    """A kept reason in the reader's language."""
    if reason in REASON_WORDS:
        return str(REASON_WORDS[reason])
    head, _space, number = reason.rpartition(" ")
    if head in REASON_WORDS:
        return f"{REASON_WORDS[head]} {number}"
    return _(reason) if reason else ""


def phrase(text: Any) -> str:
    """A translatable word as it stands in the texts file, to be kept as a reason: whoever reads
    it later reads his own language, not that of the person who acted."""
    with translation.override("en"):
        return str(text)


def changes_of(row: Any, before: Any | None) -> str:
    """Which fields changed, from what to what; nothing if none did."""
    if row.history_type == "-":
        return _("Removed")
    if before is None:
        return _("Changed")
    told = []
    for change in row.diff_against(before, foreign_keys_are_objs=True).changes:
        if change.field not in UNTOLD:
            field = row.instance_type._meta.get_field(change.field)
            old, new = (word_of(field, value, row) for value in (change.old, change.new))
            was_empty = change.old in (None, "")
            told.append(f"{label_of(field)}: {new if was_empty else f'{old} → {new}'}")
    return "; ".join(told)


# Fields that keep a code of some table, by their label: how the code reads.
CODE_WORDS: dict[str, Callable[[Any], str]] = {}


def name_codes(words: dict[str, Callable[[Any], str]]) -> None:
    """How the codes of a field read in histories; `app.Model.field` → its words."""
    CODE_WORDS.update(words)


# Fields that keep a figure in its smallest unit, by name: how it reads, given its row.
FIGURE_WORDS: dict[str, Callable[[Any, Any], str]] = {}


def name_figures(words: dict[str, Callable[[Any, Any], str]]) -> None:
    """How figures read in histories, with their unit; field's name → words of value and row."""
    FIGURE_WORDS.update(words)


def label_of(field: Any) -> str:
    """The field's name; a figure's without the unit it is stored in, for it is told in another."""
    words = str(field.verbose_name)
    return re.split(r" ?[(（]", words)[0] if field.name in FIGURE_WORDS else words


def word_of(field: Any, value: Any, row: Any) -> str:
    """A field's value as people read it."""
    if value in (None, "") or (isinstance(value, DeletedObject) and value.pk is None):
        return NOTHING
    if field.name in FIGURE_WORDS:
        return FIGURE_WORDS[field.name](value, row)
    if str(field) in CODE_WORDS:
        return CODE_WORDS[str(field)](value)
    if isinstance(value, datetime.datetime):
        return second(value)
    return str(dict(field.flatchoices).get(value, value))


def approvals_to_decide(actor: Membership) -> "QuerySet[Approval]":
    """What waits for this person as the second: in his region, within his acts, not his own."""
    found: QuerySet[Approval] = (
        Approval.objects.for_actor(actor)
        .waiting()
        .with_people()
        .filter(act__in=[str(act) for act in ROLES[Role(actor.role)]])
        .exclude(maker_user=actor.user)
        .order_by("asked_at", "id")
    )
    return found


def locked_until(person: User) -> datetime.datetime | None:
    """Until when wrong passwords keep this person out from some place; None when they do not."""
    cool_off = get_cool_off()
    assert cool_off, "a lock that never ends is not configured"
    since = timezone.now() - cool_off
    worst = (
        AccessAttempt.objects.filter(
            username=lock_key(person.username),
            failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
            attempt_time__gt=since,
        )
        .order_by("-attempt_time")
        .first()
    )
    return worst.attempt_time + cool_off if worst else None
