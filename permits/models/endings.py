"""How a permit ends before or at its term, and the paper that shows it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.models.guards import append_only
from parties.models import Approval, Membership

from .permits import Permit, PermitState, PermitVersion


class EndingState(models.TextChoices):
    PROPOSED = "PROPOSED", _("waits for the second person")
    DONE = "DONE", _("carried out")
    REJECTED = "REJECTED", _("rejected by the second person")


class Ending(models.Model):
    """An expiry, revocation, withdrawal or cancellation: why, by which article, by whom."""

    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="endings")
    ends_as = models.CharField(_("ends as"), max_length=9, choices=PermitState.choices[1:])
    reason = models.TextField(_("reason"))
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    state = models.CharField(_("state"), max_length=8, choices=EndingState.choices)
    proposed_by = models.ForeignKey(
        Membership, verbose_name=_("proposed by"), on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, null=True)
    ended_on = models.DateField(_("ended on"), null=True)
    key = models.CharField(max_length=80, unique=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_proposed_ending_per_permit",
                fields=["permit"],
                condition=Q(state="PROPOSED"),
            ),
            models.CheckConstraint(
                name="only_expiry_needs_no_second_person",
                condition=Q(ends_as="EXPIRED") | Q(approval__isnull=False),
            ),
            models.CheckConstraint(
                name="ending_done_has_its_day",
                condition=Q(state="DONE", ended_on__isnull=False)
                | (~Q(state="DONE") & Q(ended_on__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.permit} {self.ends_as}"


class CertificateCopy(models.TextChoices):
    MAIN = "MAIN", _("main copy")  # one sheet for the wall: basic data only
    DUPLICATE = "DUPLICATE", _("duplicate")  # the whole book, rights included


class Certificate(models.Model):
    """A signed paper as it was made: same version and same rights, same bytes for ever."""

    version = models.ForeignKey(
        PermitVersion, on_delete=models.PROTECT, related_name="certificates"
    )
    # The papers made before there were two hold everything, as the duplicate does.
    copy = models.CharField(
        _("copy"),
        max_length=9,
        choices=CertificateCopy.choices,
        default=CertificateCopy.DUPLICATE,
    )
    serial = models.PositiveSmallIntegerField(_("certificate"))
    rights = models.JSONField(_("rights held"))
    content_sha256 = models.BinaryField(_("SHA-256 of what the certificate says"), max_length=32)
    document = models.BinaryField(_("PDF"))
    document_sha256 = models.BinaryField(_("SHA-256 of the file"), max_length=32)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        ordering = ["version_id", "-serial"]
        constraints = [
            models.UniqueConstraint(
                name="one_certificate_per_version_and_rights", fields=["version", "content_sha256"]
            ),
            models.UniqueConstraint(
                name="certificate_serial_is_unique_in_version", fields=["version", "copy", "serial"]
            ),
            # Also the index by which an uploaded file is known again.
            models.UniqueConstraint(
                name="certificate_file_stands_once", fields=["document_sha256"]
            ),
        ]
        triggers = append_only("certificate")

    def __str__(self) -> str:
        return self.document_no

    @property
    def document_no(self) -> str:
        """Number printed in the foot: permit number, version, certificate; F for 副本."""
        mark = "F" if self.copy == CertificateCopy.DUPLICATE else ""
        return f"{self.version.permit.permit_no}-{self.version.number:02d}-{mark}{self.serial:02d}"

    @property
    def short_hash(self) -> str:
        """The first digits of the content's hash, printed and carried by the QR code."""
        return bytes(self.content_sha256).hex()[:16]
