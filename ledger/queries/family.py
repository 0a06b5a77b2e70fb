"""The tree of a lot: what it was split, leased or merged from, and what became of it."""

from dataclasses import dataclass

from django.db import connection

from ledger.models import Lot

MOST = 200
DEEPEST = 50

# Up: the lot it was cut from, the lots merged into it. Down: what was cut from it, and the lot it
# was merged into. Each step names its path, so that the rows come in the order of the tree.
FAMILY = """
WITH RECURSIVE up (id, depth, path) AS (
    SELECT l.id, 0, ARRAY[]::bigint[] FROM ledger_lot l WHERE l.id = %(lot)s
  UNION ALL
    SELECT p.id, u.depth - 1, u.path || p.id
    FROM up u JOIN ledger_lot own ON own.id = u.id
    JOIN ledger_lot p ON p.id = own.parent_id OR p.merged_into_id = own.id
    WHERE u.depth > -%(deepest)s AND NOT p.id = ANY (u.path)
), down (id, depth, path) AS (
    SELECT l.id, 0, ARRAY[l.id] FROM ledger_lot l WHERE l.id = %(lot)s
  UNION ALL
    SELECT c.id, d.depth + 1, d.path || c.id
    FROM down d JOIN ledger_lot own ON own.id = d.id
    JOIN ledger_lot c ON c.parent_id = own.id OR c.id = own.merged_into_id
    WHERE d.depth < %(deepest)s AND NOT c.id = ANY (d.path)
)
(SELECT DISTINCT ON (depth, id) id, depth FROM up WHERE depth < 0 ORDER BY depth, id LIMIT %(most)s)
UNION ALL
(SELECT id, depth FROM (SELECT id, depth, path FROM down ORDER BY path LIMIT %(most)s) d)
"""


@dataclass(frozen=True)
class Relative:
    """A lot of the tree: how many generations below (or, below zero, above) the one looked at."""

    lot: Lot
    depth: int


def family_of(lot: Lot) -> list[Relative]:
    """The lot's ancestors, itself and its descendants, in the order of the tree; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(FAMILY, {"lot": lot.pk, "deepest": DEEPEST, "most": MOST})
        rows = cursor.fetchall()
    lots = Lot.objects.select_related("enterprise", "pollutant").in_bulk({row[0] for row in rows})
    return [Relative(lots[pk], depth) for pk, depth in rows]
