"""Where a quantity came from and where it went: from a document to lots, from a lot to discharge.

A constant number of queries per page whatever the history: only the loads of the holder's cards
are read, and the discharges asked for; `ledger.layers` says which gram belongs to which load.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from ledger.layers import Piece, Shift, Trace, Window, follow
from ledger.models import Account, Lot
from ledger.models.accounts import PURPOSE_NAMES
from ledger.rules import DocumentRef, Purpose


@dataclass(frozen=True)
class Part:
    """So much of a transfer, and the lot and the load it came from, where it came from one."""

    operation_id: int
    kind: str
    posted_at: datetime.datetime
    asset_id: int
    amount: int
    source_purpose: str
    target_purpose: str
    lot: int | None
    load: int | None

    @property
    def is_overrun(self) -> bool:
        """Whether no right covered it."""
        return self.source_purpose == Purpose.OVERRUN


LEGS = """
SELECT t.operation_id, o.kind, t.line, t.posted_at, t.asset_id, t.amount,
       s.id, s.purpose, s.enterprise_id, s.reference_type, s.reference_id, t.source_balance,
       d.id, d.purpose, d.enterprise_id, d.reference_type, d.reference_id, t.target_balance
FROM ledger_operation o
JOIN ledger_transfer t ON t.operation_id = o.id AND t.posted_at = o.posted_at
JOIN ledger_account s ON s.id = t.source_id
JOIN ledger_account d ON d.id = t.target_id
WHERE o.document_type = %s AND o.document_id = %s
ORDER BY t.operation_id, t.line
"""


@dataclass(frozen=True)
class Side:
    """One side of a transfer."""

    account: int
    purpose: str
    enterprise: int | None
    reference_type: str
    reference: int | None
    balance: int

    @property
    def is_card(self) -> bool:
        """Whether it lies on a card, where layers are told apart."""
        return self.purpose == Purpose.CARD

    @property
    def lot(self) -> int | None:
        """The lot whose own account it is."""
        return self.reference if self.reference_type == "lot" else None


@dataclass(frozen=True)
class Leg:
    """A transfer with both of its sides."""

    operation_id: int
    kind: str
    line: int
    posted_at: datetime.datetime
    asset_id: int
    amount: int
    source: Side
    target: Side

    @property
    def shift(self) -> Shift:
        """The same as the layers of cards see it."""
        outer = self.target if self.source.is_card else self.source
        return Shift(
            self.operation_id,
            self.line,
            self.posted_at,
            self.amount,
            self.source.account if self.source.is_card else None,
            self.source.balance,
            self.target.account if self.target.is_card else None,
            self.target.balance,
            outer.purpose,
            outer.lot,
        )


def legs_of(document: DocumentRef) -> list[Leg]:
    """Every transfer of every operation behind a document."""
    with connection.cursor() as cursor:
        cursor.execute(LEGS, [document.type, document.id])
        return [Leg(*(*row[:6], Side(*row[6:12]), Side(*row[12:]))) for row in cursor.fetchall()]


def parts_of(document: DocumentRef) -> list[Part]:
    """What the document moved, to the gram: from which lot, brought by which load.

    The parts of a transfer sum to its amount; the sum over a document is its debit.
    """
    legs = legs_of(document)
    on_cards = [leg for leg in legs if leg.source.is_card or leg.target.is_card]
    holders = {s.enterprise for leg in on_cards for s in (leg.source, leg.target) if s.is_card}
    trace = traced(holders, {leg.asset_id for leg in on_cards}, [leg.shift for leg in on_cards])
    return [part for leg in legs for part in _parts(leg, trace)]


def _parts(leg: Leg, trace: Trace) -> list[Part]:
    own = [Piece(leg.source.lot or leg.target.lot, None, leg.amount)]
    pieces = trace.parts.get((leg.operation_id, leg.line), own)
    return [
        Part(
            leg.operation_id,
            leg.kind,
            leg.posted_at,
            leg.asset_id,
            piece.amount,
            leg.source.purpose,
            leg.target.purpose,
            piece.lot,
            piece.load,
        )
        for piece in pieces
    ]


# What came onto the cards, and what left them otherwise than by discharge. The second half is
# read from where it went, because from the card's side the discharges would be read too.
SHIFTS = """
WITH cards AS MATERIALIZED (
    SELECT id FROM ledger_account
    WHERE purpose = 'CARD' AND enterprise_id = ANY(%(holders)s) AND asset_id = ANY(%(assets)s)
)
SELECT t.operation_id, t.line, t.posted_at, t.amount,
       CASE WHEN s.purpose = 'CARD' THEN s.id END, t.source_balance, t.target_id,
       t.target_balance, s.purpose, CASE WHEN s.reference_type = 'lot' THEN s.reference_id END
