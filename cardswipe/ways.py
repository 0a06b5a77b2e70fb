"""Where the advice of an alarm can be followed: links for those who may open them."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cardswipe.models import Alarm
from cardswipe.rules import AlarmKind
from parties.models import Membership
from parties.rules import Act


@dataclass(frozen=True)
class Way:
    """A page, the act it needs, and the field of the alarm that its address takes, if any."""

    label: str | Promise
    route: str
    need: Act
    field: str = ""
    query: str = ""


LOAD = Way(_("Load the card"), "card_load", Act.LOAD_CARD, "card_id")
QUOTA = Way(_("Quota"), "enterprise_quota", Act.SEE_CARDS, "enterprise_id")
PLAN = Way(_("Monthly plan"), "month_plan", Act.SEE_CARDS, "enterprise_id")
HOLDING = Way(_("Rights and accounts"), "holding", Act.SEE_LEDGER, "enterprise_id")
CARDS = Way(_("Cards"), "cards", Act.SEE_CARDS)
CARD = Way(_("Card"), "card", Act.SEE_CARDS, "card_id")
CONTROLLER = Way(_("Controller"), "controller", Act.SEE_CONTROLLERS, "controller_id")
READINGS = Way(_("Readings"), "controller_readings", Act.SEE_READINGS, "controller_id")
FRAMES = Way(_("Raw frames"), "frames", Act.SEE_CONTROLLERS, query="mn")
ASK = Way(_("Ask the controller"), "command_new", Act.ASK_DEVICES, "controller_id")
EVENT = Way(_("Discharge event"), "discharge", Act.SEE_CARDS, "event_id")
EVENTS = Way(_("Discharge events"), "discharges", Act.SEE_CARDS)
CORRECT = Way(_("Correct the load"), "correct_load", Act.ADJUST_LEDGER, "event_id")
RULES = Way(_("Rules of measurement"), "measuring_rules", Act.SEE_CONTROLLERS)
VALVE = Way(_("Order the valve"), "valve_ask", Act.ORDER_VALVE, "controller_id")

WAYS: Mapping[str, tuple[Way, ...]] = {
    AlarmKind.STEP: (LOAD, QUOTA, HOLDING),
    AlarmKind.OVERRUN: (EVENT, QUOTA, HOLDING, VALVE),
    AlarmKind.NO_CARD: (CARDS, CONTROLLER),
    AlarmKind.CARD_UNKNOWN: (EVENT, CARDS, CONTROLLER),
    AlarmKind.CARD_FOREIGN: (EVENT, CARDS, CONTROLLER),
    AlarmKind.CARD_BLOCKED: (CARD, EVENT, CARDS),
    AlarmKind.NO_PERMIT: (
        Way(_("Apply for a permit"), "application_new", Act.APPLY_PERMIT),
        Way(_("Permits"), "permits", Act.SEE_PERMITS),
        VALVE,
    ),
    AlarmKind.NO_PERIOD: (Way(_("Quota periods"), "periods", Act.SEE_LEDGER), EVENTS),
    AlarmKind.LATE: (
        Way(_("Late events"), "late_controller", Act.SEE_CARDS, "controller_id"),
        EVENT,
    ),
    AlarmKind.CONFLICT: (EVENT, FRAMES),
    AlarmKind.BAD_REPORT: (CONTROLLER, FRAMES),
    AlarmKind.SECOND_LINK: (CONTROLLER, FRAMES),
    AlarmKind.BAD_ACCESS: (CONTROLLER, FRAMES),
    AlarmKind.CLOCK_AHEAD: (ASK, CONTROLLER, FRAMES),
    AlarmKind.HELD: (FRAMES, CONTROLLER),
    AlarmKind.DATA_GAP: (ASK, READINGS, CONTROLLER),
    AlarmKind.CLOCK_SHIFT: (ASK, CONTROLLER, FRAMES),
    AlarmKind.MISSING: (ASK, READINGS, RULES),
    AlarmKind.ESTIMATED: (EVENTS, READINGS, RULES),
    AlarmKind.TRUE_FIGURES: (EVENT, CORRECT, READINGS),
    AlarmKind.FEW_MINUTES: (ASK, EVENT, READINGS),
    AlarmKind.MONTH: (PLAN, QUOTA),
    AlarmKind.OFFLINE: (
        Way(_("Off-line batches"), "offline_batches", Act.SEE_CARDS),
        CONTROLLER,
    ),
}
OTHERS = (READINGS, CONTROLLER)  # alarms of load checks speak of what was measured


def ways_of(alarm: Alarm, actor: Membership) -> list[tuple[str | Promise, str]]:
    """Words and address of each page that helps this person with the alarm."""
    found = []
    for way in WAYS.get(alarm.kind, OTHERS):
        given = getattr(alarm, way.field) if way.field else None
        if not actor.may(way.need) or (way.field and given is None):
            continue
        address = reverse(way.route, args=[given] if way.field else [])
        if way.query and alarm.controller:
            address += f"?{way.query}={alarm.controller.mn}"
        found.append((way.label, address))
    return found
