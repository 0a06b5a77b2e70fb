"""Files that belong to an application; their bytes lie outside the database and the web root."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.models import Membership, Region
from shell.periods import digits, no_overlap

from .applications import Application


class AttachmentKind(models.TextChoices):
    EIA = "EIA", _("EIA approval")
    DRAWING = "DRAWING", _("site plan or process drawing")
    MONITORING = "MONITORING", _("self-monitoring plan")
    ACCEPTANCE = "ACCEPTANCE", _("acceptance of treatment works")
    LICENCE = "LICENCE", _("business licence or registry extract")
    LOSS = "LOSS", _("statement of loss")
    REVIEW = "REVIEW", _("paper of the review")
    OTHER = "OTHER", _("other paper")


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of the applications this person may reach."""
        return self.filter(application__in=Application.objects.for_actor(actor))

    def standing(self) -> Self:
        """Those that were not taken out again."""
        return self.filter(struck_at__isnull=True)


class Attachment(models.Model):
    """A file of an application. Taken out, it leaves the list and stays on record."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="attachments"
    )
    kind = models.CharField(_("kind of paper"), max_length=10, choices=AttachmentKind.choices)
    name = models.CharField(_("file name"), max_length=160)
    media_type = models.CharField(_("type"), max_length=80)
    size = models.BigIntegerField(_("size (bytes)"))
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    by = models.ForeignKey(
        Membership, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("attached at"))
    struck_at = models.DateTimeField(_("taken out at"), null=True)
    history = HistoricalRecords()

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="file_is_attached_once",
                fields=["application", "sha256"],
                condition=Q(struck_at__isnull=True),
            ),
            models.CheckConstraint(
                name="attachment_has_bytes_and_their_hash",
                condition=Q(size__gt=0, sha256__regex=r"^[0-9a-f]{64}$"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AttachmentRule(models.Model):
    """How large files may be, each and for all of an enterprise together; dated, by region."""

    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, null=True, blank=True
    )
    most_bytes = models.BigIntegerField(_("largest file (bytes)"))
    most_bytes_in_all = models.BigIntegerField(_("all files of an enterprise (bytes)"))
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["region_id", "valid_from"]
        constraints = [
            no_overlap(
                "attachment_rules_do_not_overlap",
                same=[digits("region_id")],
                start="valid_from",
                end="valid_to",
            ),
            models.CheckConstraint(
                name="attachment_rule_is_in_range",
                condition=Q(most_bytes__gt=0, most_bytes_in_all__gte=models.F("most_bytes")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.most_bytes}"
