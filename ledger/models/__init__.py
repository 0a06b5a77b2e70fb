"""Models of the ledger, by noun."""

from .accounts import Account, Cap
from .assets import Asset, Pollutant, QuotaPeriod
from .holds import Hold, HoldPurpose
from .lateness import LatenessLimit, LateSpell
from .lots import Lot, ReplacementRatio
from .misuse import KeyMisuse
from .operations import (
    Operation,
    OperationRule,
    OperationType,
    OperationTypeMovement,
    Transfer,
)
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
from .requests import LedgerRequest
from .seals import SealedStatement
from .verification import Verification
from .witnesses import Cosignature, Witness, WitnessedLog

__all__ = [
    "Account",
    "Asset",
    "Cap",
    "Cosignature",
    "Hold",
    "HoldPurpose",
    "KeyMisuse",
    "LateSpell",
    "LatenessLimit",
    "LedgerRequest",
    "Lot",
    "Operation",
    "OperationRule",
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
    "ReplacementRatio",
    "SealedStatement",
    "Transfer",
    "Verification",
    "Witness",
    "WitnessedLog",
]
