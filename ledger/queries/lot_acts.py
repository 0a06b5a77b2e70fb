"""What may be done with a lot, by whom, and why not: asked by its page and again by the service."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import models

from ledger.lot_bonds import bonds_of
from ledger.lot_refusals import (
    LeasedIsNotGiven,
    LotTermOver,
    NothingHeld,
    NothingToMerge,
    NothingToRetire,
    NotYoursToRelease,
    ReserveIsSold,
    RetiredAlready,
)
from ledger.lot_rules import HOLDERS_ACTS, KIND_OF_ACT
from ledger.models import Hold, LedgerRequest, Lot, Operation, OperationRule, OperationType
from ledger.models.lots import LotSource
from ledger.models.requests import LotAct, RequestKind, RequestState
from ledger.refusals import LotHasEnded, LotsDoNotMatch, NotALease, NotYourKind
from ledger.shares import PERMILLE
from parties.models import Membership
from parties.rules import Act
from shell.refusals import Refusal

from .lot_states import in_state, mergeable_with
from .ratios import replacement_ratio

DOCUMENT = "ledger_request"


@dataclass(frozen=True)
class Choice:
    """An act that this person may start, or why it cannot be done; `needs_second`: it can, and
    another decides."""

    act: LotAct
    refusal: Refusal | None
    needs_second: bool


def choices(lot: Lot, actor: Membership, day: datetime.date) -> list[Choice]:
    """Every act on the lot: those that can be done first, then the others with the reason."""
    kinds = OperationType.objects.in_bulk(KIND_OF_ACT.values())
    found = []
    for act in LotAct:
        refusal = refused_to(act, kinds[KIND_OF_ACT[act]], lot, actor) or hindrance(act, lot, day)
        second = refusal is None and needs_second(act, lot, actor, day)
        found.append(Choice(act, refusal, second))
    return sorted(found, key=lambda choice: choice.refusal is not None)


def refusal_of(act: LotAct, lot: Lot, actor: Membership, day: datetime.date) -> Refusal | None:
    """Why this person cannot do it today, if so: the role first, then the lot's state."""
    return refused_to(act, kind_of(act), lot, actor) or hindrance(act, lot, day)


def kind_of(act: LotAct) -> OperationType:
    """The kind of operation that the act is."""
    return OperationType.objects.get(pk=KIND_OF_ACT[act])


def refused_to(act: LotAct, kind: OperationType, lot: Lot, actor: Membership) -> Refusal | None:
    """L115 when neither the kind of operation lets this role start it, nor is it a holder's."""
    is_bureau = not actor.enterprise_id
    if is_bureau and any(actor.may(Act(one)) for one in kind.starters):
        return None
    is_own = not is_bureau and lot.enterprise_id == actor.enterprise_id
    if is_own and act in HOLDERS_ACTS and actor.may(Act.ASK_LOTS):
        return None
    return NotYourKind(kind=kind)


def needs_second(act: LotAct, lot: Lot, actor: Membership, day: datetime.date) -> bool:
    """Whether another person decides: the bureau on what a holder asks for, and whoever the
    kind's rule in force demands."""
    rule = OperationRule.objects.of_region(KIND_OF_ACT[act], lot.region, day)
    is_by_rule = rule is not None and (rule.needs_approval or rule.cool_off_workdays > 0)
    return bool(actor.enterprise_id) or is_by_rule


def hindrance(act: LotAct, lot: Lot, day: datetime.date) -> Refusal | None:
    """Why the lot itself does not let it be done on the day, if so."""
    if act == LotAct.RELEASE:
        return None if holds_of(lot).exists() else NothingHeld(lot=lot.lot_no)
    return next(HINDRANCES[act](lot, day), None)


def not_in_force(lot: Lot, day: datetime.date) -> Iterator[Refusal]:
    """Ended, given away or over."""
    if lot.has_ended or not lot.quantity_per_year:
        yield LotHasEnded(lot=lot.lot_no)
    if lot.valid_to < day:
        yield LotTermOver(lot=lot.lot_no, day=lot.valid_to)


def not_own_to_give(lot: Lot, day: datetime.date) -> Iterator[Refusal]:
    """Neither the reserve's nor a lessee's."""
    yield from not_in_force(lot, day)
    yield from not_with_holder(lot)
    if lot.source == LotSource.LEASE:
        yield LeasedIsNotGiven(lot=lot.lot_no)


