"""Vouchers: loading a card from its enterprise's lots, and giving back."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max, QuerySet, prefetch_related_objects
from django.utils import timezone

from cardswipe.models import (
    Card,
    CardAccount,
    Voucher,
    VoucherLine,
)
from cardswipe.queries.loading import load_rule, periods_to_load
from cardswipe.queries.permitted import enterprise_limits
from cardswipe.refusals import (
    LotGivesNothing,
    MoreThanOnCard,
    NoPermitForPollutant,
    NotEnoughAvailable,
    NothingToLoad,
    OnlyUnpaidAvailable,
    PeriodIsOver,
    VoucherFormUsed,
)
from cardswipe.rules import CardAct, LoadLine, LoadMode, VoucherKind, check_card
from cardswipe.sentences import amount
from ledger.models import Lot, Pollutant, QuotaPeriod
from ledger.models.assets import PeriodState
from ledger.models.lots import PaidState
from ledger.queries import available_accounts
from ledger.rules import DocumentRef, Move, Posting
from ledger.services import asset_for, post
from ledger.shares import take_in_turn
from parties.models import Membership, Region
from parties.services import record, reserve_id

from . import announcing, levels
from .accounts import (
    add_loaded,
    balances_left_by,
    card_account,
    given_by_lots,
    lock_balances,
    lock_card,
)


@dataclass(frozen=True)
class Want:
    """One line of a voucher while it is prepared: the card's account and the quantity."""

    account: CardAccount
    quantity: int
    sources: list[tuple[int, Lot]] = field(default_factory=list)


@transaction.atomic
def load_card(
    *,
    by: Membership,
    card: Card,
    lines: Sequence[LoadLine],
    period: QuotaPeriod,
    key: str,
    now: datetime.datetime,
    mode: LoadMode = LoadMode.YEARLY,
    reason: str = "",
    lots: Collection[int] = (),
    is_preview: bool = False,
) -> Voucher:
    """Load a card from the enterprise's lots, earliest-expiring first, and write the voucher.
    `lots` are those the holder chooses; of a pollutant without a chosen one all serve (C237).

    Quantities in milligrams (water: litres). YEARLY loads into `period`; PERIOD loads the
    same quantity into it and every later period the lots reach. The same key with the same
    lines gives the same voucher; with others it is refused (C211). Refuses a lost (C201) or
    closed card (C202), a period that is over (C206), a pollutant without permit (C207),
    more than is available (C208) or paid (C209). A preview does and says all of this and
    then leaves nothing behind.
    """
    locked = lock_card(card)
    asked = _asked(lines)
    known = Voucher.objects.filter(card=locked, kind=VoucherKind.LOAD, key=key).first()
    if known is not None:
        return _same_voucher(known, asked)
    check_card(CardAct.LOAD, locked.state, locked.card_no)
    today = timezone.localdate(now)
    check_period(period, today)
    permit_no = _permit_no(locked, sorted(asked), today)
    lock_serials(locked)
    wants = [
        Want(card_account(locked, code, each), quantity)
        for code, quantity in asked.items()
        for each in periods_to_load(locked.enterprise, code, period, mode, today)
    ]
    _find_sources(locked, wants, lots)
    moves = _moves_from_lots(locked, wants, today)
    draft = Voucher(card=locked, kind=VoucherKind.LOAD, mode=mode, key=key, made_at=now)
    draft.reason, draft.permit_no = reason, permit_no
    voucher = _write(
        by=by,
        draft=draft,
        posting_kind="CARD_LOAD",
        moves=moves,
        changes={want.account: want.quantity for want in wants},
    )
    return _undone(voucher) if is_preview else voucher


def _undone(voucher: Voucher) -> Voucher:
    """The voucher with its lines read, while the transaction that made it is rolled back."""
    prefetch_related_objects([voucher], "lines__pollutant", "lines__period")
    transaction.set_rollback(True)
    return voucher


def _asked(lines: Sequence[LoadLine]) -> dict[str, int]:
    """Quantity by pollutant; refuses (C210) an empty voucher."""
    asked = {line.pollutant: line.quantity for line in lines if line.quantity > 0}
    if not asked:
        raise NothingToLoad
    return asked


