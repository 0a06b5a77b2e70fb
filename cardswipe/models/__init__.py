"""Models of cardswipe, by noun."""

from .devices import Controller, DeviceProfile
from .factors import Factor
from .telemetry import DeviceSession, RawFrame, Reading

__all__ = ["Controller", "DeviceProfile", "DeviceSession", "Factor", "RawFrame", "Reading"]