FROM cards c
JOIN ledger_transfer t ON t.target_id = c.id
JOIN ledger_account s ON s.id = t.source_id
UNION ALL
SELECT t.operation_id, t.line, t.posted_at, t.amount, t.source_id, t.source_balance,
       NULL, t.target_balance, d.purpose,
       CASE WHEN d.reference_type = 'lot' THEN d.reference_id END
FROM ledger_account d
JOIN ledger_transfer t ON t.target_id = d.id
WHERE d.asset_id = ANY(%(assets)s) AND d.purpose NOT IN ('DISCHARGED', 'OVERRUN', 'CARD')
  AND (d.enterprise_id = ANY(%(holders)s) OR d.enterprise_id IS NULL)
  AND t.source_id IN (SELECT id FROM cards)
"""


def traced(
    holders: Iterable[int | None], assets: Iterable[int], more: Sequence[Shift] = ()
) -> Trace:
    """The layers of all cards of the holders in these assets, with some discharges told apart."""
    params = {"holders": [pk for pk in holders if pk is not None], "assets": list(assets)}
    if not params["holders"] or not params["assets"]:
        return Trace()
    with connection.cursor() as cursor:
        cursor.execute(SHIFTS, params)
        shifts = {shift.place: shift for shift in more}
        shifts |= {shift.place: shift for shift in map(Shift._make, cursor.fetchall())}
    cards = Account.objects.filter(
        purpose=Purpose.CARD,
        enterprise_id__in=params["holders"],
        asset_id__in=params["assets"],
    )
    in_order = (shifts[place] for place in sorted(shifts))
    return follow(in_order, dict(cards.values_list("pk", "balance")))


def purposes(part: Part) -> tuple[Any, Any]:
    """From where to where, in words."""
    return PURPOSE_NAMES[Purpose(part.source_purpose)], PURPOSE_NAMES[Purpose(part.target_purpose)]


@dataclass(frozen=True)
class Discharge:
    """What a discharge took of a lot; below zero where a correction put it back."""

    operation_id: int
    line: int
    posted_at: datetime.datetime
    asset_id: int
    amount: int
    kind: str
    effective_date: datetime.date
    document: DocumentRef


FAR = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
LAST = 2**62
DRAWS = """
SELECT t.operation_id, t.line, min(t.posted_at), min(t.asset_id), sum(t.part)::bigint,
       o.kind, o.effective_date, o.document_type, o.document_id
FROM unnest(%(account)s::bigint[], %(since_at)s::timestamptz[], %(since)s::bigint[],
            %(since_line)s::int[], %(until_at)s::timestamptz[], %(until)s::bigint[],
            %(until_line)s::int[], %(top)s::bigint[], %(low)s::bigint[], %(high)s::bigint[])
     AS w (account, since_at, since, since_line, until_at, until, until_line, top, low, high)
CROSS JOIN LATERAL (
    SELECT t.operation_id, t.line, t.posted_at, t.asset_id,
           least(w.top - t.source_balance, w.high)
           - greatest(w.top - t.source_balance - t.amount, w.low) AS part
    FROM ledger_transfer t
    WHERE t.source_id = w.account AND t.posted_at >= w.since_at AND t.posted_at <= w.until_at
      AND (t.operation_id, t.line) > (w.since, w.since_line)
      AND (t.operation_id, t.line) < (w.until, w.until_line)
      AND (t.operation_id, t.line) > (%(after)s, %(after_line)s)
      AND t.source_balance < w.top - w.low AND t.source_balance + t.amount > w.top - w.high
    ORDER BY t.posted_at, t.source_version LIMIT %(limit)s
) t JOIN ledger_operation o ON o.id = t.operation_id
GROUP BY t.operation_id, t.line, o.id ORDER BY t.operation_id, t.line LIMIT %(limit)s
"""


def discharges(
    trace: Trace,
    *,
    lot: int | None = None,
    loads: frozenset[int] = frozenset(),
    after: tuple[int, int] = (0, -1),
    limit: int | None = 50,
) -> list[Discharge]:
    """A page of all that was discharged from a lot, or from what some loads brought, in order."""

    def is_wanted(piece: Piece) -> bool:
        return piece.load in loads if lot is None else piece.lot == lot

    wanted = [window for window in trace.windows if is_wanted(window.piece)]
    found = _drawn(wanted, after, limit) + _returned(trace, is_wanted, after)
    found.sort(key=lambda one: (one.operation_id, one.line))
    return found[:limit]


def _drawn(windows: Sequence[Window], after: tuple[int, int], limit: int | None) -> list[Discharge]:
    if not windows:
        return []
    params: dict[str, Any] = {
        "account": [w.account for w in windows],
        "since_at": [w.since.posted_at for w in windows],
        "since": [w.since.operation_id for w in windows],
        "since_line": [w.since.line for w in windows],
        "until_at": [w.until.posted_at if w.until else FAR for w in windows],
        "until": [w.until.operation_id if w.until else LAST for w in windows],
        "until_line": [w.until.line if w.until else 0 for w in windows],
        "top": [w.top for w in windows],
        "low": [w.low for w in windows],
        "high": [w.high for w in windows],
        "after": after[0],
        "after_line": after[1],
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(DRAWS, params)
        return [Discharge(*(*row[:7], DocumentRef(*row[7:]))) for row in cursor.fetchall()]


RETURNS = """
SELECT t.operation_id, t.line, t.posted_at, t.asset_id, o.kind, o.effective_date,
       o.document_type, o.document_id
