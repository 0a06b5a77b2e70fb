"""Witnesses: who cosigns this log, and whose logs this installation cosigns."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.proof.notes import Verifier, parse_vkey

from . import guards
from .proof import ProofCheckpoint


class Witness(models.Model):
    """Another's service that is asked to cosign each checkpoint of this log."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    vkey = models.CharField(_("public key"), max_length=300)
    url = models.URLField(_("address"), max_length=300)
    is_active = models.BooleanField(_("asked"), default=True)
    added_at = models.DateTimeField(_("added at"))
    # What went wrong when it was last asked; empty after a good answer.
    trouble = models.CharField(_("trouble"), max_length=200, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def verifier(self) -> Verifier:
        """The key its cosignatures are checked with."""
        return parse_vkey(self.vkey)


class Cosignature(models.Model):
    """A witness's word that it saw this checkpoint and that it extends all it saw before."""

    checkpoint = models.ForeignKey(
        ProofCheckpoint, on_delete=models.PROTECT, related_name="cosignatures"
    )
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="cosignatures")
    line = models.TextField(_("signature line"))
    cosigned_at = models.DateTimeField(_("cosigned at"))

    class Meta:
        ordering = ["-checkpoint_id", "witness_id"]
        constraints = [
            models.UniqueConstraint(
                name="witness_cosigns_a_checkpoint_once", fields=["checkpoint", "witness"]
            )
        ]
        triggers = guards.append_only("cosignature")

    def __str__(self) -> str:
        return f"{self.checkpoint_id} {self.witness_id}"


class WitnessedLog(models.Model):
    """Another bureau's log that this installation witnesses, and the last checkpoint cosigned."""

    origin = models.CharField(_("origin"), max_length=200, unique=True)
    origin_hash = models.CharField(_("SHA-256 of the origin"), max_length=64, unique=True)
    vkeys = models.TextField(_("public keys, a line each"))
    size = models.BigIntegerField(_("size"), default=0)
    root = models.BinaryField(_("root"), max_length=32, blank=True)
    note = models.TextField(_("checkpoint with our cosignature"), blank=True)
    seen_at = models.DateTimeField(_("last cosigned at"), null=True)

    class Meta:
        ordering = ["origin"]

    def __str__(self) -> str:
        return self.origin

    @property
    def verifiers(self) -> list[Verifier]:
        """The keys of the log."""
        return [parse_vkey(line) for line in self.vkeys.split()]
