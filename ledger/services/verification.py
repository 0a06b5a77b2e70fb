"""Keeping the result of the whole-ledger check."""

import datetime
from collections.abc import Iterable
from dataclasses import asdict

from ledger.models import Verification
from ledger.queries import CODES, Fault

KEPT_FAULTS = 1000


def record_verification(*, faults: Iterable[Fault], now: datetime.datetime) -> Verification:
    """Count all faults and keep the first thousand."""
    kept: list[dict[str, str]] = []
    count = 0
    for fault in faults:
        count += 1
        if len(kept) < KEPT_FAULTS:
            kept.append(asdict(fault))
    return Verification.objects.create(
        ran_at=now, checks=len(CODES), fault_count=count, faults=kept
    )
