"""The whole-ledger check: a list of checks, each naming every faulty row it finds.

All of them see one snapshot, read through server-side cursors or in blocks, and need memory for
the accounts, not for the journal. What stands in a consistent rewrite of everything, such as
another reason or person on an operation, only the proof log can tell.
"""

import contextlib
from collections.abc import Collection, Iterator

from django.db import connection, transaction

from ledger import keyring

from .check_apps import what_apps_say_holds
from .check_balances import (
    accounts_fit_their_lots,
    approvals_were_given,
    every_asset_sums_to_zero,
    floors_hold,
    holds_agree_with_their_accounts,
    numbers_go_on,
    restrictions_were_given,
)
from .check_catalogue import catalogue_is_as_migrated
from .check_journal import journal_is_whole
from .check_partitions import months_are_in_their_place
from .check_records import records_agree_with_their_history
from .faults import Check, Fault, Tell
from .proof_checks import PROOF_CHECKS, log_extends_what_was_kept
from .side_by_side import Crew, crew_of, tune

KEPT_OUTSIDE = Check(("V34",), log_extends_what_was_kept)
CHECKS: tuple[Check, ...] = (
    Check(("V01", "V02", "V04", "V05", "V07", "V09"), journal_is_whole, is_shared=True),
    Check(("V03",), every_asset_sums_to_zero),
    Check(("V06",), floors_hold),
    Check(("V08",), holds_agree_with_their_accounts),
    Check(("V10",), approvals_were_given),
    Check(("V11",), accounts_fit_their_lots),
    Check(("V13",), records_agree_with_their_history),
    Check(("V14",), numbers_go_on),
    Check(("V15",), months_are_in_their_place),
    Check(("V16",), restrictions_were_given),
    Check(("V17",), what_apps_say_holds),
    *PROOF_CHECKS,
    KEPT_OUTSIDE,
    # Last: it makes tables to compare with, and from then on the proof log waits for this
    # transaction as for every other that writes.
    Check(("V12",), catalogue_is_as_migrated),
)
CODES = tuple(sorted(code for check in CHECKS for code in check.codes))
# What the rows say, without the catalogue: comparing that makes every table once more.
ROW_CODES = tuple(code for code in CODES if code != "V12")


def verify(
    *, jobs: int = 1, tell: Tell = lambda _: None, only: Collection[str] = CODES
) -> Iterator[Fault]:
    """Run the checks on one snapshot and give every fault, check by check.

    `jobs` processes share the journal and the proof log; `tell` hears how far the run is; `only`
    names the checks.
    """
    connection.ensure_connection()
    # Read before the snapshot: signing goes on meanwhile, and the snapshot would know less.
    kept = keyring.kept_checkpoint()
    with _one_snapshot(), crew_of(jobs) as crew:
        for check in CHECKS:
            if set(check.codes) & set(only):
                tell(" ".join(check.codes))
                yield from _run(check, crew, tell, kept)


def _run(check: Check, crew: Crew, tell: Tell, kept: str) -> Iterator[Fault]:
    if check is KEPT_OUTSIDE:
        return check.run(kept)
    return check.run(crew, tell) if check.is_shared else check.run()


@contextlib.contextmanager
def _one_snapshot() -> Iterator[None]:
    """A transaction in which every query sees the same moment, unless one is open already."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        tune()
        yield