def _same_voucher(voucher: Voucher, asked: Mapping[str, int]) -> Voucher:
    """The voucher this form already made, if it asked for the same."""
    made = {line.pollutant_id: abs(line.quantity) for line in voucher.lines.all()}
    if made != dict(asked):
        raise VoucherFormUsed(voucher=voucher.voucher_no)
    return voucher


def check_period(period: QuotaPeriod, today: datetime.date) -> None:
    """Refuse (C206) a quota period that is over or closed."""
    if period.state != PeriodState.OPEN or period.end_date < today:
        raise PeriodIsOver(period=period.label)


def _permit_no(card: Card, codes: Sequence[str], today: datetime.date) -> str:
    """The number of the permit that limits the pollutants; refuses (C207) one without."""
    permits = enterprise_limits(card.enterprise, today)
    for code in codes:
        if code not in permits:
            raise NoPermitForPollutant(pollutant=Pollutant.objects.get(pk=code))
    return permits[codes[0]]


def lock_serials(card: Card) -> None:
    """Keep other vouchers of the region waiting, before any account is locked."""
    Region.objects.select_for_update(no_key=True).get(pk=card.enterprise.region_id)


def _find_sources(card: Card, wants: Sequence[Want], chosen: Collection[int]) -> None:
    """The lots' accounts that each want may be filled from."""
    known = dict(Lot.objects.filter(pk__in=chosen).values_list("pk", "pollutant_id"))
    served = set()
    for want in wants:
        asset = asset_for(want.account.pollutant_id, want.account.period)
        own = {pk for pk, code in known.items() if code == want.account.pollutant_id}
        for account, lot in available_accounts(card.enterprise, asset):
            if not own or lot.pk in own:
                want.sources.append((account.pk, lot))
                served.add(lot.pk)
    if not set(chosen) <= served:
        raise LotGivesNothing


def _moves_from_lots(card: Card, wants: Sequence[Want], today: datetime.date) -> list[Move]:
    """The moves that fill every want from its lots, or the refusal of the first that lacks."""
    rule = load_rule(card.enterprise.region_id, today)
    accounts = {pk for want in wants for pk, _lot in want.sources}
    held = lock_balances(accounts | {want.account.account_id for want in wants})
    moves = []
    for want in wants:
        usable = [
            (pk, held[pk])
            for pk, lot in want.sources
            if not rule.must_be_paid or lot.paid_state == PaidState.PAID
        ]
        taken = take_in_turn(want.quantity, usable)
        if sum(part for _pk, part in taken) < want.quantity:
            everything = sum(held[pk] for pk, _lot in want.sources)
            _refuse(want, sum(part for _pk, part in usable), everything, rule.legal_basis)
        moves += [Move(pk, want.account.account_id, part) for pk, part in taken]
    return moves


def _refuse(want: Want, usable: int, everything: int, basis: str) -> None:
    code = want.account.pollutant_id
    figures = {
        "pollutant": want.account.pollutant,
        "period": want.account.period.label,
        "asked": amount(want.quantity, code),
        "available": amount(usable, code),
    }
    if everything >= want.quantity:
        raise OnlyUnpaidAvailable(**figures, unpaid=amount(everything - usable, code), basis=basis)
    raise NotEnoughAvailable(**figures)


@transaction.atomic
def unload_card(
    *,
    by: Membership,
    card: Card,
    lines: Sequence[LoadLine],
    period: QuotaPeriod,
    key: str,
    now: datetime.datetime,
    reason: str = "",
    is_preview: bool = False,
) -> Voucher:
    """Give a card's quantity back to the lots it came from, the last loaded first.

    Refuses more than the card holds (C212); the same key gives the same voucher. A preview
    leaves nothing behind.
    """
    locked = lock_card(card)
    asked = _asked(lines)
    known = Voucher.objects.filter(card=locked, kind=VoucherKind.UNLOAD, key=key).first()
    if known is not None:
        return _same_voucher(known, asked)
    check_card(CardAct.UNLOAD, locked.state, locked.card_no)
    check_period(period, timezone.localdate(now))
    wants = [Want(card_account(locked, code, period), qty) for code, qty in asked.items()]
    voucher = _unload(by=by, card=locked, wants=wants, key=key, now=now, reason=reason)
    return _undone(voucher) if is_preview else voucher


