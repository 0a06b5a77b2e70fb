"""Models of cardswipe, by noun."""

from .alarms import Alarm, WarningLevel, WarningStep
from .cards import Card, CardAccount, CardBinding
from .contacts import ContactRule
from .devices import Controller, DeviceProfile
from .events import DailyTotal, DischargeEvent, EventConflict, EventLoad
from .factors import Factor, MarkRule, PollutantFactor
from .telemetry import DeviceSession, LiveMeter, RawFrame, Reading
from .valves import ValveOrder
from .vouchers import LoadRule, Voucher, VoucherLine

__all__ = [
    "Alarm",
    "Card",
    "CardAccount",
    "CardBinding",
    "ContactRule",
    "Controller",
    "DailyTotal",
    "DeviceProfile",
    "DeviceSession",
    "DischargeEvent",
    "EventConflict",
    "EventLoad",
    "Factor",
    "LiveMeter",
    "LoadRule",
    "MarkRule",
    "PollutantFactor",
    "RawFrame",
    "Reading",
    "ValveOrder",
    "Voucher",
    "VoucherLine",
    "WarningLevel",
    "WarningStep",
]
