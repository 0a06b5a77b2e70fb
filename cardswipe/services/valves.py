"""Valve orders: by rule or by two persons, from the request to the moved valve."""

import datetime
import json
from collections.abc import Collection
from typing import Protocol

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_noop as said

from cardswipe.models import CardBinding, Controller, ValveOrder
from cardswipe.models.devices import ValveState
from cardswipe.refusals import ValveHasOrder
from cardswipe.rules import (
    OPEN_ORDER_STATES,
    OrderCause,
    OrderState,
    ValveAction,
    check_order_move,
)
from parties.models import Approval, Membership
from parties.services import (
    decide_approval,
    record,
    request_approval,
    reserve_id,
    use_approval,
)

from . import announcing

ACT = "order_valve"
SUBJECT = "valve_order"
# The gateway listens here; the payload is the controller's id.
CHANNEL = "valve_orders"


class Scope(Protocol):
    """What a rule closes: the controllers of a card, or (without card) of an enterprise."""

    @property
    def enterprise_id(self) -> int: ...
    @property
    def card_id(self) -> int | None: ...


def close_by_rule(
    *, by: Membership, standing: Scope, alarm_id: int, now: datetime.datetime
) -> list[ValveOrder]:
    """Request that the valves in scope close, because a step with that effect is passed."""
    orders = []
    for controller in _controllers(standing, now):
        if controller.valve_state == "CLOSED":
            continue
        _withdraw(by, controller, ValveAction.OPEN, now)
        orders += _request(by, controller, ValveAction.CLOSE, alarm_id, now)
    return orders


def open_by_rule(
    *,
    by: Membership,
    standing: Scope,
    now: datetime.datetime,
    still_closed: Collection[int | None] = (),
) -> list[ValveOrder]:
    """Request that the valves open again which a rule, and nobody since, has closed.

    A valve that another step keeps closed stays so: that of a card in `still_closed`, or all
    of the enterprise's when None is among them.
    """
    if None in still_closed:
        return []
    orders = []
    for controller in _controllers(standing, now):
        if _is_bound_to(controller, still_closed, now):
            continue
        if _withdraw(by, controller, ValveAction.CLOSE, now):
            continue
        last = controller.valve_orders.exclude(state=OrderState.REFUSED).first()
        if last and last.cause == OrderCause.RULE and last.action == ValveAction.CLOSE:
            orders += _request(by, controller, ValveAction.OPEN, last.alarm_id, now)
    return orders


def _is_bound_to(
    controller: Controller, cards: Collection[int | None], now: datetime.datetime
) -> bool:
    bound = CardBinding.objects.at(now).filter(controller=controller)
    return bool(cards) and bound.filter(card_id__in=[pk for pk in cards if pk]).exists()


def _controllers(scope: Scope, now: datetime.datetime) -> list[Controller]:
    own = Controller.objects.order_by("pk")
    if scope.card_id is None:
        return list(own.filter(outlet__site__enterprise_id=scope.enterprise_id, state="IN_USE"))
    bound = CardBinding.objects.at(now).filter(card_id=scope.card_id)
    return list(own.filter(pk__in=bound.values("controller_id")))


def _withdraw(
    by: Membership, controller: Controller, action: ValveAction, now: datetime.datetime
) -> int:
    """End rule-made orders of the action that were never sent; returns how many."""
    unsent = controller.valve_orders.filter(
        state=OrderState.REQUESTED, cause=OrderCause.RULE, action=action
    )
    orders = list(unsent.select_for_update(of=("self",)))
    for order in orders:
        order.state, order.ended_at, order.outcome = OrderState.FAILED, now, "withdrawn"
        record(order, by=by, reason=said("withdraw valve order"))
    return len(orders)


def _request(
    by: Membership,
    controller: Controller,
    action: ValveAction,
    alarm_id: int | None,
    now: datetime.datetime,
) -> list[ValveOrder]:
    """A rule's order; nothing when the valve already has an open one."""
    # The constraint decides; asking first keeps the usual case out of PostgreSQL's error log.
    if controller.valve_orders.filter(state__in=OPEN_ORDER_STATES).exists():
        return []
    order = ValveOrder(
        controller=controller,
        action=action,
        cause=OrderCause.RULE,
        state=OrderState.REQUESTED,
        reason=said("warning step"),
        alarm_id=alarm_id,
        asked_by=by,
        asked_at=now,
        requested_at=now,
    )
    try:
        with transaction.atomic():
            record(order, by=by, reason=said("valve order by rule"))
    except IntegrityError:
        return []
    _tell_gateway(controller.pk)
    announcing.tell_controllers([controller.pk])
    return [order]


