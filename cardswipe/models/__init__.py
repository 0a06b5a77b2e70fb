"""Models of cardswipe, by noun."""

from .alarms import Alarm, WarningLevel, WarningStep
from .cards import Card, CardAccount, CardBinding
from .commands import CommandAnswer, DeviceCommand
from .contacts import ContactRule
from .devices import Controller, DeviceProfile
from .estimates import Estimate, LoadCorrection, LoadSourceRule, SubstitutionRule
from .events import DailyTotal, DischargeEvent, EventConflict, EventLoad
from .factors import Factor, MarkRule, PollutantFactor
from .gas_states import GasStateRule
from .keeping import GivenUpMonth, KeepingRule, StrangerHour
from .late import LateDecision, LateItem
from .loads import LoadCheck, LoadCheckRule
from .offline import OfflineBatch, OfflineRule
from .reallocations import Reallocation
from .session_reports import SessionReport
from .telemetry import DeviceSession, LiveMeter, RawFrame, Reading
from .valves import ValveOrder
from .vouchers import LoadRule, Voucher, VoucherLine

__all__ = [
    "Alarm",
    "Card",
    "CardAccount",
    "CardBinding",
    "CommandAnswer",
    "ContactRule",
    "Controller",
    "DailyTotal",
    "DeviceCommand",
    "DeviceProfile",
    "DeviceSession",
    "DischargeEvent",
    "Estimate",
    "EventConflict",
    "EventLoad",
    "Factor",
    "GivenUpMonth",
    "GasStateRule",
    "KeepingRule",
    "LateDecision",
    "LateItem",
    "LiveMeter",
    "LoadCheck",
    "LoadCheckRule",
    "LoadCorrection",
    "LoadRule",
    "LoadSourceRule",
    "MarkRule",
    "OfflineBatch",
    "OfflineRule",
    "PollutantFactor",
    "RawFrame",
    "Reading",
    "Reallocation",
    "SessionReport",
    "StrangerHour",
    "SubstitutionRule",
    "ValveOrder",
    "Voucher",
    "VoucherLine",
    "WarningLevel",
    "WarningStep",
]