FROM unnest(%s::bigint[], %s::int[]) AS w (id, line)
JOIN ledger_operation o ON o.id = w.id
JOIN ledger_transfer t ON t.operation_id = o.id AND t.posted_at = o.posted_at AND t.line = w.line
"""


def _returned(
    trace: Trace, is_wanted: Callable[[Piece], bool], after: tuple[int, int]
) -> list[Discharge]:
    """What corrections put back on the cards."""
    amounts = {
        place: sum(piece.amount for piece in pieces if is_wanted(piece))
        for place, pieces in trace.parts.items()
        if trace.shifts[place].is_return and place > after
    }
    amounts = {place: amount for place, amount in amounts.items() if amount}
    if not amounts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(RETURNS, [[op for op, _ in amounts], [line for _, line in amounts]])
        return [
            Discharge(*(*row[:4], -amounts[row[:2]], *row[4:6], DocumentRef(*row[6:])))
            for row in cursor.fetchall()
        ]


@dataclass(frozen=True)
class Use:
    """What became of what a lot put on cards, in the smallest unit."""

    loaded: int = 0
    given_back: int = 0
    discharged: int = 0
    on_cards: int = 0


SIGNS = (
    ("loaded", "loaded", 1),
    ("given back", "given_back", 1),
    ("drawn", "discharged", 1),
    ("returned", "discharged", -1),
)


def uses(trace: Trace) -> dict[int, Use]:
    """Per lot: loaded = given back + discharged + still on cards."""
    sums: dict[int, dict[str, int]] = {}

    def add(piece: Piece, name: str, sign: int = 1) -> None:
        if piece.lot is not None:
            by_name = sums.setdefault(piece.lot, dict.fromkeys(Use.__annotations__, 0))
            by_name[name] += sign * piece.amount

    for window in trace.windows:
        add(window.piece, "discharged")
    for word, name, sign in SIGNS:
        for piece in trace.pieces(word):
            add(piece, name, sign)
    for piece in trace.left():
        add(piece, "on_cards")
    return {lot: Use(**by_name) for lot, by_name in sums.items()}


ANCESTORS = """
WITH RECURSIVE line AS (
    SELECT id, parent_id FROM ledger_lot WHERE id = ANY(%s)
    UNION
    SELECT l.id, l.parent_id FROM ledger_lot l JOIN line ON l.id = line.parent_id
)
SELECT id FROM line
"""
DESCENDANTS = """
WITH RECURSIVE line AS (
    SELECT id, 0 AS depth FROM ledger_lot WHERE id = %s
    UNION ALL
    SELECT l.id, line.depth + 1 FROM ledger_lot l JOIN line ON l.parent_id = line.id
)
SELECT id, depth FROM line WHERE depth > 0 ORDER BY depth, id LIMIT %s
"""


def with_ancestors(lots: Iterable[int]) -> dict[int, Lot]:
    """The lots and all that they were split from."""
    with connection.cursor() as cursor:
        cursor.execute(ANCESTORS, [list(lots)])
        ids = [row[0] for row in cursor.fetchall()]
    found = Lot.objects.filter(pk__in=ids).select_related("enterprise", "region", "pollutant")
    return {lot.pk: lot for lot in found}


def descendants(lot: Lot, *, limit: int = 200) -> dict[int, int]:
    """All parts of a lot and their parts, with how far down each is."""
    with connection.cursor() as cursor:
        cursor.execute(DESCENDANTS, [lot.pk, limit])
        return dict(cursor.fetchall())
