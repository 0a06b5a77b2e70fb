"""Every write of permits, by noun; each is one transaction with its history and its step."""

from .admission import (
    ReplacementLine,
    VerifiedLine,
    file_admission,
    save_replacements,
    save_verified,
)
from .applications import (
    RequestedLine,
    save_draft,
    start_application,
    submit_application,
    withdraw_application,
)
from .assignments import Outcome, accept_many, assign, assign_many, claim, claim_many
from .attachments import attach_file, strike_file
from .certificates import make_certificate
from .classes import save_class
from .deadlines import (
    deem_unanswered,
    recount_deadlines,
    tell_deadlines,
    tell_renewals,
    watch,
)
from .decisions import propose_permit, refuse_permit, return_to_review
from .endings import decide_ending, expire_due, expire_permit, propose_ending
from .enquiries import answer, ask
from .facilities import amend_facility, register_facility
from .issuing import issue_permit
from .open_data import give_up_days, publish_day
from .parts import (
    PeriodLine,
    PlanLine,
    YearLine,
    quantity_limits,
    save_basics,
    save_plan,
    save_project,
    save_years,
)
from .reference import load_reference_data
from .registrations import (
    RegistrationEntry,
    change_registration,
    end_registration,
    file_registration,
    renew_registration,
)
from .regulation import end_permit_rule, enter_permit_rule
from .reports import (
    chase_reports,
    keep_reports,
    open_due_reports,
    open_report,
    return_report,
    save_report,
    submit_report,
)
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
from .rights_certificates import (
    certify_paid,
    issue_due,
    issue_many,
    issue_rights_certificate,
    void_overtaken,
)
from .rights_requests import ask_for_rights_certificate, issue_on_request
from .sites import amend_outlet, amend_site, register_outlet, register_site
from .totals import take_snapshots

__all__ = [
    "ask_for_rights_certificate",
    "certify_paid",
    "issue_due",
    "issue_many",
    "issue_on_request",
    "issue_rights_certificate",
    "void_overtaken",
    "amend_facility",
    "register_facility",
    "save_class",
    "RegistrationEntry",
    "ReplacementLine",
    "VerifiedLine",
    "change_registration",
    "end_registration",
    "file_admission",
    "file_registration",
    "renew_registration",
    "save_replacements",
    "save_verified",
    "Outcome",
    "accept_many",
    "assign",
    "assign_many",
    "claim",
    "claim_many",
    "attach_file",
    "strike_file",
    "recount_deadlines",
    "tell_renewals",
    "watch",
    "answer",
    "quantity_limits",
    "ask",
    "PeriodLine",
    "PlanLine",
    "YearLine",
    "save_basics",
    "save_plan",
    "save_project",
    "save_years",
    "end_permit_rule",
    "enter_permit_rule",
    "take_snapshots",
    "submit_report",
    "save_report",
    "return_report",
    "open_report",
    "give_up_days",
    "publish_day",
    "open_due_reports",
    "keep_reports",
    "chase_reports",
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
