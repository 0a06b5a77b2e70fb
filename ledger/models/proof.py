"""The proof log as it is kept: what waits, the leaves, the tree above them, checkpoints, keys.

Everything but the queue is append-only (sql/proof.sql adds the guards that look at more than
one row); the private key is never here.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.proof.notes import Verifier
from shell.periods import ends_after_it_begins

from . import guards


class ProofLog(models.Model):
    """This bureau's log: the origin line of every checkpoint, chosen once."""

    id = models.PositiveIntegerField(primary_key=True, default=1)
    origin = models.CharField(_("origin"), max_length=200)
    started_at = models.DateTimeField(_("started at"))

    class Meta:
        constraints = [models.CheckConstraint(name="there_is_one_proof_log", condition=Q(id=1))]
        triggers = guards.append_only("proof_log")

    def __str__(self) -> str:
        return self.origin


class ProofKey(models.Model):
    """A public key of the log; each but the first is signed by the one before it."""

    origin = models.CharField(_("origin"), max_length=200)
    public = models.BinaryField(_("public key"), max_length=32, unique=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True)
    endorsement = models.TextField(_("signed by the key before"), blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_proof_key_in_force", fields=["origin"], condition=Q(valid_to__isnull=True)
            ),
            ends_after_it_begins("proof_key_ends_after_it_begins"),
        ]
        triggers = guards.keep_rows("proof_key")

    def __str__(self) -> str:
        return self.verifier.vkey

    @property
    def verifier(self) -> Verifier:
        """The key in the form in which notes are checked."""
        return Verifier(self.origin, bytes(self.public))


class ProofSource(models.Model):
    """A table whose every new row becomes a record of the log."""

    id = models.AutoField(primary_key=True)
    table_name = models.CharField(_("table"), max_length=63, unique=True)

    class Meta:
        ordering = ["id"]
        triggers = guards.append_only("proof_source")

    def __str__(self) -> str:
        return self.table_name


class ProofShape(models.Model):
    """The columns of a source while records were made of it: a later migration changes no proof."""

    source = models.ForeignKey(ProofSource, on_delete=models.PROTECT, related_name="shapes")
    columns = models.JSONField(_("columns and their types"))
    personal = models.JSONField(_("columns with personal data"))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="proof_shape_stands_once", fields=["source", "columns", "personal"]
            )
        ]
        triggers = guards.append_only("proof_shape")

    def __str__(self) -> str:
        return f"{self.source} {self.pk}"


class ProofQueue(models.Model):
    """Rows that one statement wrote and that wait for their place in the log."""

    table_name = models.CharField(_("table"), max_length=63)
    row_ids = ArrayField(models.BigIntegerField(), verbose_name=_("rows"))
    xid = models.BigIntegerField(_("transaction"))
    queued_at = models.DateTimeField(_("queued at"))

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.table_name} {self.pk}"


class ProofLeaf(models.Model):
    """One entry of the log: the rows of one statement, as a tree of their records."""

    index = models.BigIntegerField(_("index"), primary_key=True)
    queue_id = models.BigIntegerField(unique=True)
    shape = models.ForeignKey(ProofShape, on_delete=models.PROTECT, db_index=False)
    row_ids = ArrayField(models.BigIntegerField(), verbose_name=_("rows"))
    record_hashes = models.BinaryField(_("hashes of the records"))
    secret = models.BinaryField(_("secret of the records' salts"), max_length=32)
    entry = models.BinaryField(_("entry"), max_length=400)
    leaf_hash = models.BinaryField(_("hash"), max_length=32)
    xid = models.BigIntegerField(_("transaction"))
    queued_at = models.DateTimeField(_("queued at"))
    logged_at = models.DateTimeField(_("logged at"))

    class Meta:
        ordering = ["index"]
        triggers = guards.append_only("proof_leaf")

    def __str__(self) -> str:
        return f"{self.index}"


class ProofRecord(models.Model):
    """Where a row stands in the log; a row stands there once."""

    pk = models.CompositePrimaryKey("source_id", "row_id")
    source_id = models.IntegerField(_("source"))
    row_id = models.BigIntegerField(_("row"))
    leaf_index = models.BigIntegerField(_("index"))

    class Meta:
        ordering = ["source_id", "row_id"]
        triggers = guards.append_only("proof_record")

    def __str__(self) -> str:
        return f"{self.source_id}.{self.row_id}"


class ProofNode(models.Model):
    """The root of a full tile: what the tile above holds at this place."""

    pk = models.CompositePrimaryKey("level", "place")
    level = models.PositiveSmallIntegerField(_("level"))
    place = models.BigIntegerField(_("place"))
    hash = models.BinaryField(_("hash"), max_length=32)

    class Meta:
        ordering = ["level", "place"]
        triggers = guards.append_only("proof_node")

    def __str__(self) -> str:
        return f"{self.level}/{self.place}"


class ProofCheckpoint(models.Model):
    """What the log signed: so many leaves, this root."""

    size = models.BigIntegerField(_("size"), primary_key=True)
    root = models.BinaryField(_("root"), max_length=32)
    key = models.ForeignKey(ProofKey, on_delete=models.PROTECT, db_index=False)
    signed_at = models.DateTimeField(_("signed at"))
    note = models.TextField(_("signed note"))

    class Meta:
        ordering = ["-size"]
        triggers = guards.append_only("proof_checkpoint")

    def __str__(self) -> str:
        return f"{self.size}"


class PersonalSalt(models.Model):
    """The salt behind a commitment to personal data; taking it away erases what it proves."""

    source = models.ForeignKey(ProofSource, on_delete=models.PROTECT, db_index=False)
    row_id = models.BigIntegerField(_("row"))
    column = models.CharField(_("column"), max_length=63)
    commitment = models.CharField(_("commitment"), max_length=80)
    salt = models.BinaryField(_("salt"), max_length=16, null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="personal_datum_is_committed_once", fields=["source", "row_id", "column"]
            )
        ]
        triggers = guards.keep_rows("personal_salt")

    def __str__(self) -> str:
        return f"{self.source_id}.{self.row_id}.{self.column}"
