"""Every write of permits, by noun; each is one transaction with its history and its step."""

from .applications import (
    RequestedLine,
    save_draft,
    start_application,
    submit_application,
    withdraw_application,
)
from .certificates import make_certificate
from .deadlines import deem_unanswered, tell_deadlines
from .decisions import propose_permit, refuse_permit, return_to_review
from .endings import decide_ending, expire_due, expire_permit, propose_ending
from .issuing import issue_permit
from .reference import load_reference_data
from .review import (
    accept_application,
    ask_correction,
    call_panel,
    cast_vote,
    close_panel,
    decline_intake,
    deem_accepted,
    run_clock,
    start_review,
    stop_clock,
)
from .sites import amend_outlet, amend_site, register_outlet, register_site

__all__ = [
    "RequestedLine",
    "accept_application",
    "amend_outlet",
    "amend_site",
    "ask_correction",
    "call_panel",
    "cast_vote",
    "close_panel",
    "decide_ending",
    "decline_intake",
    "deem_accepted",
    "deem_unanswered",
    "expire_due",
    "expire_permit",
    "issue_permit",
    "make_certificate",
    "load_reference_data",
    "propose_ending",
    "propose_permit",
    "refuse_permit",
    "register_outlet",
    "register_site",
    "return_to_review",
    "run_clock",
    "save_draft",
    "start_application",
    "start_review",
    "stop_clock",
    "submit_application",
    "tell_deadlines",
    "withdraw_application",
]
