"""Every write of the ledger. `post` is the only way in; the rest builds postings for it."""

from ledger.rules import DocumentRef, Move, Posting, Receipt

from .accounts import (
    AccountSpec,
    account_for,
    accounts_for,
    asset_for,
    ensure_periods,
    money_asset,
    period_on,
    set_cap,
)
from .corrections import correct, make_up_overrun
from .endings import end_lots, retire_for_replacement, sweep_ended_lots
from .holds import capture_hold, expire_holds, place_hold, release_hold
from .lateness import set_lateness_limit, watch_lateness
from .leases import end_leases, give_back, lease_lot
from .lot_acts import ask_for_lot
from .lot_holds import hold_lot, release_lot
from .lots import open_lot, set_lot_paid, split_lot, transfer_lot
from .merging import merge_lots
from .periods import lapse_due, lapse_period, set_carry_over
from .posting import ensure_partitions, post
from .proof import grow_log, keep_log
from .proof_keys import make_first_key, rotate_proof_key, sign_checkpoint, sign_text
from .reference import load_reference_data, set_operation_rule, set_replacement_ratio
from .requests import (
    ask_to_book,
    ask_to_close,
    ask_to_restrict,
    carry_out,
    carry_out_due,
    decide_request,
    take_back_request,
)
from .reserve import buy_back, release_reserve, take_back
from .reversal import reverse
from .seals import seal_statement
from .verification import record_verification
from .witnesses import (
    accept_log,
    add_witness,
    ask_witnesses,
    own_witness,
    stop_witness,
    witness_checkpoint,
)

__all__ = [
    "AccountSpec",
    "DocumentRef",
    "Move",
    "Posting",
    "Receipt",
    "account_for",
    "accept_log",
    "accounts_for",
    "add_witness",
    "ask_witnesses",
    "ask_for_lot",
    "ask_to_book",
    "ask_to_close",
    "ask_to_restrict",
    "asset_for",
    "buy_back",
    "capture_hold",
    "carry_out",
    "carry_out_due",
    "correct",
    "decide_request",
    "end_leases",
    "end_lots",
    "ensure_partitions",
    "ensure_periods",
    "expire_holds",
    "grow_log",
    "keep_log",
    "give_back",
    "hold_lot",
    "lapse_due",
    "lapse_period",
    "lease_lot",
    "load_reference_data",
    "make_first_key",
    "make_up_overrun",
    "merge_lots",
    "money_asset",
    "open_lot",
    "own_witness",
    "period_on",
    "place_hold",
    "post",
    "record_verification",
    "release_hold",
    "release_lot",
    "release_reserve",
    "retire_for_replacement",
    "reverse",
    "rotate_proof_key",
    "seal_statement",
    "set_cap",
    "set_lateness_limit",
    "set_carry_over",
    "set_lot_paid",
    "sign_checkpoint",
    "sign_text",
    "stop_witness",
    "set_operation_rule",
    "set_replacement_ratio",
    "split_lot",
    "sweep_ended_lots",
    "take_back",
    "take_back_request",
    "transfer_lot",
    "watch_lateness",
    "witness_checkpoint",
]
