"""Models of the ledger, by noun."""

from .accounts import Account, Cap
from .assets import Asset, Pollutant, QuotaPeriod
from .lots import Hold, Lot
from .operations import Operation, OperationType, OperationTypeMovement, Transfer
from .verification import Verification

__all__ = [
    "Account",
    "Asset",
    "Cap",
    "Hold",
    "Lot",
    "Operation",
    "OperationType",
    "OperationTypeMovement",
    "Pollutant",
    "QuotaPeriod",
    "Transfer",
    "Verification",
]