def unload_all(
    *, by: Membership, card: Card, now: datetime.datetime, reason: str = ""
) -> Voucher | None:
    """Give back all that a locked card holds in open periods; None when it holds nothing."""
    lock_serials(card)
    accounts = open_accounts(card)
    held = lock_balances(_account_ids(card, accounts))
    wants = [Want(a, held[a.account_id]) for a in accounts if held[a.account_id] > 0]
    if not wants:
        return None
    return _unload(by=by, card=card, wants=wants, key="cancel", now=now, reason=reason)


def open_accounts(card: Card) -> list[CardAccount]:
    own = card.accounts.filter(period__state=PeriodState.OPEN)
    return list(own.select_related("pollutant", "period").order_by("period_id", "pollutant_id"))


def _account_ids(card: Card, accounts: Sequence[CardAccount]) -> set[int]:
    """The accounts of the card and of the lots that loaded it: all that giving back locks."""
    lots = {pk for account in accounts for pk, _given in given_by_lots(card, account)}
    return lots | {account.account_id for account in accounts}


def _unload(
    *,
    by: Membership,
    card: Card,
    wants: Sequence[Want],
    key: str,
    now: datetime.datetime,
    reason: str,
) -> Voucher:
    lock_serials(card)
    held = lock_balances(_account_ids(card, [want.account for want in wants]))
    moves = []
    for want in wants:
        source = want.account.account_id
        taken = take_in_turn(want.quantity, given_by_lots(card, want.account))
        if held[source] < want.quantity or sum(part for _pk, part in taken) < want.quantity:
            code = want.account.pollutant_id
            held_now = amount(held[source], code)
            raise MoreThanOnCard(pollutant=want.account.pollutant, held=held_now)
        moves += [Move(source, pk, part) for pk, part in taken]
    return _write(
        by=by,
        draft=Voucher(card=card, kind=VoucherKind.UNLOAD, key=key, reason=reason, made_at=now),
        posting_kind="CARD_UNLOAD",
        moves=moves,
        changes={want.account: -want.quantity for want in wants},
    )


def _write(
    *,
    by: Membership,
    draft: Voucher,
    posting_kind: str,
    moves: Sequence[Move],
    changes: Mapping[CardAccount, int],
) -> Voucher:
    """Post the moves and record the voucher with what the journal says before and after."""
    draft.pk = reserve_id(Voucher)
    document = DocumentRef("voucher", draft.pk)
    key = f"{draft.card_id}:{draft.kind}:{draft.key}"
    operation_id = post_moves(by, posting_kind, key, moves, document, draft.made_at)
    voucher = number_and_record(by, draft, operation_id, changes)
    add_loaded({account.pk: change for account, change in changes.items()})
    levels.refresh(by=by, card_accounts=list(changes), now=draft.made_at)
    announcing.tell_enterprise(voucher.enterprise)
    return voucher


def post_moves(
    by: Membership,
    kind: str,
    key: str,
    moves: Sequence[Move],
    document: DocumentRef,
    now: datetime.datetime,
) -> int:
    posting = Posting(
        kind=kind,
        key=key,
        moves=tuple(moves),
        effective_date=timezone.localdate(now),
        document=document,
    )
    return post(by=by, postings=[posting], now=now)[0].operation_id


def number_and_record(
    by: Membership, voucher: Voucher, operation_id: int, changes: Mapping[CardAccount, int]
) -> Voucher:
    """Number and save the voucher with its lines; the region's lock keeps serials in a row."""
    voucher.enterprise = voucher.card.enterprise
    voucher.region_id = voucher.enterprise.region_id
    voucher.serial = _after(Voucher.objects.filter(region_id=voucher.region_id), "serial")
    voucher.card_serial = _after(Voucher.objects.filter(card=voucher.card), "card_serial")
    voucher.operation_id, voucher.made_by = operation_id, by
    record(voucher, by=by, reason=voucher.get_kind_display())
    after = balances_left_by(operation_id, [account.account_id for account in changes])
    VoucherLine.objects.bulk_create(
        VoucherLine(
            voucher=voucher,
            pollutant_id=account.pollutant_id,
            period_id=account.period_id,
            before=after[account.account_id] - change,
            quantity=change,
            after=after[account.account_id],
        )
        for account, change in changes.items()
    )
    return voucher


def _after(vouchers: "QuerySet[Voucher]", name: str) -> int:
    last = vouchers.aggregate(last=Max(name))["last"]
    return (last or 0) + 1
