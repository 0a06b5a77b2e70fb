"""What stands behind the URL arguments of cardswipe, made for one enterprise."""

from cardswipe import services
from cardswipe.hj212.requests import Kind
from cardswipe.late import LateAct
from cardswipe.models import (
    Alarm,
    Card,
    ContactRule,
    Controller,
    DeviceCommand,
    DeviceProfile,
    DischargeEvent,
    GasStateRule,
    KeepingRule,
    LateDecision,
    LoadCheckRule,
    LoadRule,
    LoadSourceRule,
    MarkRule,
    OfflineBatch,
    OfflineRule,
    RawFrame,
    Reallocation,
    SubstitutionRule,
    ValveOrder,
    Voucher,
    WarningStep,
)
from cardswipe.offline import Batch
from cardswipe.rules import ValveAction
from parties.models import Enterprise
from parties.rules import Role
from parties.services import system_actor
from tests import factories, factories_permits
from tests.factories_cards import (
    KG,
    NOW,
    book,
    bound,
    card,
    controller,
    load,
    period,
    report,
    step,
    substitution,
)
from tests.factories_devices import frame, take


def bound_pair(enterprise: Enterprise) -> tuple[Card, Controller]:
    """A card and the controller that debits it."""
    return bound(enterprise)


def voucher(enterprise: Enterprise) -> Voucher:
    """A voucher with one line, under a permit of a site of its own."""
    if not enterprise.sites.filter(site_no="777").exists():
        place = factories_permits.site(enterprise, site_no="777")
        factories_permits.permit(enterprise, of=place)
    return load(card(enterprise), KG)


def event(enterprise: Enterprise) -> DischargeEvent:
    """A booked discharge event."""
    _card, box = bound(enterprise)
    return DischargeEvent.objects.get(pk=book(report(box))[0].event_id)


def alarm(enterprise: Enterprise) -> Alarm:
    """An open alarm: discharge without a card."""
    book(report(controller(enterprise)))
    return Alarm.objects.filter(enterprise=enterprise).latest("pk")


def order(enterprise: Enterprise) -> ValveOrder:
    """A valve order that waits for the second person."""
    maker = factories.bureau_member(enterprise.region, Role.PERMIT_OFFICER)
    return services.ask_valve_order(
        by=maker,
        controller=controller(enterprise),
        action=ValveAction.CLOSE,
        reason="核查",
        now=NOW,
    )


def raw_frame(enterprise: Enterprise) -> RawFrame:
    """A frame that one of the enterprise's controllers sent."""
    (outcome,) = take(frame(controller(enterprise)))
    return RawFrame.objects.get(pk=outcome.frame_id)


def command(enterprise: Enterprise) -> DeviceCommand:
    """A command that waits for one of the enterprise's controllers."""
    return services.ask_command(
        by=factories.bureau_member(enterprise.region, Role.DEVICE_ENGINEER),
        controller=controller(enterprise),
        kind=Kind.GET_TIME,
        params={},
        reason="核查",
        now=NOW,
    )


def load_rule(enterprise: Enterprise) -> LoadRule:
    """What the enterprise's county asks before a load."""
    # Whichever object is made next, it may still be loaded.
    values = {"valid_from": NOW.date(), "legal_basis": "办法", "must_be_paid": False}
    return LoadRule.objects.get_or_create(region=enterprise.region, defaults=values)[0]


def load_check_rule(enterprise: Enterprise) -> LoadCheckRule:
    """When hours of the enterprise's county are doubtful."""
    values = {
        "tolerance": 10,
        "least_valid_water": 1000,
        "least_valid_gas": 750,
        "least_day_water": 750,
        "least_day_gas": 833,
        "frozen_minutes": 60,
        "gap_minutes": 30,
        "implausible_times": 10,
        "clock_shift_s": 600,
        "valid_from": NOW.date(),
        "legal_basis": "办法",
    }
    return LoadCheckRule.objects.get_or_create(region=enterprise.region, defaults=values)[0]


def mark_rule(enterprise: Enterprise) -> MarkRule:
    """What a mark means in the enterprise's county."""
    values = {"treatment": "HOLD", "valid_from": NOW.date(), "legal_basis": "办法"}
    rows = MarkRule.objects
    return rows.get_or_create(region=enterprise.region, mark="D", defaults=values)[0]


def substitution_rule(enterprise: Enterprise) -> SubstitutionRule:
    """With what hours of water are filled in the enterprise's county."""
    return substitution(enterprise)


def load_source_rule(enterprise: Enterprise) -> LoadSourceRule:
    """What is debited at an outlet of the enterprise."""
    outlet = controller(enterprise, event_source="HOUR").outlet
    values = {
        "region": enterprise.region,
        "source": "OWN",
        "valid_from": NOW.date(),
        "legal_basis": "办法",
    }
    return LoadSourceRule.objects.get_or_create(outlet=outlet, defaults=values)[0]


