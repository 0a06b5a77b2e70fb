"""Electronic certificates of rights (排污权电子凭证), and when they are issued."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from ledger.models import Lot
from ledger.models.guards import keep_rows
from parties.models import Membership, Region
from permits.rights_rules import CERTIFICATE_STEPS, VoidCause
from shell.guards import refusing, steps
from shell.periods import digits, no_overlap


class IssuedWhen(models.TextChoices):
    PAID = "PAID", _("by itself, once the right is paid")
    ASKED = "ASKED", _("by an officer, on request")


class RightsRule(models.Model):
    """When certificates of rights are issued in a region, from a day on."""

    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, null=True, blank=True
    )
    issued_when = models.CharField(_("issued"), max_length=5, choices=IssuedWhen.choices)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["region_id", "valid_from"]
        constraints = [
            no_overlap(
                "rights_rules_do_not_overlap",
                same=[digits("region_id")],
                start="valid_from",
                end="valid_to",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.get_issued_when_display()}"


class CertificateState(models.TextChoices):
    VALID = "VALID", pgettext_lazy("certificate", "valid")  # → VOID
    VOID = "VOID", pgettext_lazy("certificate", "void")


VOID_WORDS = [
    (VoidCause.SPLIT.value, _("a part was split off")),
    (VoidCause.TRANSFERRED.value, _("transferred, whole or in part")),
    (VoidCause.MERGED.value, _("merged with others into one right")),
    (VoidCause.ENDED.value, _("ended before its term")),
    (VoidCause.RETIRED.value, _("a part was retired for replacement")),
    (VoidCause.RENEWED.value, _("issued anew with the holder's present data")),
]

# It never says more than the right gives on the day: what is leased out stays the lessor's own.
FITS_ITS_LOT = """NOT EXISTS (
    SELECT 1 FROM ledger_lot l
    WHERE l.id = NEW.lot_id AND l.enterprise_id IS NOT NULL AND l.paid_state = 'PAID'
      AND l.ended_on IS NULL AND l.merged_into_id IS NULL
      AND NEW.quantity_per_year = l.quantity_per_year + coalesce((
          SELECT sum(c.quantity_per_year) FROM ledger_lot c
          WHERE c.parent_id = l.id AND c.source = 'LEASE' AND c.ended_on IS NULL), 0))"""

NEVER_WRITTEN_AGAIN = "OLD.state = 'VOID' AND ROW(NEW.*) IS DISTINCT FROM ROW(OLD.*)"


class RightsCertificateQuerySet(models.QuerySet["RightsCertificate"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of the own rights, or of the bureau's region."""
        return self.filter(lot__in=Lot.objects.for_actor(actor))

    def valid(self) -> Self:
        """Those not void; whether their rights are still as they say is another question."""
        return self.filter(state=CertificateState.VALID)


class RightsCertificate(models.Model):
    """A signed paper about one right, as it was issued; it becomes void, and nothing else."""

    certificate_no = models.CharField(_("certificate number"), max_length=24, unique=True)
    lot = models.ForeignKey(
        Lot, verbose_name=_("lot"), on_delete=models.PROTECT, related_name="rights_certificates"
    )
    # With what is leased out, which comes back by itself.
    quantity_per_year = models.BigIntegerField(_("quantity per year (smallest unit)"))
    # The youngest part that had been cut off the lot by then; later ones made it void.
    last_part_id = models.BigIntegerField(_("last part cut off before"), default=0)
    content = models.JSONField(_("content"))
    content_sha256 = models.BinaryField(_("SHA-256 of what the certificate says"), max_length=32)
    document = models.BinaryField(_("PDF"))
    document_sha256 = models.BinaryField(_("SHA-256 of the file"), max_length=32)
    issued_by = models.ForeignKey(
        Membership, verbose_name=_("issued by"), on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField(_("issued at"))
    state = models.CharField(
        _("state"),
        max_length=5,
        choices=CertificateState.choices,
        default=CertificateState.VALID,
    )
    void_cause = models.CharField(
        _("why it is void"), max_length=11, choices=VOID_WORDS, blank=True
    )
    voided_at = models.DateTimeField(_("void since"), null=True)
    # The file is known by its hash, and kept once.
    history = HistoricalRecords(excluded_fields=["document"])

    objects = RightsCertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="one_valid_rights_certificate_per_lot",
                fields=["lot"],
                condition=Q(state="VALID"),
            ),
            # Also the index by which an uploaded file is known again.
            models.UniqueConstraint(
                name="rights_certificate_file_stands_once", fields=["document_sha256"]
            ),
            models.CheckConstraint(
                name="rights_certificate_no_has_its_form",
                condition=Q(certificate_no__regex=r"^[0-9]{6}-[0-9]{4}-PZ-[0-9]{5,}$"),
            ),
            models.CheckConstraint(
                name="rights_certificate_is_about_something", condition=Q(quantity_per_year__gt=0)
            ),
            models.CheckConstraint(
                name="void_rights_certificate_says_why_and_when",
                condition=Q(state="VALID", void_cause="", voided_at__isnull=True)
                | (Q(state="VOID", voided_at__isnull=False) & ~Q(void_cause="")),
            ),
        ]
        triggers = [
            steps("rights_certificate_follows_the_table", CERTIFICATE_STEPS),
            pgtrigger.ReadOnly(
                name="rights_certificate_says_the_same_for_ever",
                exclude=["state", "void_cause", "voided_at"],
            ),
            pgtrigger.Trigger(
                name="void_rights_certificate_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=refusing(
                    "void_rights_certificate_stays",
                    NEVER_WRITTEN_AGAIN,
                    "a void certificate stays as it is",
                ),
            ),
            pgtrigger.Trigger(
                name="rights_certificate_fits_its_lot",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=refusing(
                    "rights_certificate_fits_its_lot",
                    FITS_ITS_LOT,
                    "a certificate says what the right gives",
                ),
            ),
            *keep_rows("rights_certificate"),
        ]

    def __str__(self) -> str:
        return self.certificate_no

    @property
    def short_hash(self) -> str:
        """The first digits of the content's hash, printed and carried by the QR code."""
        return bytes(self.content_sha256).hex()[:16]
