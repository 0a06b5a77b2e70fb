"""Moving quantity from card to card: a replacement takes all over, a reallocation a part."""

import datetime

from cardswipe.models import Card, CardAccount, Reallocation, Voucher, WarningLevel
from cardswipe.refusals import MoreThanOnCard
from cardswipe.rules import VoucherKind
from cardswipe.sentences import amount
from ledger.models import Pollutant, QuotaPeriod
from ledger.rules import DocumentRef, Move
from parties.models import Membership

from . import levels
from .accounts import add_loaded, card_account, lock_balances
from .vouchers import lock_serials, number_and_record, open_accounts, post_moves


def move_balance(
    *, by: Membership, old: Card, new: Card, now: datetime.datetime
) -> tuple[Voucher, Voucher] | None:
    """Hand all that the old card holds over to the new one: one posting, a voucher on each.

    What was loaded counts on, so the warning steps go on where they were. None when the
    old card holds nothing.
    """
    lock_serials(old)
    pairs = [
        (account, card_account(new, account.pollutant_id, account.period))
        for account in open_accounts(old)
    ]
    held = lock_balances({a.account_id for pair in pairs for a in pair})
    for source, target in pairs:
        CardAccount.objects.filter(pk=target.pk).update(loaded=source.loaded)
    WarningLevel.objects.filter(card=old).update(card=new)
    full = [(source, target, held[source.account_id]) for source, target in pairs]
    full = [(source, target, rest) for source, target, rest in full if rest > 0]
    if not full:
        return None
    moves = [Move(source.account_id, target.account_id, rest) for source, target, rest in full]
    operation_id = post_moves(
        by, "CARD_MOVE", f"card:{new.pk}", moves, DocumentRef("card", new.pk), now
    )
    out_draft = Voucher(card=old, kind=VoucherKind.MOVE_OUT, key="replace", made_at=now)
    in_draft = Voucher(card=new, kind=VoucherKind.MOVE_IN, key="replace", made_at=now)
    given = number_and_record(
        by, out_draft, operation_id, {source: -rest for source, _t, rest in full}
    )
    taken = number_and_record(
        by, in_draft, operation_id, {target: rest for _s, target, rest in full}
    )
    return given, taken


def check_held(card: Card, pollutant: Pollutant, period: QuotaPeriod, quantity: int) -> None:
    """Refuse (C212) more than the card holds of the pollutant in the period."""
    found = card.accounts.filter(pollutant=pollutant, period=period).select_related("account")
    held = sum(account.account.balance for account in found)
    if quantity > held:
        raise MoreThanOnCard(pollutant=pollutant, held=amount(held, pollutant.code))


def move_part(
    *, by: Membership, asked: Reallocation, now: datetime.datetime
) -> tuple[Voucher, Voucher]:
    """Move a granted quantity from one locked card to another: one posting, two vouchers."""
    lock_serials(asked.cards[0])
    source, target = (card_account(one, asked.pollutant_id, asked.period) for one in asked.cards)
    lock_balances([source.account_id, target.account_id])
    key, amount_moved = f"reallocation:{asked.pk}", asked.quantity
    moves = [Move(source.account_id, target.account_id, amount_moved)]
    document = DocumentRef("card", asked.cards[1].pk)
    operation_id = post_moves(by, "CARD_MOVE", key, moves, document, now)
    drafts = (
        (Voucher(card=asked.cards[0], kind=VoucherKind.MOVE_OUT), source, -amount_moved),
        (Voucher(card=asked.cards[1], kind=VoucherKind.MOVE_IN), target, amount_moved),
    )
    made = []
    for draft, account, change in drafts:
        draft.key, draft.made_at, draft.reason = key, now, str(asked)
        made.append(number_and_record(by, draft, operation_id, {account: change}))
    add_loaded({source.pk: -amount_moved, target.pk: amount_moved})
    levels.refresh(by=by, card_accounts=[source, target], now=now)
    return made[0], made[1]
