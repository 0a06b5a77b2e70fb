"""The life of a card: issue, bind, lose, find, replace, cancel."""

import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as said

from cardswipe.models import Card, CardBinding, Controller
from cardswipe.refusals import (
    BindingMissing,
    ChipInUse,
    ControllerHasCard,
    ControllerOfAnother,
    EnterpriseIsClosed,
    LossBeforeIssue,
)
from cardswipe.rules import CardAct, CardState, check_card
from parties.models import Enterprise, Membership, Region
from parties.models.enterprises import EnterpriseState
from parties.services import record

from . import card_moves, vouchers
from .accounts import lock_card

SERIAL_DIGITS = 6


@transaction.atomic
def issue_card(
    *,
    by: Membership,
    enterprise: Enterprise,
    physical_no: str,
    now: datetime.datetime,
    contact: str = "",
    replaces: Card | None = None,
) -> Card:
    """Issue a card to an enterprise; its number is the region's code and a running serial.

    Refuses a chip that already belongs to a card (C203) and a closed enterprise (C214).
    """
    if enterprise.state != EnterpriseState.OPEN:
        raise EnterpriseIsClosed
    card = Card(
        card_no=_next_card_no(enterprise.region_id),
        physical_no=physical_no,
        enterprise=enterprise,
        contact=contact,
        issued_at=now,
        replaces=replaces,
    )
    try:
        with transaction.atomic():
            return record(card, by=by, reason=said("issue card"))
    except IntegrityError as error:
        if "physical_no" not in str(error):
            raise
        raise ChipInUse(physical_no=physical_no) from error


def _next_card_no(region_id: str) -> str:
    """The next number of the region; the region's row keeps two issues from taking the same."""
    Region.objects.select_for_update(no_key=True).get(pk=region_id)
    own = Card.objects.filter(card_no__startswith=region_id)
    last = own.aggregate(last=Max("card_no"))["last"]
    serial = int(last[len(region_id) :]) + 1 if last else 1
    return f"{region_id}{serial:0{SERIAL_DIGITS}d}"


@transaction.atomic
def bind_card(
    *, by: Membership, card: Card, controller: Controller, now: datetime.datetime
) -> CardBinding:
    """From now on the controller debits this card; binding it again changes nothing.

    Refuses a controller of another enterprise (C204) or one that debits another card (C205).
    """
    locked = lock_card(card)
    check_card(CardAct.BIND, locked.state, locked.card_no)
    if controller.outlet.site.enterprise_id != locked.enterprise_id:
        raise ControllerOfAnother(mn=controller.mn)
    present = (
        CardBinding.objects.at(now)
        .filter(controller=controller)
        .select_related("card", "controller")
        .first()
    )
    if present is not None and present.card_id == locked.pk:
        return present
    if present is not None:
        raise ControllerHasCard(mn=controller.mn, card=present.card.card_no)
    binding = CardBinding(card=locked, controller=controller, valid_from=now)
    try:
        with transaction.atomic():
            record(binding, by=by, reason=said("bind card"))
    except IntegrityError as error:
        raise ControllerHasCard(mn=controller.mn, card="") from error
    _set_state(locked, CardState.ACTIVE, by=by, reason=said("bind card"))
    return binding


def _set_state(card: Card, state: CardState, *, by: Membership, reason: str) -> Card:
    card.state = state
    return record(card, by=by, reason=reason)


@transaction.atomic
def unbind_card(
    *, by: Membership, card: Card, controller: Controller, now: datetime.datetime
) -> Card:
    """From now on the controller no longer debits this card; refuses one not bound (C213)."""
    locked = lock_card(card)
    check_card(CardAct.UNBIND, locked.state, locked.card_no)
    if not _end_bindings(locked, by=by, now=now, controller=controller):
        raise BindingMissing(mn=controller.mn)
    if locked.state == CardState.ACTIVE and not locked.bindings.at(now).exists():
        _set_state(locked, CardState.ISSUED, by=by, reason=said("unbind card"))
    return locked


def _end_bindings(
    card: Card,
    *,
    by: Membership,
    now: datetime.datetime,
    controller: Controller | None = None,
) -> list[CardBinding]:
    """End the card's bindings (to one controller or all) and return them."""
    ended = card.bindings.filter(valid_to__isnull=True).select_related("controller")
    if controller is not None:
        ended = ended.filter(controller=controller)
    bindings = list(ended)
    for binding in bindings:
        # A binding made and ended within one moment still held for that moment.
        binding.valid_to = max(now, binding.valid_from + datetime.timedelta(microseconds=1))
        record(binding, by=by, reason=said("unbind card"))
    return bindings


@transaction.atomic
def report_lost(
    *,
    by: Membership,
    card: Card,
    now: datetime.datetime,
    lost_at: datetime.datetime | None = None,
    reason: str = "",
) -> Card:
    """Block the card at once, from the moment it was lost; its balance stays where it is.

    What is swiped with it after that moment counts as overrun. Refuses a time before the
    issue or after now (C216).
    """
    locked = lock_card(card)
    check_card(CardAct.LOSE, locked.state, locked.card_no)
    moment = lost_at or now
    if not locked.issued_at <= moment <= now:
        raise LossBeforeIssue
    locked.lost_at = moment
    return _set_state(locked, CardState.LOST, by=by, reason=reason or said("card lost"))


@transaction.atomic
def report_found(*, by: Membership, card: Card, now: datetime.datetime, reason: str = "") -> Card:
    """Unblock a lost card that turned up again."""
    locked = lock_card(card)
    check_card(CardAct.FIND, locked.state, locked.card_no)
    locked.lost_at = None
    state = CardState.ACTIVE if locked.bindings.at(now).exists() else CardState.ISSUED
    return _set_state(locked, state, by=by, reason=reason or said("card found"))


@transaction.atomic
def replace_card(
    *,
    by: Membership,
    card: Card,
    physical_no: str,
    now: datetime.datetime,
    reason: str = "",
) -> Card:
    """Issue a new card that takes over the old one's controllers and, by a posting, its balance.

    The old card keeps its history and vouchers. Late events of before the replacement debit
    the new card.
    """
    old = lock_card(card)
    check_card(CardAct.REPLACE, old.state, old.card_no)
    new = issue_card(
        by=by,
        enterprise=old.enterprise,
        physical_no=physical_no,
        now=now,
        contact=old.contact,
        replaces=old,
    )
    bindings = _end_bindings(old, by=by, now=now)
    _close(old, CardState.REPLACED, by=by, now=now, reason=reason or said("replace card"))
    for binding in bindings:
        taken_over = CardBinding(
            card=new, controller=binding.controller, valid_from=binding.valid_to
        )
        record(taken_over, by=by, reason=said("replace card"))
    if bindings:
        _set_state(new, CardState.ACTIVE, by=by, reason=said("replace card"))
    card_moves.move_balance(by=by, old=old, new=new, now=now)
    return new


def _close(
    card: Card, state: CardState, *, by: Membership, now: datetime.datetime, reason: str
) -> None:
    card.closed_at = now
    _set_state(card, state, by=by, reason=reason)


@transaction.atomic
def cancel_card(*, by: Membership, card: Card, now: datetime.datetime, reason: str = "") -> Card:
    """End the card: its balance returns to the lots it came from, its controllers are free."""
    locked = lock_card(card)
    check_card(CardAct.CANCEL, locked.state, locked.card_no)
    vouchers.unload_all(by=by, card=locked, now=now, reason=reason)
    _end_bindings(locked, by=by, now=now)
    _close(locked, CardState.CANCELLED, by=by, now=now, reason=reason or said("cancel card"))
    return locked
