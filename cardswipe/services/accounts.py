"""The ledger accounts of cards: opening, locking, reading what a posting left."""

from collections.abc import Iterable, Mapping

from django.db import connection

from cardswipe.models import Card, CardAccount
from ledger.models import Account, QuotaPeriod
from ledger.queries.provenance import traced
from ledger.rules import DocumentRef, Purpose
from ledger.services import account_for, asset_for


def lock_card(card: Card) -> Card:
    """The card's row, locked against bookings and other changes until the end."""
    locked: Card = Card.objects.select_for_update(no_key=True, of=("self",)).get(pk=card.pk)
    return locked


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
    """(AVAILABLE account, what of its lot still lies on the card), the last loaded first.

    What is discharged first was loaded first (`ledger.layers`), so what can be given back is
    what lies on top; a correction's quantity, of which no lot is known, goes to the last one.
    Reads the loads only, so it does not grow with discharge.
    """
    asset_id = account.account.asset_id
    trace = traced([card.enterprise_id], [asset_id])
    stack = trace.stacks.get(account.account_id)
    if stack is None:
        return []
    left: dict[int, int] = {}
    unknown = 0
    for _low, _high, piece in reversed(list(stack.between(stack.used, stack.top))):
        if piece.lot is None:
            unknown += piece.amount
        else:
            left[piece.lot] = left.get(piece.lot, 0) + piece.amount
    lots = Account.objects.filter(
        purpose=Purpose.AVAILABLE, asset_id=asset_id, reference_type="lot", reference_id__in=left
    )
    accounts = dict(lots.values_list("reference_id", "pk"))
    given = [(accounts[lot], amount) for lot, amount in left.items() if lot in accounts]
    if given and unknown:
        given[0] = (given[0][0], given[0][1] + unknown)
    return given
