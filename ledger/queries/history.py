"""The history of any object, newest first: records, acts, approvals and operations in one line.

Each source of a story gives its own newest rows by key; they are merged. A page costs a fixed
number of queries: two for each source, and one for each kind of thing that a change names.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from ledger.models import Operation
from ledger.stories import Accounts, Acts, Approvals, Documents, Records, Source, Story
from parties.models import Approval
from shell.units import is_id

PAGE = 30
MICROSECOND = datetime.timedelta(microseconds=1)
EARLY = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Place:
    """An entry's place: its moment, then its source, then the newest first."""

    at: datetime.datetime
    source: int
    id: int

    def __str__(self) -> str:
        return f"{(self.at - EARLY) // MICROSECOND}.{self.source}.{self.id}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place an address names; nothing from outside is believed."""
        parts = text.split(".")
        if len(parts) != 3 or not all(map(is_id, parts)):
            return None
        since, source, pk = map(int, parts)
        try:
            return cls(EARLY + since * MICROSECOND, source, pk)
        except OverflowError:
            return None

    @property
    def order(self) -> tuple[float, int, int]:
        """What the line is sorted by."""
        return (-self.at.timestamp(), self.source, -self.id)


@dataclass(frozen=True)
class Asked:
    """Which part of the history: what kinds, which days, after which place."""

    kinds: frozenset[str] = frozenset()
    start: datetime.datetime | None = None
    end: datetime.datetime | None = None
    after: Place | None = None
    limit: int = PAGE
    has_inner: bool = True

    def narrow(self, rows: "QuerySet[Any]", at: str, source: int) -> "QuerySet[Any]":
        """The rows of a source that come next, newest first, and one more."""
        if self.start:
            rows = rows.filter(**{f"{at}__gte": self.start})
        if self.end:
            rows = rows.filter(**{f"{at}__lte": self.end})
        return self.beyond(rows, at, source).order_by(f"-{at}", "-pk")[: self.limit + 1]

    def beyond(self, rows: "QuerySet[Any]", at: str, source: int) -> "QuerySet[Any]":
        """Those after the place."""
        if self.after is None:
            return rows
        if source < self.after.source:
            return rows.filter(**{f"{at}__lt": self.after.at})
        if source > self.after.source:
            return rows.filter(**{f"{at}__lte": self.after.at})
        same = Q(**{at: self.after.at, "pk__lt": self.after.id})
        return rows.filter(Q(**{f"{at}__lt": self.after.at}) | same)


@dataclass
class Found:
    """A row of one source, with the row before it where it is a history row."""

    place: Place
    kind: str
    source: Source
    row: Any
    before: Any = None
    legs: list[Any] = field(default_factory=list)


def history(story: Story, obj: Any, asked: Asked) -> tuple[list[Found], Place | None]:
    """A page of an object's history, and the place after which the next one begins."""
    found = [
        one
        for number, source in enumerate(story.all_sources)
        for one in rows_of(source, obj, asked, number)
    ]
    found.sort(key=lambda one: one.place.order)
    shown = found[: asked.limit]
    add_before(shown)
    add_legs(shown)
    return shown, shown[-1].place if len(found) > asked.limit else None


def rows_of(source: Source, obj: Any, asked: Asked, number: int) -> Iterable[Found]:
    """The next rows of a source; none when its kind is not asked for, or it is inner."""
    is_inner = isinstance(source, Records | Acts) and source.is_inner
    if (asked.kinds and kind_of(source) not in asked.kinds) or (is_inner and not asked.has_inner):
        return []
    if isinstance(source, Records):
        return of_records(source, obj, asked, number)
    if isinstance(source, Acts):
        return of_acts(source, obj, asked, number)
    if isinstance(source, Approvals):
        return of_approvals(source, obj, asked, number)
    return of_operations(source, obj, asked, number)


def kind_of(source: Source) -> str:
    """The kind of entry that a source gives."""
    if isinstance(source, Documents | Accounts):
        return "operation"
    return {Records: "record", Acts: "act", Approvals: "approval"}[type(source)]


def of_records(source: Records, obj: Any, asked: Asked, number: int) -> Iterable[Found]:
    """History rows, each naming the person, the role and the reason."""
    model: Any = apps.get_model(source.label)
    rows = model.history.filter(**{source.where: source.of(obj)}).select_related("history_user")
    for row in asked.narrow(rows, "history_date", number):
        yield Found(Place(row.history_date, number, row.history_id), "record", source, row)


def of_acts(source: Acts, obj: Any, asked: Asked, number: int) -> Iterable[Found]:
    """Rows that are acts themselves."""
    model: Any = apps.get_model(source.label)
    rows = model._default_manager.filter(**{source.where: obj.pk, f"{source.at}__isnull": False})
    if source.by:
        rows = rows.select_related(f"{source.by}__user")
    for row in asked.narrow(rows, source.at, number):
        yield Found(Place(getattr(row, source.at), number, row.pk), "act", source, row)


