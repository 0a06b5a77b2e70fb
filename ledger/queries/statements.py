"""Statements: the movements of an account, or of a whole holding, between two days.

A *book* is the accounts a statement is about: one, or all in which an enterprise holds an asset.
Two orders: as posted (the journal's own), or by effective date, where a correction stands on the
day it corrects. Either is read as the ledger was known at a moment. Pages are found by key, in
both directions, and never by counting.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ledger.models import Account, Asset, OperationType
from ledger.rules import Purpose
from parties.models import Enterprise
from shell.units import is_id

DAY = datetime.timedelta(days=1)
MICROSECOND = datetime.timedelta(microseconds=1)
PAGE = 50
FETCHED = 2_000
# Above so many movements the totals by kind are left to the export: they would be counted on
# every page.
MOST_TOTALLED = 100_000
HOLDING = (Purpose.AVAILABLE, Purpose.CARD, Purpose.FROZEN, Purpose.OVERRUN)


class Order(StrEnum):
    """In which order movements stand, and what "between two days" is measured by."""

    POSTED = "posted"
    EFFECTIVE = "effective"


@dataclass(frozen=True)
class Span:
    """Which movements: between two days (both included), as the ledger was known at a moment.

    `is_latest`: as known now, whatever that is; nothing is cut off.
    """

    first: datetime.date
    last: datetime.date
    known_at: datetime.datetime
    order: Order = Order.POSTED
    is_latest: bool = False

    @property
    def cut(self) -> datetime.datetime:
        """After which nothing was known."""
        return FAR if self.is_latest else self.known_at

    @property
    def start(self) -> datetime.datetime:
        """The first moment of the first day here."""
        return midnight(self.first)

    @property
    def end(self) -> datetime.datetime:
        """The last moment of the last day here, or the moment of knowledge when that is earlier."""
        return min(midnight(self.last + DAY) - MICROSECOND, self.cut)


def midnight(day: datetime.date) -> datetime.datetime:
    """The moment at which the day begins here."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


@dataclass(frozen=True)
class Cursor:
    """A movement's place in its order."""

    effective_date: datetime.date
    posted_at: datetime.datetime
    operation_id: int
    line: int

    def __str__(self) -> str:
        since = (self.posted_at - EPOCH) // MICROSECOND
        return f"{self.effective_date.toordinal()}.{since}.{self.operation_id}.{self.line}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """The place an address names; nothing from outside is believed."""
        parts = text.split(".")
        if len(parts) != 4 or not all(map(is_id, parts)):
            return None
        day, since, operation_id, line = map(int, parts)
        try:
            posted_at = EPOCH + since * MICROSECOND
            return cls(datetime.date.fromordinal(day), posted_at, operation_id, line)
        except (OverflowError, ValueError):
            return None


EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
FAR = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Line:
    """One movement as the holder of the book sees it; an inner one changes nothing for him."""

    posted_at: datetime.datetime
    operation_id: int
    line: int
    effective_date: datetime.date
    kind: str
    delta: int
    amount: int
    account_id: int
    other_account_id: int
    is_inner: bool
    document_type: str
    document_id: int
    reason: str
    reverses_id: int | None
    balance: int = 0

    @property
    def cursor(self) -> Cursor:
        """Where it stands."""
        return Cursor(self.effective_date, self.posted_at, self.operation_id, self.line)


@dataclass(frozen=True)
class Total:
    """What one kind of operation brought and took in the span."""

    kind: str
    count: int
    came: int
    went: int


@dataclass(frozen=True)
class Statement:
    """A page of a book's movements, with what it held before and after the whole span."""

    opening: int
    closing: int
    lines: list[Line]
    earlier: Cursor | None
    later: Cursor | None


@dataclass(frozen=True)
class Book:
    """The accounts a statement is about; all count the same asset."""

    accounts: tuple[int, ...]


def book_of(account: Account) -> Book:
    """The book of one account."""
    return Book((account.pk,))


def holding_of(enterprise: Enterprise, asset: Asset) -> Book:
    """Lots, cards, what is frozen and what is owed: all that the enterprise holds of the asset."""
    own = Account.objects.filter(enterprise=enterprise, asset=asset, purpose__in=HOLDING)
    return Book(tuple(own.order_by("pk").values_list("pk", flat=True)))


