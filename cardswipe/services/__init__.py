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
from .commands import ask_command, withdraw_command
from .corrections import ask_to_correct, settle_corrections
from .devices import change_controller, put_in_use, register_controller, stop_controller
from .estimates import fill_missing
from .events import book_events, book_waiting
from .frames import take_frames
from .keeping import give_up_months
from .late import decide_late, settle_late, take_back_late
from .levels import set_default_steps
from .load_checks import check_loads
from .months import watch_months
from .offline import settle_batch, settle_due, take_batch
from .own_hours import book_own_hours
from .own_sessions import book_own_sessions, tell_late_minutes
from .profiles import change_profile, end_profile, enter_profile
from .reallocations import (
    ask_to_move_cards,
    ask_to_move_months,
    decide_reallocation,
    take_back_reallocation,
)
from .reference import load_reference_data
from .regulation import end_rule, enter_rule, set_gas_state, set_load_source
from .telemetry import ensure_partitions
from .valves import advance_order, ask_valve_order, decide_valve_order, note_valve_state
from .vouchers import load_card, unload_card

__all__ = [
    "advance_order",
    "ask_command",
    "ask_to_correct",
    "ask_to_move_cards",
    "ask_to_move_months",
    "ask_valve_order",
    "bind_card",
    "book_events",
    "book_own_hours",
    "book_own_sessions",
    "book_waiting",
    "cancel_card",
    "change_controller",
    "check_loads",
    "change_profile",
    "decide_late",
    "decide_reallocation",
    "decide_valve_order",
    "end_profile",
    "end_rule",
    "ensure_partitions",
    "enter_profile",
    "enter_rule",
    "fill_missing",
    "give_up_months",
    "handle_alarm",
    "issue_card",
    "load_card",
    "load_reference_data",
    "note_valve_state",
    "put_in_use",
    "register_controller",
    "replace_card",
    "report_found",
    "report_lost",
    "set_default_steps",
    "set_gas_state",
    "set_load_source",
    "settle_batch",
    "settle_corrections",
    "settle_due",
    "settle_late",
    "stop_controller",
    "take_frames",
    "take_back_late",
    "take_back_reallocation",
    "take_batch",
    "tell_late_minutes",
    "unbind_card",
    "unload_card",
    "watch_months",
    "withdraw_command",
]
