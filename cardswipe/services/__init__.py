"""Every write of cardswipe, by noun; import from here."""

from .alarms import handle_alarm
from .cards import (
    bind_card,
    cancel_card,
    issue_card,
    replace_card,
    report_found,
    report_lost,
    unbind_card,
)
from .events import book_events, book_waiting
from .levels import set_default_steps
from .valves import advance_order, ask_valve_order, decide_valve_order, note_valve_state
from .vouchers import load_card, unload_card

__all__ = [
    "advance_order",
    "ask_valve_order",
    "bind_card",
    "book_events",
    "book_waiting",
    "cancel_card",
    "decide_valve_order",
    "handle_alarm",
    "issue_card",
    "load_card",
    "note_valve_state",
    "replace_card",
    "report_found",
    "report_lost",
    "set_default_steps",
    "unbind_card",
    "unload_card",
]
