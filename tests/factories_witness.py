"""Witnesses for tests."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import services
from ledger.models import Cosignature, ProofCheckpoint, Witness, WitnessedLog
from ledger.proof import merkle, notes
from ledger.proof.exchange import AddCheckpoint
from parties.services import system_actor
from tests.factories_ledger import NOW

KEY = Ed25519PrivateKey.generate()
NAME = "witness.example/w1"


def witness(url: str = "https://witness.example", name: str = NAME) -> Witness:
    """A witness that is asked at the address."""
    vkey = notes.Verifier(name, KEY.public_key().public_bytes_raw(), notes.COSIGNATURE).vkey
    return Witness.objects.create(name=name, vkey=vkey, url=url, added_at=NOW)


def cosignature(checkpoint: ProofCheckpoint) -> Cosignature:
    """The witness's line under a checkpoint."""
    text = notes.parse_note(checkpoint.note).text
    line = notes.cosign(text, KEY, NAME, int(NOW.timestamp())).line
    return Cosignature.objects.create(
        checkpoint=checkpoint, witness=witness(), line=line, cosigned_at=NOW
    )


LOG_KEY = Ed25519PrivateKey.generate()
ORIGIN = "other-bureau.example/log/330100-abcdef"


def log_vkey() -> str:
    """The key line of another bureau's log."""
    return notes.Verifier(ORIGIN, LOG_KEY.public_key().public_bytes_raw()).vkey


def foreign(size: int, leaves: list[bytes], key: Ed25519PrivateKey = LOG_KEY) -> str:
    """A checkpoint of the other bureau's log over its first leaves."""
    text = notes.Checkpoint(ORIGIN, size, merkle.root_of(leaves[:size])).text
    return str(notes.Note(text, (notes.sign(text, key, ORIGIN),)))


def witnessed() -> WitnessedLog:
    """The other bureau's log, cosigned here once."""
    log = services.accept_log(by=system_actor("setup"), vkeys=log_vkey(), now=NOW)
    raw = str(AddCheckpoint(log.size, (), foreign(1, [merkle.leaf_hash(b"1")])))
    services.witness_checkpoint(raw=raw, now=NOW)
    log.refresh_from_db()
    return log
