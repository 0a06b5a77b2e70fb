"""Files of registers that came in, kept with their verdict."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .approvals import Sha256
from .people import Membership
from .regions import Bureau


class ImportState(models.TextChoices):
    FAULTY = "FAULTY", _("has faults")  # → READY, when what it lacked was entered since
    READY = "READY", _("checked, not yet taken over")  # → APPLIED
    APPLIED = "APPLIED", _("taken over")


class SheetImportQuerySet(models.QuerySet["SheetImport"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of the bureaus of this person's area; an enterprise's people reach none."""
        if actor is None or actor.enterprise_id:
            return self.none()
        return self.filter(bureau__region__code__startswith=actor.region_prefix)


class SheetImport(models.Model):
    """A spreadsheet as it was sent, what was found in it, and whether it was taken over."""

    kind = models.CharField(_("kind"), max_length=40)
    bureau = models.ForeignKey(Bureau, verbose_name=_("bureau"), on_delete=models.PROTECT)
    file_name = models.CharField(_("file name"), max_length=200)
    content = models.BinaryField(_("content"), max_length=10 * 2**20)
    content_hash = models.BinaryField(_("SHA-256 of the content"), max_length=32)
    state = models.CharField(_("state"), max_length=8, choices=ImportState.choices)
    faults = models.JSONField(_("faults"), default=list)
    preview = models.JSONField(_("preview"), default=list)
    new_count = models.PositiveIntegerField(_("new"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    same_count = models.PositiveIntegerField(_("unchanged"), default=0)
    sent_by = models.ForeignKey(
        Membership, verbose_name=_("sent by"), on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent at"))
    applied_at = models.DateTimeField(_("taken over at"), null=True)
    history = HistoricalRecords(excluded_fields=["content", "faults", "preview"])

    objects = SheetImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="one_import_per_file", fields=["kind", "bureau", "content_hash"]
            ),
            models.CheckConstraint(
                name="import_hash_is_of_its_content",
                condition=Q(content_hash=Sha256("content")),
            ),
            models.CheckConstraint(
                name="applied_import_has_its_moment",
                condition=Q(state="APPLIED", applied_at__isnull=False)
                | Q(state__in=["FAULTY", "READY"], applied_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"
