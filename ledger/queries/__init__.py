"""Reads of the ledger: balances now and at a moment, statements, caps, the whole-ledger check."""

from .balances import (
    CapLine,
    Position,
    available_accounts,
    balance_at,
    cap_equation,
    free_of,
    held_from,
    lots_of,
    positions,
)
from .faults import Check, Fault
from .known import balance_on
from .statements import (
    Book,
    Cursor,
    Line,
    Order,
    Span,
    Statement,
    book_of,
    holding_of,
    statement,
)
from .verification import CHECKS, CODES, ROW_CODES, verify

__all__ = [
    "ROW_CODES",
    "CHECKS",
    "CODES",
    "Book",
    "CapLine",
    "Check",
    "Cursor",
    "Fault",
    "Line",
    "Order",
    "Position",
    "Span",
    "Statement",
    "available_accounts",
    "balance_at",
    "balance_on",
    "book_of",
    "cap_equation",
    "free_of",
    "held_from",
    "holding_of",
    "lots_of",
    "positions",
    "statement",
    "verify",
]