# Both sides of every transfer of the book; a transfer inside it stands once, from its source.
SIDES = """
    (SELECT t.posted_at, t.operation_id, t.line, -t.amount AS delta, t.amount,
            t.source_id AS account_id, t.target_id AS other_id,
            t.target_id = ANY(%(accounts)s) AS is_inner
     FROM ledger_transfer t
     WHERE t.source_id = a.id AND {within} AND (%(inner)s OR t.target_id <> ALL(%(accounts)s))
     {source_order})
    UNION ALL
    (SELECT t.posted_at, t.operation_id, t.line, t.amount, t.amount, t.target_id, t.source_id, false
     FROM ledger_transfer t
     WHERE t.target_id = a.id AND {within} AND t.source_id <> ALL(%(accounts)s)
     {target_order})
"""
COLUMNS = """
SELECT l.posted_at, l.operation_id, l.line, o.effective_date, o.kind,
       CASE WHEN l.is_inner THEN 0 ELSE l.delta END, l.amount, l.account_id, l.other_id,
       l.is_inner, o.document_type, o.document_id, o.reason, o.reverses_id
"""
BOOK = "FROM unnest(%(accounts)s::bigint[]) AS a (id) CROSS JOIN LATERAL"
POSTED_KEY = "(t.posted_at, t.operation_id, t.line)"
POSTED_AT = "(%(c_posted)s::timestamptz, %(c_operation)s::bigint, %(c_line)s::int)"
EFFECTIVE_KEY = "(o.effective_date, l.posted_at, l.operation_id, l.line)"
EFFECTIVE_AT = (
    "(%(c_day)s::date, %(c_posted)s::timestamptz, %(c_operation)s::bigint, %(c_line)s::int)"
)
DURING = "t.posted_at >= %(start)s AND t.posted_at <= %(end)s"


def _posted(*, beyond: str, way: str) -> str:
    """The lines as posted: each account gives its own first ones by index, then they are merged."""
    within = f"{DURING}{beyond and f' AND {POSTED_KEY} {beyond} {POSTED_AT}'}"
    sides = SIDES.format(
        within=within,
        source_order=f"ORDER BY t.posted_at {way}, t.source_version {way} LIMIT %(limit)s",
        target_order=f"ORDER BY t.posted_at {way}, t.target_version {way} LIMIT %(limit)s",
    )
    order = f"ORDER BY l.posted_at {way}, l.operation_id {way}, l.line {way}"
    return (
        f"{COLUMNS} FROM (SELECT l.* {BOOK} ({sides}) l {order} LIMIT %(limit)s) l"
        f" JOIN ledger_operation o ON o.id = l.operation_id {order}"
    )


def _effective(*, beyond: str, way: str) -> str:
    """The lines by effective date; grows with the book, which one quota period bounds."""
    sides = SIDES.format(within="t.posted_at <= %(known_at)s", source_order="", target_order="")
    after = f" AND {EFFECTIVE_KEY} {beyond} {EFFECTIVE_AT}" if beyond else ""
    return (
        f"{COLUMNS} {BOOK} ({sides}) l JOIN ledger_operation o ON o.id = l.operation_id"
        f" WHERE o.effective_date BETWEEN %(first)s AND %(last)s{after}"
        f" ORDER BY o.effective_date {way}, l.posted_at {way}, l.operation_id {way}, l.line {way}"
        " LIMIT %(limit)s"
    )


def _params(book: Book, span: Span, **more: Any) -> dict[str, Any]:
    return {
        "accounts": list(book.accounts),
        "start": span.start,
        "end": span.end,
        "first": span.first,
        "last": span.last,
        "known_at": span.cut,
        "inner": True,
        "limit": None,
    } | more


def _at(cursor: Cursor | None) -> dict[str, Any]:
    if cursor is None:
        return {}
    return {
        "c_day": cursor.effective_date,
        "c_posted": cursor.posted_at,
        "c_operation": cursor.operation_id,
        "c_line": cursor.line,
    }


def statement(
    book: Book,
    span: Span,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    limit: int = PAGE,
    has_inner: bool = True,
) -> Statement:
    """A page of the book: the first lines of the span, or those after or before a place.

    `has_inner` shows what moved inside the book too; it changes no balance.
    """
    sql = _posted if span.order == Order.POSTED else _effective
    is_back = before is not None
    beyond = "<" if is_back else ">" if after else ""
    params = _params(book, span, limit=limit + 1, inner=has_inner, **_at(before or after))
    with connection.cursor() as cursor:
        cursor.execute(sql(beyond=beyond, way="DESC" if is_back else "ASC"), params)
        lines = [Line(*row) for row in cursor.fetchall()]
    has_more, lines = len(lines) > limit, lines[:limit]
    if is_back:
        lines.reverse()
    opening, closing, held = _balances(book, span, lines[0].cursor if lines else None)
    lines = list(running(lines, held))
    has_earlier = has_more if is_back else after is not None
    has_later = is_back or has_more
    return Statement(
        opening=opening,
        closing=closing,
        lines=lines,
        earlier=lines[0].cursor if lines and has_earlier else None,
        later=lines[-1].cursor if lines and has_later else None,
    )


