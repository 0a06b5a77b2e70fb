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
from .holds import capture_hold, expire_holds, place_hold, release_hold
from .lots import lapse_period, open_lot, set_lot_paid, transfer_lot
from .posting import ensure_partitions, post
from .proof import grow_log, keep_log
from .proof_keys import make_first_key, rotate_proof_key, sign_checkpoint
from .reference import load_reference_data
from .reversal import reverse
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
    "asset_for",
    "capture_hold",
    "ensure_partitions",
    "ensure_periods",
    "expire_holds",
    "grow_log",
    "keep_log",
    "lapse_period",
    "load_reference_data",
    "make_first_key",
    "money_asset",
    "open_lot",
    "own_witness",
    "period_on",
    "place_hold",
    "post",
    "record_verification",
    "release_hold",
    "reverse",
    "rotate_proof_key",
    "set_cap",
    "set_lot_paid",
    "sign_checkpoint",
    "stop_witness",
    "transfer_lot",
    "witness_checkpoint",
]
