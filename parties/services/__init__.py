"""Every write about parties, by noun; import from here."""

from .access_requests import (
    ask_for_account,
    ask_for_link,
    ask_for_role,
    ask_to_erase,
    console_link,
    decide_access,
    make_link,
    take_back_access,
)
from .approvals import (
    content_hash,
    decide_approval,
    request_approval,
    use_approval,
    withdraw_approval,
)
from .bureaus import appoint_second, open_bureau, open_region, start_bureau
from .deliveries import deliver_notices, enter_sms_row
from .enterprises import change_enterprise, close_enterprise, enroll_enterprise, reopen_enterprise
from .erasing import set_personal_keeping
from .holidays import load_holidays, remove_holiday, set_holiday
from .imports import apply_import, keep_import
from .notices import Told, give_notices, open_notice
from .own_people import end_own, first_link, let_in_own
from .people import (
    Invitation,
    choose_language,
    choose_phone,
    close_account,
    end_membership,
    invite,
    open_account,
    password_link,
    reopen_account,
    unlock_sign_in,
)
from .records import (
    check_seen,
    end_on_eve,
    record,
    record_many,
    reserve_id,
    system_actor,
)
from .reference import load_reference_data

__all__ = [
    "Invitation",
    "ask_for_account",
    "ask_for_link",
    "ask_for_role",
    "ask_to_erase",
    "console_link",
    "decide_access",
    "make_link",
    "take_back_access",
    "Told",
    "give_notices",
    "deliver_notices",
    "enter_sms_row",
    "open_notice",
    "apply_import",
    "keep_import",
    "change_enterprise",
    "check_seen",
    "choose_language",
    "choose_phone",
    "close_account",
    "close_enterprise",
    "content_hash",
    "decide_approval",
    "end_membership",
    "end_own",
    "first_link",
    "let_in_own",
    "enroll_enterprise",
    "invite",
    "load_holidays",
    "load_reference_data",
    "appoint_second",
    "open_account",
    "open_bureau",
    "open_region",
    "password_link",
    "record",
    "end_on_eve",
    "reserve_id",
    "record_many",
    "remove_holiday",
    "reopen_account",
    "reopen_enterprise",
    "request_approval",
    "set_personal_keeping",
    "set_holiday",
    "start_bureau",
    "system_actor",
    "unlock_sign_in",
    "use_approval",
    "withdraw_approval",
]