def _tell_gateway(controller_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(controller_id)])


def order_content(order: ValveOrder) -> bytes:
    """The exact bytes that the second person approves."""
    content = {"action": order.action, "mn": order.controller.mn, "reason": order.reason}
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


@transaction.atomic
def ask_valve_order(
    *,
    by: Membership,
    controller: Controller,
    action: ValveAction,
    reason: str,
    now: datetime.datetime,
) -> ValveOrder:
    """Ask a second person to let a valve be moved; refuses a second open order (C303)."""
    order = ValveOrder(
        pk=reserve_id(ValveOrder),
        controller=controller,
        action=action,
        cause=OrderCause.PERSONS,
        state=OrderState.ASKED,
        reason=reason,
        asked_by=by,
        asked_at=now,
    )
    order.approval = request_approval(
        by=by,
        act=ACT,
        region_code=controller.outlet.site.region_id,
        subject_type=SUBJECT,
        subject_id=order.pk,
        content=order_content(order),
        now=now,
    )
    announcing.tell_device(controller)
    try:
        with transaction.atomic():
            return record(order, by=by, reason=reason)
    except IntegrityError as error:
        raise ValveHasOrder(mn=controller.mn) from error


@transaction.atomic
def decide_valve_order(
    *, by: Membership, order: ValveOrder, granted: bool, reason: str, now: datetime.datetime
) -> ValveOrder:
    """As another person, let the valve be moved or refuse it; granted orders go to the gateway."""
    locked = _lock(order.pk)
    to = OrderState.REQUESTED if granted else OrderState.REFUSED
    check_order_move(locked.state, to)
    approval = Approval.objects.get(pk=locked.approval_id)
    decide_approval(by=by, approval=approval, granted=granted, reason=reason, now=now)
    announcing.tell_device(locked.controller)
    locked.state = to
    if not granted:
        locked.ended_at, locked.outcome = now, reason
        return record(locked, by=by, reason=reason or said("refuse valve order"))
    use_approval(
        by=by,
        approval_id=locked.approval_id,
        act=ACT,
        subject_type=SUBJECT,
        subject_id=locked.pk,
        content=order_content(locked),
    )
    locked.requested_at = now
    _tell_gateway(locked.controller_id)
    return record(locked, by=by, reason=reason or said("grant valve order"))


def _lock(order_id: int) -> ValveOrder:
    locked: ValveOrder = (
        ValveOrder.objects.select_for_update(of=("self",))
        .select_related("controller__outlet__site__enterprise")
        .get(pk=order_id)
    )
    return locked


TIME_OF_STATE = {
    OrderState.SENT: "sent_at",
    OrderState.ACCEPTED: "accepted_at",
    OrderState.MOVED: "ended_at",
    OrderState.FAILED: "ended_at",
}


@transaction.atomic
def advance_order(
    *,
    by: Membership,
    order_id: int,
    to: OrderState,
    now: datetime.datetime,
    outcome: str = "",
) -> ValveOrder:
    """Note that an order was sent, accepted (9011), has moved the valve, or failed.

    The same news twice changes nothing; a step its life does not know is refused (C302).
    """
    locked = _lock(order_id)
    if locked.state == to:
        return locked
    check_order_move(locked.state, to)
    locked.state = to
    setattr(locked, TIME_OF_STATE[to], now)
    locked.outcome = outcome[:200]
    announcing.tell_device(locked.controller)
    return record(locked, by=by, reason=said("valve order moved on"))


@transaction.atomic
def note_valve_state(
    *, by: Membership, controller_id: int, is_closed: bool, now: datetime.datetime
) -> ValveOrder | None:
    """The controller reports where its valve stands: that is kept with the controller, and the
    order that asked for it has moved it."""
    stands = ValveState.CLOSED if is_closed else ValveState.OPEN
    moved = Controller.objects.filter(pk=controller_id).exclude(valve_state=stands)
    if moved.update(valve_state=stands):
        placed = Controller.objects.select_related("outlet__site__enterprise")
        announcing.tell_device(placed.get(pk=controller_id))
    action = ValveAction.CLOSE if is_closed else ValveAction.OPEN
    order = ValveOrder.objects.filter(
        controller_id=controller_id,
        action=action,
        state__in=[OrderState.SENT, OrderState.ACCEPTED],
    ).first()
    if order is None:
        return None
    return advance_order(by=by, order_id=order.pk, to=OrderState.MOVED, now=now)
