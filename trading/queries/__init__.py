"""Reads of trading: the auction room, the homes, what can be billed."""

from .desk import DeskHome, desk_home, enterprise_auctions, enterprise_bills, unpaid_lots
from .room import Board, board_of, database_now

__all__ = [
    "Board",
    "DeskHome",
    "board_of",
    "database_now",
    "desk_home",
    "enterprise_auctions",
    "enterprise_bills",
    "unpaid_lots",
]
