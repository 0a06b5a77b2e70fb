"""The sentences of alarms; figures are filled in the reader's language when shown."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from cardswipe.rules import AlarmKind
from shell.units import show_m3, show_t

ALARM_SENTENCES: Mapping[AlarmKind, str] = {
    AlarmKind.STEP: _(
        "%(pollutant)s: %(used)s of %(total)s used; the step of %(percent)s %% is passed."
    ),
    AlarmKind.OVERRUN: _(
        "%(pollutant)s: %(over)s discharged at %(controller)s beyond what the card held."
    ),
    AlarmKind.NO_CARD: _(
        "%(controller)s discharged, but no card is bound to it; all of it counts as overrun."
    ),
    AlarmKind.CARD_UNKNOWN: _(
        "%(controller)s reported the card %(card_no)s, which was never issued; "
        "all of the discharge counts as overrun."
    ),
    AlarmKind.CARD_FOREIGN: _(
        "%(controller)s reported the card %(card_no)s, which is not bound to it; "
        "all of the discharge counts as overrun."
    ),
    AlarmKind.CARD_BLOCKED: _(
        "%(controller)s reported the blocked card %(card_no)s; "
        "all of the discharge counts as overrun."
    ),
    AlarmKind.NO_PERMIT: _("%(controller)s discharged without a permit in force."),
    AlarmKind.NO_PERIOD: _(
        "%(controller)s reported a discharge for %(day)s, for which no quota period is open; "
        "it is booked once the period is opened."
    ),
    AlarmKind.LATE: _(
        "%(controller)s reported a discharge for %(day)s, whose quota period %(label)s is closed; "
        "an officer must decide."
    ),
    AlarmKind.CONFLICT: _(
        "%(controller)s reported event %(sequence)s again with other figures; "
        "the first report stands."
    ),
    AlarmKind.BAD_REPORT: _(
        "%(controller)s reported impossible figures (%(fault)s); nothing was debited."
    ),
    AlarmKind.SECOND_LINK: _(
        "A second connection from %(address)s used the MN of %(controller)s; it was turned away."
    ),
    AlarmKind.BAD_ACCESS: _(
        "From %(address)s frames came in the name of %(controller)s with a wrong password "
        "or from an address that is not allowed; they were refused."
    ),
    AlarmKind.CLOCK_AHEAD: _("The clock of %(controller)s is ahead; its data were refused."),
    AlarmKind.HELD: _(
        "%(controller)s reported a discharge that is held back (%(fault)s); nothing was debited."
    ),
    AlarmKind.MONTH: _(
        "%(pollutant)s: %(used)s discharged in %(month)s; the plan of the month is %(total)s, "
        "its step of %(percent)s %% is passed."
    ),
    AlarmKind.OFFLINE: _(
        "%(controller)s reported the off-line batch %(number)s, which does not fit (%(fault)s)."
    ),
    AlarmKind.LOAD_DIFFERS: _(
        "%(controller)s, from %(hour)s on: the device accumulated %(device)s of %(pollutant)s, "
        "its own minute data come to %(own)s."
    ),
    AlarmKind.FROZEN: _(
        "%(controller)s, hour of %(hour)s: %(pollutant)s stood still for %(minutes)s min "
        "while waste was flowing."
    ),
    AlarmKind.IMPLAUSIBLE: _(
        "%(controller)s, hour of %(hour)s: %(pollutant)s was reported as %(figure)s, "
        "which cannot be."
    ),
    AlarmKind.GAS_STATE: _(
        "%(controller)s, hour of %(hour)s: %(minutes)s minute data could not be converted to dry "
        "standard state (missing or impossible: %(figures)s)."
    ),
    AlarmKind.DATA_GAP: _("%(controller)s, hour of %(hour)s: no minute data for %(minutes)s min."),
    AlarmKind.CLOCK_SHIFT: _("The clock of %(controller)s is %(seconds)s."),
    AlarmKind.TOTALISER: _(
        "The totaliser of %(controller)s fell from %(before)s m³ to %(after)s m³ at %(hour)s; "
        "it can only rise."
    ),
    AlarmKind.MISSING: _(
        "%(controller)s did not report %(hours)s hours from %(hour)s on, and no substitution rule "
        "that is switched on fills them; their discharge is unknown, not zero."
    ),
    AlarmKind.ESTIMATED: _(
        "%(hours)s hours that %(controller)s did not report, from %(hour)s on, were filled by a "
        "substitution rule and debited as estimates."
    ),
    AlarmKind.TRUE_FIGURES: _(
        "%(controller)s sent true figures of the time from %(hour)s on, which had been estimated; "
        "the estimate stands until an officer corrects it."
    ),
    AlarmKind.FEW_MINUTES: _(
        "%(controller)s, session %(sequence)s from %(hour)s on: too few valid minute data for our "
        "integral (%(minutes)s); the controller's own figure was debited as an estimate."
    ),
}

ALARM_ADVICE: Mapping[AlarmKind, str] = {
    AlarmKind.STEP: _("Reduce the discharge, load the card, or acquire rights."),
    AlarmKind.OVERRUN: _("Stop the discharge and settle the overrun with the bureau."),
    AlarmKind.NO_CARD: _("Bind a card to the controller."),
    AlarmKind.CARD_UNKNOWN: _("Check the card reader; issue the card if it is genuine."),
    AlarmKind.CARD_FOREIGN: _("Bind the card to this controller, or use the bound one."),
    AlarmKind.CARD_BLOCKED: _("Replace the card; find out who used it."),
    AlarmKind.NO_PERMIT: _("Stop the discharge; apply for the permit."),
    AlarmKind.NO_PERIOD: _("Open the quota period in the ledger."),
    AlarmKind.LATE: _("Book the waiting events in the open period, or dismiss them with a reason."),
    AlarmKind.CONFLICT: _("Compare both reports; correct by an adjustment if needed."),
    AlarmKind.BAD_REPORT: _("Let the device engineer check the controller."),
    AlarmKind.SECOND_LINK: _("Find out who uses this MN a second time."),
    AlarmKind.BAD_ACCESS: _(
        "Compare password and addresses with the device, or find the intruder."
    ),
    AlarmKind.CLOCK_AHEAD: _("Set the clock of the device."),
    AlarmKind.HELD: _("Look at the raw frame and book by hand what is right."),
    AlarmKind.MONTH: _(
        "Reduce the discharge of this month, or apply to have quantity moved from another month."
    ),
    AlarmKind.OFFLINE: _("Compare the batch with the controller, then settle it with a reason."),
    AlarmKind.LOAD_DIFFERS: _(
        "Compare the meter's own register with the minute data; "
        "a meter may have been tampered with."
    ),
    AlarmKind.FROZEN: _("Check the analyser: sampling line, reagent, maintenance mode."),
    AlarmKind.IMPLAUSIBLE: _("Check the range and the unit of the instrument."),
    AlarmKind.GAS_STATE: _(
        "Check temperature, pressure and moisture of the flue gas; if the analyser reports dry "
        "standard state, correct the outlet's row."
    ),
    AlarmKind.DATA_GAP: _("Ask the device for its history; until then the minutes are unknown."),
    AlarmKind.CLOCK_SHIFT: _("Set the clock of the device."),
    AlarmKind.TOTALISER: _(
        "Find out whether the meter was replaced or reset; if not, suspect tampering."
    ),
    AlarmKind.MISSING: _(
        "Ask the device for its history; else let the bureau switch on a substitution rule."
    ),
    AlarmKind.ESTIMATED: _(
        "Send the true figures, or samples taken by hand; the bureau then corrects the estimates."
    ),
    AlarmKind.TRUE_FIGURES: _("Open the event, compare both figures, and correct it if needed."),
    AlarmKind.FEW_MINUTES: _(
        "Ask the device for its history; find out why the minute data are missing, then correct "
        "the load if needed."
    ),
}


def amount(quantity: int, pollutant_code: str) -> str:
    """A ledger quantity with its display unit: tonnes, water in cubic metres."""
    if pollutant_code == "WATER":
        return f"{show_m3(quantity)} m³"
    return f"{show_t(quantity)} t"


def clock_shift(seconds: int) -> str:
    """By how much a clock is wrong, and which way."""
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = {"hours": hours, "minutes": minutes, "seconds": rest}
    if seconds < 0:
        return gettext("behind by %(hours)s h %(minutes)s min %(seconds)s s") % parts
    return gettext("ahead by %(hours)s h %(minutes)s min %(seconds)s s") % parts


def spoken_params(params: Mapping[str, Any], pollutant_code: str) -> dict[str, Any]:
    """The stored figures, those of quantities (whole numbers but `percent`) with their unit."""
    quantities = {"used", "total", "over", "device", "own"}
    return {
        name: amount(value, pollutant_code)
        if name in quantities
        else clock_shift(value)
        if name == "seconds"
        else value
        for name, value in params.items()
    }
