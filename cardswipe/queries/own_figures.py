"""What our own integral gives for an hour or a card session, and where the device stands in."""

from dataclasses import dataclass

from cardswipe.load_rules import CheckTerms, OwnLoad, is_valid_hour
from cardswipe.queries.hours import HourData
from cardswipe.queries.session_minutes import SessionData

# What stands in the place of the device's data marks of an event.
FROM_OWN, FROM_RULE = "OWN", "RULE"


@dataclass(frozen=True)
class OwnFigures:
    """What is booked of an hour or a session (mg, water L), and which of it lacks valid minutes;
    beside it our integral of each pollutant, valid or not."""

    loads: dict[str, int]
    marks: list[str]
    own: dict[str, OwnLoad]


def own_figures(measured: HourData | SessionData, terms: CheckTerms | None) -> OwnFigures:
    """Our integral; a pollutant without enough valid minutes is an estimate, from the device's
    own sum where it sent one."""
    found = OwnFigures({}, [], {})
    is_water = measured.is_water_medium
    for code in measured.pollutants:
        own = found.own[code] = measured.own(code)
        device = measured.device(code)
        if terms is not None and is_valid_hour(own, is_water_medium=is_water, terms=terms):
            found.loads[code] = own.quantity
            continue
        found.loads[code] = own.quantity if device is None else device
        found.marks.append(f"{code}:{own.valid}/{own.due}")
    return found


def marks_of(found: OwnFigures) -> str:
    """Our own note beside the event, in the place of the device's data marks."""
    return " ".join([FROM_OWN, *found.marks])[:40]
