"""Acts on lots as people ask for them: checked, shown beforehand, decided by a second person where
the kind of operation demands one or a holder asks, then done once with the request as document."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from djmoney.money import Money

from ledger.lot_bonds import bonds_of
from ledger.lot_orders import LotOrder, order_of
from ledger.lot_rules import PURPOSE_OF_ACT
from ledger.models import LedgerRequest, Lot
from ledger.models.requests import LotAct, RequestKind
from ledger.queries.lot_acts import kind_of, needs_second, not_yours_to_release, refusal_of
from ledger.queries.lot_preview import preview, refuse_short
from ledger.rules import DocumentRef
from parties.models import Membership
from parties.rules import Act

from .endings import retire_for_replacement
from .leases import give_back, lease_lot
from .lot_holds import hold_lot, release_lot
from .lot_news import tell_holder
from .lots import split_lot
from .merging import merge_lots
from .requests import DEEDS, SUBJECT, do, keep_request, known_request
from .reserve import take_back

FEN = 100


@transaction.atomic
def ask_for_lot(
    *,
    by: Membership,
    lot: Lot,
    order: LotOrder,
    reason: str,
    legal_basis: str,
    key: str,
    now: datetime.datetime,
) -> LedgerRequest:
    """Do an act on a lot, or ask a second person for it; the request says which, and is the
    document of what is booked.

    Refuses with the code of whatever stands against it: the role (L115), the lot's state (L206,
    L213 to L219), the figures (L203, L220 to L227, L305), an open request for the same (L601).
    The same key gives the same request, with another body it is refused (L102).
    """
    locked = Lot.objects.select_for_update(of=("self",)).get(pk=lot.pk)
    request = LedgerRequest(
        kind=RequestKind.LOT,
        region=locked.region,
        lot=locked,
        act=order.act,
        content=order.content(locked),
        reason=reason,
        legal_basis=legal_basis,
        key=key,
    )
    known = known_request(by=by, request=request, now=now)
    if known:
        return known
    check(by, locked, order, timezone.localdate(now))
    waits = needs_second(order.act, locked, by, timezone.localdate(now))
    checkers = checking_act(order)
    keep_request(by=by, request=request, now=now, act=checkers, needs_second=waits)
    return request if waits else do(by=by, request=request, now=now)


def check(by: Membership, lot: Lot, order: LotOrder, today: datetime.date) -> None:
    """Refuses what cannot be done today, before anybody is asked for it."""
    refusal = refusal_of(order.act, lot, by, today)
    if refusal is None and order.placing is not None:
        refusal = not_yours_to_release(order.placing, by)
    if refusal is not None:
        raise refusal
    for other in order.others:
        for bond in bonds_of(other):
            raise bond
    refuse_short(lot, preview(lot, order, today))


def checking_act(order: LotOrder) -> Act:
    """What the second person must be allowed: to start such an operation himself; where officers
    may, it is they."""
    act = LotAct(order.placing.act) if order.placing else order.act
    starters = [Act(one) for one in kind_of(act).starters]
    return Act.ADJUST_LEDGER if Act.ADJUST_LEDGER in starters else starters[0]


@dataclass(frozen=True)
class Doing:
    """What every deed needs: who starts it, the order, its lot and document."""

    by: Membership
    request: LedgerRequest
    order: LotOrder
    lot: Lot
    now: datetime.datetime

    @property
    def document(self) -> DocumentRef:
        """The request itself is what the booking stands on."""
        return DocumentRef(SUBJECT, self.request.pk)

    @property
    def key(self) -> str:
        """Once per request."""
        return f"request:{self.request.pk}"

    @property
    def today(self) -> datetime.date:
        """The day on which it is done."""
        return timezone.localdate(self.now)


def act_on_lot(by: Membership, request: LedgerRequest, now: datetime.datetime) -> None:
    """Do what a request asks of its lot. A bureau's asker starts the operation; what a holder
    asked for is started by whoever granted it."""
    assert request.lot, "kept by the constraint request_is_about_one_thing"
    starter = request.asked_by
    if starter.enterprise_id:
        assert request.approval, "a holder's request waits for its approval"
        assert request.approval.checker, "which somebody gave"
        starter = request.approval.checker
    order = order_of(request)
    LOT_DEEDS[LotAct(request.act)](Doing(starter, request, order, request.lot, now))
    tell_holder(request=request, order=order, now=now)


def _split(doing: Doing) -> None:
    split_lot(
        by=doing.by,
        lot=doing.lot,
        quantity_per_year=doing.order.quantity or 0,
        effective_date=doing.today,
        document=doing.document,
        key=doing.key,
        now=doing.now,
        approval_id=doing.request.approval_id,
    )


def _merge(doing: Doing) -> None:
    merge_lots(
        by=doing.by,
        lots=[doing.lot, *doing.order.others],
        effective_date=doing.today,
        document=doing.document,
        key=doing.key,
        now=doing.now,
        approval_id=doing.request.approval_id,
    )


def _lease(doing: Doing) -> None:
    order = doing.order
    assert order.to, "a lease has its lessee"
    assert order.first, "and its term"
    assert order.last, "and its term"
    price = None if order.price_fen is None else Money(order.price_fen, "CNY") / FEN
    lease_lot(
        by=doing.by,
        lot=doing.lot,
        to_enterprise=order.to,
        quantity_per_year=order.quantity or 0,
        valid_from=max(order.first, doing.today),
        valid_to=order.last,
        document=doing.document,
        key=doing.key,
        now=doing.now,
        price=price,
        approval_id=doing.request.approval_id,
    )


def _give_back(doing: Doing) -> None:
    give_back(
        by=doing.by,
        lot=doing.lot,
        now=doing.now,
        document=doing.document,
        approval_id=doing.request.approval_id,
    )


def _hold(doing: Doing) -> None:
    hold_lot(
        by=doing.by,
        lot=doing.lot,
        quantity_per_year=doing.order.quantity or 0,
        purpose=PURPOSE_OF_ACT[doing.order.act],
        until=doing.order.last,
        document=doing.document,
        key=doing.key,
        now=doing.now,
        approval_id=doing.request.approval_id,
    )


def _release(doing: Doing) -> None:
    assert doing.order.placing, "a release names what it releases"
    release_lot(
        by=doing.by,
        lot=doing.lot,
        placing=doing.order.placing,
        quantity_per_year=doing.order.quantity,
        now=doing.now,
        reason=doing.request.reason,
        approval_id=doing.request.approval_id,
    )


def _retire(doing: Doing) -> None:
    retire_for_replacement(
        by=doing.by,
        lot=doing.lot,
        effective_date=doing.today,
        document=doing.document,
        now=doing.now,
        approval_id=doing.request.approval_id,
    )


def _take_back(doing: Doing) -> None:
    take_back(
        by=doing.by,
        lot=doing.lot,
        quantity_per_year=doing.order.quantity or 0,
        effective_date=doing.today,
        document=doing.document,
        approval_id=doing.request.approval_id,
        key=doing.key,
        now=doing.now,
    )


LOT_DEEDS: dict[LotAct, Callable[[Doing], None]] = {
    LotAct.SPLIT: _split,
    LotAct.MERGE: _merge,
    LotAct.LEASE: _lease,
    LotAct.LEASE_END: _give_back,
    LotAct.PLEDGE: _hold,
    LotAct.FREEZE: _hold,
    LotAct.RELEASE: _release,
    LotAct.RETIRE: _retire,
    LotAct.TAKE_BACK: _take_back,
}
DEEDS[RequestKind.LOT] = act_on_lot