def running(lines: Sequence[Line] | Iterator[Line], held: int) -> Iterator[Line]:
    """The lines, each with what the book holds after it."""
    for line in lines:
        held += line.delta
        yield replace(line, balance=held)


def _balances(book: Book, span: Span, cursor: Cursor | None) -> tuple[int, int, int]:
    """What the book held before the span, after it, and just before a line of it."""
    if span.order == Order.EFFECTIVE:
        return _balances_by_day(book, span, cursor)
    opening = held(book, span.start - MICROSECOND)
    before = opening if cursor is None else held(book, cursor.posted_at, before=cursor)
    return opening, held(book, span.end), before


HELD = """
SELECT coalesce(sum(ledger_balance_at(a.id, %(moment)s::timestamptz{place})), 0)::bigint
FROM unnest(%(accounts)s::bigint[]) AS a (id)
"""
PLACE = ", %(c_operation)s::bigint, %(c_line)s::int"


def held(book: Book, moment: datetime.datetime, *, before: Cursor | None = None) -> int:
    """What the book held after all that was posted up to a moment, or just before a line."""
    params = {"accounts": list(book.accounts), "moment": moment, **_at(before)}
    with connection.cursor() as cursor:
        cursor.execute(HELD.format(place=PLACE if before else ""), params)
        return int(cursor.fetchone()[0])


def _balances_by_day(book: Book, span: Span, cursor: Cursor | None) -> tuple[int, int, int]:
    """The same by effective date: one sum over what was known."""
    sides = SIDES.format(within="t.posted_at <= %(known_at)s", source_order="", target_order="")
    before = f"{EFFECTIVE_KEY} < {EFFECTIVE_AT}" if cursor else "o.effective_date < %(first)s"
    sums = ", ".join(
        f"coalesce(sum(l.delta) FILTER (WHERE {condition}), 0)::bigint"
        for condition in (
            "o.effective_date < %(first)s",
            "o.effective_date <= %(last)s",
            before,
        )
    )
    sql = f"SELECT {sums} {BOOK} ({sides}) l JOIN ledger_operation o ON o.id = l.operation_id"
    with connection.cursor() as database:
        database.execute(sql, _params(book, span, inner=False, **_at(cursor)))
        opening, closing, held_before = database.fetchone()
    return opening, closing, held_before


def totals(book: Book, span: Span) -> list[Total]:
    """What each kind brought and took; inner movements do neither."""
    is_posted = span.order == Order.POSTED
    within = DURING if is_posted else "t.posted_at <= %(known_at)s"
    days = "true" if is_posted else "o.effective_date BETWEEN %(first)s AND %(last)s"
    sides = SIDES.format(within=within, source_order="", target_order="")
    sql = (
        "SELECT o.kind, count(*), coalesce(sum(l.delta) FILTER (WHERE l.delta > 0), 0)::bigint,"
        " coalesce(-sum(l.delta) FILTER (WHERE l.delta < 0), 0)::bigint"
        f" {BOOK} ({sides}) l JOIN ledger_operation o ON o.id = l.operation_id"
        f" WHERE {days} GROUP BY o.kind ORDER BY o.kind"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, _params(book, span, inner=False))
        return [Total(*row) for row in cursor.fetchall()]


VERSIONS = """
SELECT coalesce(sum(version), 0)::bigint FROM ledger_account WHERE id = ANY(%(accounts)s)
"""


def has_totals(book: Book) -> bool:
    """Whether the book is short enough for its totals to stand on every page."""
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS, {"accounts": list(book.accounts)})
        return bool(cursor.fetchone()[0] <= MOST_TOTALLED)


def every_line(
    book: Book, span: Span, *, has_inner: bool = True, limit: int | None = None
) -> Iterator[Line]:
    """All lines of the span, read through a cursor in the database: memory does not grow."""
    opening, _closing, _before = _balances(book, span, None)
    sql = _posted if span.order == Order.POSTED else _effective
    params = _params(book, span, inner=has_inner, limit=limit)
    rows = server_side("statement", sql(beyond="", way="ASC"), params)
    return running((Line(*row) for row in rows), opening)


def server_side(name: str, sql: str, params: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, fetched a few thousand at a time, all of one moment."""
    connection.ensure_connection()
    with transaction.atomic(), connection.connection.cursor(name=name) as cursor:
        cursor.itersize = FETCHED
        yield from cursor.execute(sql, params)


def kind_names() -> dict[str, OperationType]:
    """The kinds of operation by code, for showing their names."""
    return OperationType.objects.in_bulk()