def of_approvals(source: Approvals, obj: Any, asked: Asked, number: int) -> Iterable[Found]:
    """What happened to the approvals: asked, granted, refused, carried out."""
    ids = list(source.ids(obj))
    log: Any = Approval.history  # type: ignore[attr-defined]
    rows = log.filter(subject_type=source.subject_type, subject_id__in=ids)
    for row in asked.narrow(rows.select_related("history_user"), "history_date", number):
        yield Found(Place(row.history_date, number, row.history_id), "approval", source, row)


OF_ACCOUNTS = """
SELECT DISTINCT l.posted_at, l.operation_id FROM unnest(%(accounts)s::bigint[]) AS a (id)
CROSS JOIN LATERAL (
    (SELECT t.posted_at, t.operation_id FROM ledger_transfer t
     WHERE t.source_id = a.id AND t.posted_at >= %(start)s AND t.posted_at <= %(end)s
       AND (t.posted_at, t.operation_id) < (%(before)s, %(before_id)s)
     ORDER BY t.posted_at DESC, t.source_version DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT t.posted_at, t.operation_id FROM ledger_transfer t
     WHERE t.target_id = a.id AND t.posted_at >= %(start)s AND t.posted_at <= %(end)s
       AND (t.posted_at, t.operation_id) < (%(before)s, %(before_id)s)
     ORDER BY t.posted_at DESC, t.target_version DESC LIMIT %(limit)s)
) l ORDER BY l.posted_at DESC, l.operation_id DESC LIMIT %(limit)s
"""
LATE = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)


def of_operations(
    source: Documents | Accounts, obj: Any, asked: Asked, number: int
) -> Iterable[Found]:
    """Operations behind documents, or that touched accounts."""
    rows = Operation.objects.select_related("kind", "by__user")
    if isinstance(source, Documents):
        ids = list(source.ids(obj))
        rows = rows.filter(document_type=source.document_type, document_id__in=ids)
    else:
        rows = rows.filter(pk__in=touching(source, obj, asked, number))
    for row in asked.narrow(rows, "posted_at", number):
        yield Found(Place(row.posted_at, number, row.pk), "operation", source, row)


def touching(source: Accounts, obj: Any, asked: Asked, number: int) -> list[int]:
    """The newest operations on the accounts, by the journal's own indexes."""
    after = asked.after
    before, before_id = LATE, 0
    if after:
        # A place of an earlier source leaves out its whole moment, of a later one nothing of it.
        before = after.at
        before_id = after.id if after.source == number else 0 if number < after.source else 2**62
    params: dict[str, Any] = {
        "accounts": list(source.of(obj).values_list("pk", flat=True)),
        "start": asked.start or EARLY,
        "end": asked.end or LATE,
        "before": before,
        "before_id": before_id,
        "limit": asked.limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(OF_ACCOUNTS, params)
        return [row[1] for row in cursor.fetchall()]


def add_before(found: Sequence[Found]) -> None:
    """Beside each history row, the one before it: two queries for each model."""
    by_model: dict[Any, list[Found]] = {}
    for one in found:
        if one.kind in {"record", "approval"}:
            by_model.setdefault(type(one.row), []).append(one)
    for model, ones in by_model.items():
        # `pk` of a history row is its own; `key` is the record's.
        key = model.instance_type._meta.pk.attname
        earlier = model.objects.filter(
            **{key: OuterRef(key)}, history_id__lt=OuterRef("history_id")
        ).order_by("-history_id")
        pairs = model.objects.filter(history_id__in=[one.row.history_id for one in ones])
        ids = dict(
            pairs.annotate(before=Subquery(earlier.values("history_id")[:1]))
            .filter(before__isnull=False)
            .values_list("history_id", F("before"))
        )
        rows = model.objects.in_bulk(ids.values())
        for one in ones:
            one.before = rows.get(ids.get(one.row.history_id, 0))


LEGS = """
SELECT t.operation_id, t.asset_id, s.purpose, d.purpose, t.amount
FROM unnest(%s::bigint[], %s::timestamptz[]) AS o (id, posted_at)
JOIN ledger_transfer t ON t.operation_id = o.id AND t.posted_at = o.posted_at
JOIN ledger_account s ON s.id = t.source_id
JOIN ledger_account d ON d.id = t.target_id
ORDER BY t.operation_id, t.line
"""


def add_legs(found: Sequence[Found]) -> None:
    """Beside each operation, what it moved."""
    moved = {one.row.pk: one for one in found if one.kind == "operation"}
    if not moved:
        return
    with connection.cursor() as cursor:
        cursor.execute(LEGS, [list(moved), [one.row.posted_at for one in moved.values()]])
        for operation_id, *leg in cursor.fetchall():
            moved[operation_id].legs.append(leg)
