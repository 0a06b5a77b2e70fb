"""The ledger accounts of cards: opening, locking, reading what a posting left."""

from collections.abc import Iterable, Mapping

from django.db import connection, models

from cardswipe.models import Card, CardAccount
from ledger.models import Account, QuotaPeriod
from ledger.rules import DocumentRef, Purpose
from ledger.services import account_for, asset_for


def lock_card(card: Card) -> Card:
    """The card's row, locked against bookings and other changes until the end."""
    locked: Card = Card.objects.select_for_update(no_key=True, of=("self",)).get(pk=card.pk)
    return locked


def reserve_id(model: type[models.Model]) -> int:
    """The table's next id, taken ahead so that what comes first can already name the row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        return int(cursor.fetchone()[0])


def card_account(card: Card, pollutant: str, period: QuotaPeriod) -> CardAccount:
    """The card's account of the pollutant in the period; opened when it is missing."""
    found = CardAccount.objects.filter(card=card, pollutant_id=pollutant, period=period).first()
    if found is not None:
        return found
    account = account_for(
        purpose=Purpose.CARD,
        asset=asset_for(pollutant, period),
        region=card.enterprise.region,
        enterprise=card.enterprise,
        reference=DocumentRef("card", card.pk),
    )
    made, _is_new = CardAccount.objects.get_or_create(
        card=card, pollutant_id=pollutant, period=period, defaults={"account": account}
    )
    return made


def lock_balances(account_ids: Iterable[int]) -> dict[int, int]:
    """What the accounts hold, locked in id order (the posting's own order) until the end."""
    locked = Account.objects.filter(pk__in=set(account_ids)).order_by("pk")
    return dict(locked.select_for_update(no_key=True).values_list("pk", "balance"))


def balances_left_by(operation_id: int, account_ids: Iterable[int]) -> dict[int, int]:
    """What each account held just after the operation, as the journal itself says."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (account_id) account_id, balance FROM ledger_leg"
            " WHERE operation_id = %s AND account_id = ANY(%s)"
            " ORDER BY account_id, version DESC",
            [operation_id, list(account_ids)],
        )
        return dict(cursor.fetchall())


def add_loaded(amounts: Mapping[int, int]) -> None:
    """Count what vouchers put on (or took off) card accounts, by CardAccount id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cardswipe_cardaccount c SET loaded = loaded + n.amount"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS n (id, amount) WHERE c.id = n.id",
            [list(amounts.keys()), list(amounts.values())],
        )


def given_by_lots(card: Card, account: CardAccount) -> list[tuple[int, int]]:
    """(AVAILABLE account, what it gave to this card and its predecessors, net), last lot first.

    Reads the operations of the card's vouchers only, so it does not grow with discharge.
    """
    with connection.cursor() as cursor:
        cursor.execute(GIVEN_BY_LOTS, [card.pk, account.pollutant_id, account.period_id])
        return [(row[0], row[1]) for row in cursor.fetchall()]


GIVEN_BY_LOTS = """
WITH RECURSIVE line AS (
    SELECT id, replaces_id FROM cardswipe_card WHERE id = %s
    UNION ALL
    SELECT c.id, c.replaces_id FROM cardswipe_card c JOIN line ON c.id = line.replaces_id
)
SELECT leg.other_id, sum(leg.delta)::bigint AS given
FROM line
JOIN cardswipe_voucher v ON v.card_id = line.id AND v.kind IN ('LOAD', 'UNLOAD')
JOIN cardswipe_cardaccount ca
  ON ca.card_id = line.id AND ca.pollutant_id = %s AND ca.period_id = %s
JOIN ledger_leg leg ON leg.operation_id = v.operation_id AND leg.account_id = ca.account_id
JOIN ledger_account source ON source.id = leg.other_id
JOIN ledger_lot lot ON lot.id = source.reference_id
WHERE source.purpose = 'AVAILABLE' AND source.reference_type = 'lot'
GROUP BY leg.other_id, lot.valid_to, lot.id
HAVING sum(leg.delta) > 0
ORDER BY lot.valid_to DESC, lot.id DESC
"""
