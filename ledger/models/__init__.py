"""Models of the ledger, by noun."""

from .accounts import Account, Cap
from .assets import Asset, Pollutant, QuotaPeriod
from .lots import Hold, Lot
from .operations import Operation, OperationType, OperationTypeMovement, Transfer
from .proof import (
    PersonalSalt,
    ProofCheckpoint,
    ProofKey,
    ProofLeaf,
    ProofLog,
    ProofNode,
    ProofQueue,
    ProofRecord,
    ProofShape,
    ProofSource,
)
from .verification import Verification
from .witnesses import Cosignature, Witness, WitnessedLog

__all__ = [
    "Account",
    "Asset",
    "Cap",
    "Cosignature",
    "Hold",
    "Lot",
    "Operation",
    "OperationType",
    "OperationTypeMovement",
    "PersonalSalt",
    "Pollutant",
    "ProofCheckpoint",
    "ProofKey",
    "ProofLeaf",
    "ProofLog",
    "ProofNode",
    "ProofQueue",
    "ProofRecord",
    "ProofShape",
    "ProofSource",
    "QuotaPeriod",
    "Transfer",
    "Verification",
    "Witness",
    "WitnessedLog",
]
