"""Witnesses for tests."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.models import Cosignature, ProofCheckpoint, Witness
from ledger.proof import notes
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