def not_with_holder(lot: Lot) -> Iterator[Refusal]:
    """The reserve's own."""
    if lot.enterprise_id is None:
        yield ReserveIsSold(lot=lot.lot_no)


def not_split(lot: Lot, day: datetime.date) -> Iterator[Refusal]:
    """A lease goes back as one; what is being sold stays as it is offered."""
    yield from not_in_force(lot, day)
    yield from bonds_of(lot)
    if lot.source == LotSource.LEASE:
        yield LeasedIsNotGiven(lot=lot.lot_no)


def not_merged(lot: Lot, day: datetime.date) -> Iterator[Refusal]:
    """Not free itself, or alone of its kind."""
    yield from not_in_force(lot, day)
    yield from bonds_of(lot)
    if lot.valid_from > day or not in_state(Lot.objects.filter(pk=lot.pk), "free").exists():
        yield LotsDoNotMatch()
    if not mergeable_with(lot, day).exists():
        yield NothingToMerge(lot=lot.lot_no)


def not_given_back(lot: Lot, day: datetime.date) -> Iterator[Refusal]:
    """No lease, or over."""
    if lot.source != LotSource.LEASE:
        yield NotALease(lot=lot.lot_no)
    if lot.ended_on:
        yield LotHasEnded(lot=lot.lot_no)


def not_frozen(lot: Lot, day: datetime.date) -> Iterator[Refusal]:
    """A court freezes what a holder has, leased or not."""
    yield from not_in_force(lot, day)
    yield from not_with_holder(lot)


def not_retired(lot: Lot, day: datetime.date) -> Iterator[Refusal]:
    """Done once, or no ratio above 1:1 in force."""
    if Operation.objects.filter(scope="RETIRE", key=f"lot:{lot.pk}").exists():
        yield RetiredAlready(lot=lot.lot_no)
    yield from not_split(lot, day)
    try:
        if replacement_ratio(lot, day) == PERMILLE:
            yield NothingToRetire(lot=lot.lot_no)
    except Refusal as refusal:
        yield refusal


HINDRANCES: dict[LotAct, Callable[[Lot, datetime.date], Iterator[Refusal]]] = {
    LotAct.SPLIT: not_split,
    LotAct.MERGE: not_merged,
    LotAct.LEASE: not_own_to_give,
    LotAct.LEASE_END: not_given_back,
    LotAct.PLEDGE: not_own_to_give,
    LotAct.FREEZE: not_frozen,
    LotAct.RETIRE: not_retired,
    LotAct.TAKE_BACK: not_own_to_give,
}


def holds_of(lot: Lot, placing: LedgerRequest | None = None) -> "models.QuerySet[Hold]":
    """What is pledged or frozen of the lot, all of it or by one request, period by period."""
    rows = Hold.objects.of_lots().filter(account__reference_id=lot.pk, document_type=DOCUMENT)
    if placing is not None:
        rows = rows.filter(document_id=placing.pk)
    return rows.select_related(
        "purpose", "account__asset__period", "account__asset__pollutant"
    ).order_by("account__asset__period__start_date", "pk")


def placings(lot: Lot) -> "models.QuerySet[LedgerRequest]":
    """The requests by which something of the lot is pledged or frozen now."""
    return LedgerRequest.objects.filter(
        pk__in=holds_of(lot).order_by().values("document_id")
    ).order_by("pk")


def still_held(placing: LedgerRequest) -> int:
    """What is left per year of a pledge or freeze, after what was released in parts."""
    assert placing.lot, "a pledge or freeze is of a lot"
    if not holds_of(placing.lot, placing).exists():
        return 0
    released = LedgerRequest.objects.filter(
        kind=RequestKind.LOT,
        act=LotAct.RELEASE,
        state=RequestState.DONE,
        lot_id=placing.lot_id,
        content__placing=placing.pk,
    ).values_list("content__quantity_per_year", flat=True)
    return int(placing.content["quantity_per_year"]) - sum(part or 0 for part in released)


def not_yours_to_release(placing: LedgerRequest, actor: Membership) -> Refusal | None:
    """L309 unless this person may place such a hold: the desk no court's, a holder none of his
    but pledges."""
    act = LotAct(placing.act)
    assert placing.lot, "a pledge or freeze is of a lot"
    refusal = refused_to(act, kind_of(act), placing.lot, actor)
    return NotYoursToRelease(purpose=placing.get_act_display()) if refusal else None
