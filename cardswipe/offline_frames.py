"""Reading the frame in which a controller states an off-line batch (docs/card-profile.md)."""

import dataclasses
import datetime

from cardswipe.hj212.fields import FactorTable
from cardswipe.hj212.frame import Frame
from cardswipe.intake import Device, data_moment, load_of
from cardswipe.offline import Batch, number_in, signed_part
from shell.rules import RuleBroken


def batch_of(
    device: Device, frame: Frame, segment: str, table: FactorTable, *, now: datetime.datetime
) -> Batch:
    """The statement in the frame; refuses a time that is none (C123 to C125), a number that is
    none or a missing signature (C105), and one without sums (C129)."""
    signed, mac = signed_part(device.mn, segment)
    began = data_moment(device, frame.cp.get("BeginTime", ""), now=now)
    ended = data_moment(device, frame.cp.get("EndTime", ""), now=now)
    first, last = (number_in(frame.cp, name) for name in ("FirstSwipe", "LastSwipe"))
    if ended < began:
        raise RuleBroken("C123", time=frame.cp["EndTime"])
    if last < first:
        raise RuleBroken("C105", field="LastSwipe")
    return Batch(
        number=number_in(frame.cp, "BatchNo"),
        began_at=began,
        ended_at=ended,
        first=first,
        last=last,
        totals=totals_of(device, frame, table),
        signed=signed,
        mac=mac,
    )


def totals_of(device: Device, frame: Frame, table: FactorTable) -> dict[str, int]:
    """The sums per pollutant, from their -Cou."""
    counting = dataclasses.replace(device, load_source="COU")
    found = {}
    for code, pollutant in device.pollutants.items():
        attributes, factor = frame.items.get(code), table.find(frame.version, code)
        if attributes is not None and factor is not None:
            found[pollutant] = load_of(counting, attributes, factor, None)
    if not found:
        raise RuleBroken("C129")
    return found
