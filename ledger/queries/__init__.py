"""Reads of the ledger: balances now and at a moment, statements, caps, the whole-ledger check."""

from .balances import (
    CapLine,
    Position,
    available_accounts,
    balance_at,
    cap_equation,
    lots_of,
    positions,
)
from .statements import Line, Statement, provenance, statement
from .verification import CHECKS, Fault, verify

__all__ = [
    "CHECKS",
    "CapLine",
    "Fault",
    "Line",
    "Position",
    "Statement",
    "available_accounts",
    "balance_at",
    "cap_equation",
    "lots_of",
    "positions",
    "provenance",
    "statement",
    "verify",
]