def gas_state_rule(enterprise: Enterprise) -> GasStateRule:
    """In which state an outlet of the enterprise reports."""
    values = {
        "region": enterprise.region,
        "flow": "WET_ACT",
        "concentration": "DRY_STD",
        "valid_from": NOW.date(),
        "legal_basis": "验收报告",
    }
    outlet = controller(enterprise).outlet
    return GasStateRule.objects.get_or_create(outlet=outlet, defaults=values)[0]


def keeping_rule(enterprise: Enterprise) -> KeepingRule:
    """How long the data of the enterprise's county are kept."""
    values = {"frame_months": 60, "reading_months": 60, "valid_from": NOW.date()}
    defaults = {**values, "legal_basis": "办法"}
    return KeepingRule.objects.get_or_create(region=enterprise.region, defaults=defaults)[0]


def contact_rule(enterprise: Enterprise) -> ContactRule:
    """When a controller of the enterprise's county is off line."""
    values = {"silent_after_minutes": 45, "valid_from": NOW.date(), "legal_basis": "办法"}
    return ContactRule.objects.get_or_create(region=enterprise.region, defaults=values)[0]


def warning_step(enterprise: Enterprise) -> WarningStep:
    """A step of the enterprise's county."""
    there = WarningStep.objects.filter(region=enterprise.region, percent=70).first()
    return there or step(enterprise, 70)


def reallocation(enterprise: Enterprise) -> Reallocation:
    """An application that waits: some of what a card holds is to go to another card."""
    first = voucher(enterprise).card
    return services.ask_to_move_cards(
        by=factories.enterprise_member(enterprise, Role.OPERATOR),
        from_card=first,
        to_card=card(enterprise),
        period=period(enterprise),
        pollutant="COD",
        quantity=KG,
        reason="调剂",
        key=f"form-{first.pk}",
        now=NOW,
    )


def offline_batch(enterprise: Enterprise) -> OfflineBatch:
    """What a controller says of its time off line."""
    said = Batch(7, NOW, NOW, 1, 2, {"COD": KG}, "signed", "0" * 64)
    box = controller(enterprise)
    return services.take_batch(by=system_actor("gateway"), controller=box, batch=said, now=NOW)


def offline_rule(enterprise: Enterprise) -> OfflineRule:
    """What may be discharged off line in the enterprise's county."""
    values = {"percent": 5, "hours": 72, "valid_from": NOW.date(), "legal_basis": "办法"}
    return OfflineRule.objects.get_or_create(region=enterprise.region, defaults=values)[0]


def late_decision(enterprise: Enterprise) -> LateDecision:
    """A decision that waits for its second person: an event of a day without quota period."""
    box = controller(enterprise)
    began = NOW.replace(year=NOW.year - 1)
    (said,) = book(report(box, started_at=began, ended_at=began))
    return services.decide_late(
        by=factories.bureau_member(enterprise.region, Role.PERMIT_OFFICER),
        act=LateAct.DISMISS,
        events=[DischargeEvent.objects.get(pk=said.event_id)],
        reason="核查",
        key=f"late-{said.event_id}",
        now=NOW,
    )


def profile(enterprise: Enterprise) -> DeviceProfile:
    """How a make of controller speaks; one for all."""
    return DeviceProfile.objects.get_or_create(name="make")[0]


SHARED = {"profile_id"}
OBJECTS = {
    "profile_id": profile,
    "late_decision_id": late_decision,
    "reallocation_id": reallocation,
    "batch_id": offline_batch,
    "offline_rule_id": offline_rule,
    "load_rule_id": load_rule,
    "load_check_rule_id": load_check_rule,
    "gas_state_rule_id": gas_state_rule,
    "load_source_rule_id": load_source_rule,
    "mark_rule_id": mark_rule,
    "substitution_rule_id": substitution_rule,
    "contact_rule_id": contact_rule,
    "keeping_rule_id": keeping_rule,
    "step_id": warning_step,
    "card_id": card,
    ("card_id", "controller_id"): bound_pair,
    "controller_id": controller,
    "voucher_id": voucher,
    "event_id": event,
    "alarm_id": alarm,
    "order_id": order,
    "frame_id": raw_frame,
    "command_id": command,
}
# A bureau goes by the rules of its own area and of what lies above it, not by its neighbour's.
REGIONAL = {
    "offline_rule_id",
    "load_rule_id",
    "load_check_rule_id",
    "gas_state_rule_id",
    "load_source_rule_id",
    "mark_rule_id",
    "substitution_rule_id",
    "keeping_rule_id",
    "contact_rule_id",
    "step_id",
}
