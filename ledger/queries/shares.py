"""A lot's share of each quota period: what came into it and where it went."""

from dataclasses import dataclass

from django.db import connection

from ledger.models import Asset, Lot


@dataclass(frozen=True)
class Share:
    """The lot's account of one period, net of what came back."""

    account_id: int
    asset: Asset
    came: int
    to_cards: int
    to_lots: int
    frozen: int
    lapsed: int
    elsewhere: int
    left: int


# Net by the purpose on the other side; what the other side gave first counts as "came".
SHARES = """
SELECT a.id, a.asset_id,
       coalesce(sum(l.delta) FILTER (WHERE l.way = 'came'), 0)::bigint,
       coalesce(-sum(l.delta) FILTER (WHERE l.way = 'card'), 0)::bigint,
       coalesce(-sum(l.delta) FILTER (WHERE l.way = 'lot'), 0)::bigint,
       coalesce(-sum(l.delta) FILTER (WHERE l.way = 'frozen'), 0)::bigint,
       coalesce(-sum(l.delta) FILTER (WHERE l.way = 'lapsed'), 0)::bigint,
       coalesce(-sum(l.delta) FILTER (WHERE l.way = 'else'), 0)::bigint,
       a.balance
FROM ledger_account a
LEFT JOIN LATERAL (
    SELECT g.delta,
           CASE WHEN o.purpose = 'CARD' THEN 'card'
                WHEN o.purpose = 'FROZEN' THEN 'frozen'
                WHEN o.purpose = 'LAPSED' THEN 'lapsed'
                WHEN g.delta > 0 THEN 'came'
                WHEN o.purpose IN ('AVAILABLE', 'RESERVE') THEN 'lot'
                ELSE 'else' END AS way
    FROM ledger_leg g JOIN ledger_account o ON o.id = g.other_id
    WHERE g.account_id = a.id
) l ON true
WHERE a.reference_type = 'lot' AND a.reference_id = %s
GROUP BY a.id ORDER BY a.asset_id
"""


def shares_of(lot: Lot) -> list[Share]:
    """came = to cards + to other lots + frozen + lapsed + elsewhere + left, for each period."""
    with connection.cursor() as cursor:
        cursor.execute(SHARES, [lot.pk])
        rows = cursor.fetchall()
    assets = Asset.objects.select_related("pollutant", "period").in_bulk({row[1] for row in rows})
    found = [Share(row[0], assets[row[1]], *row[2:]) for row in rows]

    def begin(share: Share) -> str:
        return str(share.asset.period and share.asset.period.start_date)

    return sorted(found, key=begin)
