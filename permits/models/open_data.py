"""The days on which the register was published as open data."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models import ProofKey
from ledger.models.guards import append_only


class OpenDataDay(models.Model):
    """What was published on one day: the files with their hashes, and who signed them.

    The files lie outside the database for as long as the rule keeps them; this entry stays, so
    that a copy somebody took is known again.
    """

    day = models.DateField(_("day"), unique=True)
    permits = models.PositiveIntegerField(_("permits"))
    # name, bytes, rows and sha256 of each file, as in SHA256SUMS.
    files = models.JSONField(_("files"))
    sums = models.TextField(_("checksum file"))
    signature = models.BinaryField(_("Ed25519 signature of the checksum file"), max_length=64)
    key = models.ForeignKey(ProofKey, verbose_name=_("key"), on_delete=models.PROTECT)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.CheckConstraint(
                name="open_data_is_signed", condition=~Q(sums="") & ~Q(signature=b"")
            ),
        ]
        triggers = append_only("open_data")

    def __str__(self) -> str:
        return self.day.isoformat()

    @property
    def bytes(self) -> int:
        """The size of all its files together."""
        return sum(one["bytes"] for one in self.files)
