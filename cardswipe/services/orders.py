"""Valve orders on the wire: sent once, only from a released order, answers matched by QN."""

import datetime
from collections.abc import Mapping

from django.db import transaction

from cardswipe.arrivals import Outcome
from cardswipe.hj212 import encode
from cardswipe.intake import Device
from cardswipe.models import ValveOrder
from cardswipe.rules import OrderState, ValveAction
from parties.models import Membership
from shell.rules import RuleBroken

from . import valves

OPENING = {ValveAction.CLOSE: "000", ValveAction.OPEN: "100"}
WATER_ST, GAS_ST = "32", "31"


def order_qn(sent_at: datetime.datetime, device: Device) -> str:
    """The QN under which an order travels: the moment it was marked as sent."""
    return encode.qn_of(sent_at.astimezone(device.zone))


@transaction.atomic
def send_orders(
    *, by: Membership, devices: Mapping[int, Device], now: datetime.datetime
) -> list[tuple[int, bytes]]:
    """Mark the released orders of connected controllers as sent; returns (controller, frame).

    The frames go out after the commit. An order lost on the way is not sent again by itself:
    it stays SENT until the valve's state, a failure or a person ends it.
    """
    asked = dict(ValveOrder.objects.to_send().values_list("pk", "controller_id"))
    reachable = [pk for pk, controller_id in asked.items() if controller_id in devices]
    if not reachable:
        return []
    waiting = ValveOrder.objects.to_send().filter(pk__in=reachable)
    frames = []
    for order in waiting.select_for_update(of=("self",), skip_locked=True):
        sent = valves.advance_order(by=by, order_id=order.pk, to=OrderState.SENT, now=now)
        frames.append((sent.controller_id, order_frame(sent, devices[sent.controller_id], now)))
    return frames


def order_frame(order: ValveOrder, device: Device, sent_at: datetime.datetime) -> bytes:
    """The valve order as the card-session profile writes it."""
    segment = encode.upload(
        version=device.version,
        qn=order_qn(sent_at, device),
        st=WATER_ST if device.is_water else GAS_ST,
        cn=device.valve_order_cn,
        pw=device.password,
        mn=device.mn,
        cp=f"OrderNo={order.pk};Per={OPENING[ValveAction(order.action)]}",
    )
    return encode.frame_bytes(segment, device.crc)


def note_reply(*, by: Membership, outcome: Outcome, now: datetime.datetime) -> None:
    """9011 or 9012 of the device: the order it answers is accepted, or has failed.

    Raises RuleBroken C131 when no order of this controller travelled under that QN.
    """
    frame, device = outcome.frame, outcome.known
    # In 2005 the QN stands inside CP.
    qn = frame.cp.get("QN", frame.qn)
    open_ones = ValveOrder.objects.filter(
        controller_id=device.id, state__in=[OrderState.SENT, OrderState.ACCEPTED]
    )
    order = next((o for o in open_ones if o.sent_at and order_qn(o.sent_at, device) == qn), None)
    if order is None or frame.cn not in {"9011", "9012"}:
        raise RuleBroken("C131", qn=qn)
    result = frame.cp.get("QnRtn" if frame.cn == "9011" else "ExeRtn", "")
    if result != "1":
        to, outcome_text = OrderState.FAILED, f"CN={frame.cn} Rtn={result[:4]}"
        valves.advance_order(by=by, order_id=order.pk, to=to, now=now, outcome=outcome_text)
    elif frame.cn == "9011":
        valves.advance_order(by=by, order_id=order.pk, to=OrderState.ACCEPTED, now=now)
    # 9012 "done" may come before the valve arrives: only its state frame says MOVED.
